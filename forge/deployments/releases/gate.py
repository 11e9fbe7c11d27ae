"""The gate of deployments: what keeps a published build from being served."""

from __future__ import annotations

from dataclasses import replace

from forge.builds.models import Build
from forge.registry.models import Tag, WithdrawnRune
from forge.registry.tags.access import override_of
from forge.reviews.gate.check import demands_on

NO_RUNE = "The file of its rune no longer exists. Build again."


def missing_for(build: Build, manifest: str) -> tuple[str, ...]:
    """Returns a sentence for each obstacle to serving a published build: an empty tuple if it may be served.

    A build must do what a protected tag demands, whatever the tag is called that names it. The caller has found the
    build for someone, or says the result to the project's members alone.
    """
    withdrawn_rune = WithdrawnRune.objects.filter(repository__project=build.project_id, digest=manifest).first()
    if withdrawn_rune is not None:
        return (f"{withdrawn_rune}.",)
    if build.artefact is None:
        return (NO_RUNE,)
    deprecated_tag = (
        Tag.objects.filter(repository__project=build.project_id, build=build).exclude(deprecated=None).first()
    )
    if deprecated_tag is not None:
        return (deprecated_tag.advice,)
    return () if override_of(build) is not None else unmet_demands(build)


def unmet_demands(build: Build) -> tuple[str, ...]:
    """Returns a sentence for each thing that a protected tag demands and a build lacks, also where an owner published
    it past its gate."""
    return replace(demands_on(build, ""), is_protected=True).missing
