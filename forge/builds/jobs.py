"""A job as a value: a spec, its files, and its steps.

A preview, a look into it and a numbered build differ in their options and steps, and in who writes down what comes of
them (`forge.builds.execution`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from forge.builds.models import Artefact, Build, Preview
from forge.compute.toolchain import TOOLCHAIN
from forge.projects.models import Project
from forge.projects.versions import Manifest, WorkingTree, given_files
from rune.building.spec import RUNE_TARGET, BuildOptions, BuildSpec
from rune.runefile.pipeline import Port


class Step(StrEnum):
    """A step of a build. Each needs what those before it made."""

    CHECK = "check"
    COMPILE = "compile"
    VERIFY = "verify"
    MEASURE = "measure"


PREVIEW_STEPS = (Step.CHECK, Step.COMPILE)
NUMBERED_STEPS = (Step.CHECK, Step.COMPILE, Step.VERIFY, Step.MEASURE)


@dataclass(frozen=True)
class Job:
    """What is to be made for an organisation. `texts` are those files of the manifest that are no blobs."""

    organisation: UUID
    spec: BuildSpec
    manifest: Manifest
    texts: Mapping[str, bytes]
    steps: tuple[Step, ...]
    lasts: bool
    """Whether what comes of it must outlast a power cut; a preview is made again."""

    def missing(self, artefact: Artefact | None) -> tuple[Step, ...]:
        """The steps that are left to do, where this is what was made of the spec before."""
        if artefact is None:
            return self.steps
        done = {Step.CHECK, Step.COMPILE}
        if artefact.is_verified:
            done.add(Step.VERIFY)
        if artefact.is_measured:
            done.add(Step.MEASURE)
        return tuple(step for step in self.steps if step not in done)

    def described(self, steps: tuple[Step, ...]) -> dict[str, Any]:
        """The job for the compiler's process, without its files."""
        return {"op": "make", "spec": self.spec.to_json(), "steps": [step.value for step in steps]}


def preview_job(preview: Preview, seen: WorkingTree) -> Job:
    """A project's text as it was at one moment, built as a preview wants it."""
    wires = tuple(Port(wire["stage"], wire["index"]) for wire in preview.options["watched"])
    options = BuildOptions(preview.project.name, watched=wires, timed=preview.options["timed"])
    return Job(
        preview.project.organisation_id,
        _spec(seen.digest, options),
        seen.manifest,
        seen.texts,
        PREVIEW_STEPS,
        lasts=False,
    )


def numbered_job(build: Build) -> Job:
    """The job of a numbered build. Reads the build's project and version."""
    project: Project = build.project
    spec = _spec(build.source.digest, BuildOptions(build.name))
    return Job(project.organisation_id, spec, given_files(build.source), {}, NUMBERED_STEPS, lasts=True)


def _spec(version: str, options: BuildOptions) -> BuildSpec:
    return BuildSpec(version, TOOLCHAIN, RUNE_TARGET, options)
