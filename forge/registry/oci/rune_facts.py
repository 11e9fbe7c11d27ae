"""The facts from which the artifact of a build's rune is made."""

from __future__ import annotations

from forge.builds.models import Artefact, Build
from forge.registry.oci.digests import digest_of
from forge.registry.oci.manifests import RuneFacts, oci_artifact


def rune_facts(build: Build, artefact: Artefact) -> RuneFacts:
    """Returns the facts of the artifact of a build's rune: the same build gives the same bytes."""
    return RuneFacts(artefact.digest, artefact.size, f"{build.name}.rune", build.source.created)


def manifest_digest(build: Build, artefact: Artefact) -> str:
    """The digest of the manifest that a build's rune is published as."""
    return digest_of(oci_artifact(rune_facts(build, artefact)).manifest)
