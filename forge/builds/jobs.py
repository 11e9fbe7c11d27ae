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

from forge.builds.evaluations import SampleSet, is_evaluated, samples_under_test
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
    POLICY = "policy"
    """Reading `forge.yml`: a build whose rules cannot be read fails."""
    VERIFY = "verify"
    MEASURE = "measure"
    EVALUATE = "evaluate"


PREVIEW_STEPS = (Step.CHECK, Step.COMPILE)
NUMBERED_STEPS = (Step.CHECK, Step.COMPILE, Step.POLICY, Step.VERIFY, Step.MEASURE)
"""Where the project has test samples, they are run last."""


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
    tests: SampleSet | None = None
    """The samples that the step evaluate runs."""

    def missing(self, artefact: Artefact | None) -> tuple[Step, ...]:
        """The steps that are left to do, where this is what was made of the spec before."""
        if artefact is None:
            return self.steps
        done = {Step.CHECK, Step.COMPILE}
        if artefact.has_policy:
            done.add(Step.POLICY)
        if artefact.is_verified:
            done.add(Step.VERIFY)
        if artefact.is_measured:
            done.add(Step.MEASURE)
        if self.tests is not None and is_evaluated(artefact, self.tests.digest):
            done.add(Step.EVALUATE)
        return tuple(step for step in self.steps if step not in done)

    def described(self, steps: tuple[Step, ...]) -> dict[str, Any]:
        """The job for the compiler's process, without its files."""
        tests = () if self.tests is None else self.tests.samples
        return {
            "op": "make",
            "spec": self.spec.to_json(),
            "steps": [step.value for step in steps],
            "samples": [sample.to_json() for sample in tests],
        }


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
    """The job of a numbered build. Reads the build's project, version, and the labels that its samples have now."""
    project: Project = build.project
    spec = _spec(build.source.digest, BuildOptions(build.name))
    manifest = given_files(build.source)
    tests = samples_under_test(project, manifest)
    steps = NUMBERED_STEPS if tests is None else (*NUMBERED_STEPS, Step.EVALUATE)
    return Job(project.organisation_id, spec, manifest, {}, steps, lasts=True, tests=tests)


def _spec(version: str, options: BuildOptions) -> BuildSpec:
    return BuildSpec(version, TOOLCHAIN, RUNE_TARGET, options)
