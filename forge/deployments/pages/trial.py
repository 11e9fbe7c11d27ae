"""A rune to try in a page, as the player of our pages takes it."""

from __future__ import annotations

from dataclasses import dataclass

from forge.builds.example_inputs import member_examples
from forge.builds.models import Build
from forge.builds.serializers.builds import rune_url
from forge.deployments.snippets.interface import interface_of


@dataclass(frozen=True)
class RuneToTry:
    """A build's rune, for somebody who may read its project."""

    rune_url: str
    memory: int | None
    """Bytes of its tensors, or None where that is not known."""
    takes_images: bool
    examples: str
    """The example inputs of the build, as the player reads them."""


def rune_to_try(build: Build) -> RuneToTry:
    """The rune of a build that the caller has found for someone."""
    artefact = build.artefact
    interface = interface_of(artefact.report.get("pipeline", {})) if artefact else None
    return RuneToTry(
        rune_url(build),
        artefact.planned_memory if artefact else None,
        interface is not None and any("IMAGE" in one.capability.name for one in interface.inputs),
        member_examples(build),
    )
