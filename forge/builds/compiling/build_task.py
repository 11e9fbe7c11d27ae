"""A job as a value: a spec, its files, and its steps.

A preview, a look into it and a numbered build differ in their options and steps, and in who writes down what comes of
them (`forge.builds.compiling.execution`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from forge.builds.choices import choices_of, choices_of_build
from forge.builds.evaluations.outcomes import SampleSet, is_evaluated, samples_under_test
from forge.builds.models import Artefact, Build, Preview
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.projects.models import Project
from forge.projects.secrets.results import is_searched, texts_to_search
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import Manifest, WorkingTree, available_files
from rune.aim import Aim
from rune.compiler.building.spec import RUNE_TARGET, BuildSpec, SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.devices.emulation.cores import core_of
from rune.devices.emulation.running import missing_package
from rune.model.profile import PROFILES
from rune.port import Port
from rune.source.policy import POLICY_FILE
from rune.source.runefile.blocks.test_files import has_tests


class BuildJobStep(StrEnum):
    """A step of a build. Each needs what those before it made."""

    CHECK = "check"
    COMPILE = "compile"
    TEST = "test"
    """Running the tests of the project's own blocks: one that fails ends the build."""
    POLICY = "policy"
    """Reading `forge.yml`: a build whose rules cannot be read fails."""
    SECRETS = "secrets"
    """Searching the texts for secrets, which keep a rune from being published."""
    VERIFY = "verify"
    MEASURE = "measure"
    EVALUATE = "evaluate"
    PACKAGE = "package"
    """Making a package for a target, which passes its self-test."""
    COUNT = "count"
    """Counting what it needs on the target's core, where that is emulated here."""


PREVIEW_STEPS = (BuildJobStep.CHECK, BuildJobStep.COMPILE)
NUMBERED_STEPS = (
    BuildJobStep.CHECK,
    BuildJobStep.COMPILE,
    BuildJobStep.TEST,
    BuildJobStep.POLICY,
    BuildJobStep.SECRETS,
    BuildJobStep.VERIFY,
    BuildJobStep.MEASURE,
)
"""The steps of a numbered build. Where the project has test samples, they are run last."""
PACKAGE_STEPS = (BuildJobStep.PACKAGE, BuildJobStep.COUNT)


@dataclass(frozen=True)
class BuildTask:
    """A build for an organisation. `texts` are those files of the manifest that are no blobs."""

    organisation: UUID
    spec: BuildSpec
    manifest: Manifest
    texts: Mapping[str, bytes]
    steps: tuple[BuildJobStep, ...]
    lasts: bool
    """Whether what comes of it must outlast a power cut; a preview is made again."""
    tests: SampleSet | None = None
    """The samples that the step evaluate runs."""
    searched_paths: tuple[str, ...] = ()
    """The paths of the texts that the step secrets searches."""
    rune: str | None = None
    """A line of the feed."""

    @property
    def files(self) -> Manifest:
        """The project's files, and the samples in a folder of their own."""
        tests = () if self.tests is None else self.tests.samples
        return {**self.manifest, **{each.path: each.file_entry for each in tests}}

    def without_tests(self) -> BuildTask:
        """Returns the task without the samples."""
        steps = tuple(step for step in self.steps if step != BuildJobStep.EVALUATE)
        return replace(self, steps=steps, tests=None)

    def missing(self, artefact: Artefact | None) -> tuple[BuildJobStep, ...]:
        """The steps that are left to do, where this is what was made of the spec before."""
        if artefact is None:
            return self.steps
        done_steps = {BuildJobStep.CHECK, BuildJobStep.COMPILE, BuildJobStep.PACKAGE}
        if artefact.has_policy:
            # The tests come before it, and what fails them has none.
            done_steps |= {BuildJobStep.TEST, BuildJobStep.POLICY}
        if not has_tests(self.manifest):
            done_steps.add(BuildJobStep.TEST)
        if artefact.is_verified:
            done_steps.add(BuildJobStep.VERIFY)
        if artefact.is_measured:
            done_steps.add(BuildJobStep.MEASURE)
        if _is_counted(artefact):
            done_steps.add(BuildJobStep.COUNT)
        if self.tests is not None and is_evaluated(artefact, self.tests.digest):
            done_steps.add(BuildJobStep.EVALUATE)
        return tuple(step for step in self.steps if step not in done_steps)

    def compiler_job(self, steps: tuple[BuildJobStep, ...]) -> dict[str, Any]:
        """The job for the compiler's process, without its files."""
        tests = () if self.tests is None else self.tests.samples
        return {
            "op": "make",
            "spec": self.spec.to_json(),
            "steps": [step.value for step in steps],
            "samples": [sample.to_json() for sample in tests],
            "searched": self.searched_paths,
        }


def preview_job(preview: Preview, tree: WorkingTree) -> BuildTask:
    """A project's text as it was at one moment, built as a preview wants it."""
    wires = tuple(Port(wire["stage"], wire["index"]) for wire in preview.options["watched"])
    build = preview.options.get("build")
    profile = choices_of(preview.project).profile if build is None else PROFILES[build["match"]]
    options = SpecOptions(
        preview.project.name, watched=wires, timed=preview.options["timed"], profile=profile, is_preview=True
    )
    return BuildTask(
        preview.project.organisation_id,
        _spec(tree.digest, options),
        with_blocks(preview.project, tree.manifest, tree.texts),
        tree.texts,
        PREVIEW_STEPS,
        lasts=False,
    )


def numbered_job(build: Build) -> BuildTask:
    """The job of a numbered build. Reads the build's project, and its versions of the files and of the data."""
    project: Project = build.project
    choices = choices_of_build(build)
    own_files = available_files(build.source)
    manifest = with_blocks(project, own_files)
    # The compiler reads that file later; a preview of the same files is for speed all the same.
    heeds = POLICY_FILE in manifest
    options = SpecOptions(build.name, profile=choices.profile, optimize=choices.optimize, follows_forge_yml=heeds)
    spec = _spec(build.source.digest, options)
    tests = samples_under_test(build.data_version, project)
    steps: tuple[BuildJobStep, ...] = NUMBERED_STEPS if tests is None else (*NUMBERED_STEPS, BuildJobStep.EVALUATE)
    if is_searched(build.source):
        steps = tuple(step for step in steps if step != BuildJobStep.SECRETS)
    searched_paths = tuple(sorted(texts_to_search(own_files)))
    return BuildTask(
        project.organisation_id, spec, manifest, {}, steps, lasts=True, tests=tests, searched_paths=searched_paths
    )


def package_job(rune: BuildTask, artefact: Artefact, target: str, aim: Aim) -> BuildTask:
    """The job of a numbered build's package, where `made` is what the build's own job `rune` made. A target that has no
    such variant is made as it is."""
    options = replace(rune.spec.options, optimize=find_variant(target, aim).optimized_for, follows_forge_yml=False)
    spec = replace(rune.spec, target=target, options=options)
    return replace(rune, spec=spec, steps=PACKAGE_STEPS, tests=None, rune=artefact.digest)


def _is_counted(artefact: Artefact) -> bool:
    """Returns whether nothing more can be learnt here of what it needs: a tool that was missing then may be installed
    now."""
    needs = artefact.needs
    if needs is None:
        return False
    core = core_of(artefact.target)
    return needs["missing"] is None or core is None or missing_package(core) is not None


def _spec(version: str, options: SpecOptions) -> BuildSpec:
    return BuildSpec(version, TOOLCHAIN, RUNE_TARGET, options)
