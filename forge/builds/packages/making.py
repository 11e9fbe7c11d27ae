"""The executor of the jobs that make the packages of numbered builds: one a target, once the build has succeeded.

What one target refuses is said by name, and the others are made all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from forge.builds.compiling.build_task import BuildJobStep, BuildTask, numbered_job, package_job
from forge.builds.compiling.execution import Execution, NewCompiler
from forge.builds.evaluations.judging import judge_build, log_judgements
from forge.builds.models import Artefact, BuildPackage
from forge.builds.runs.progress import announce_package
from forge.builds.runs.quotas import PACKAGE_KIND, require_another_build
from forge.compute.errors import ChildDied, OutOfTime
from forge.compute.pool.compiler import Answer
from forge.compute.pool.toolchain import BUILD_SECONDS, fresh_compiler
from forge.core.actors import Actor
from forge.core.errors import BytesDamaged
from forge.core.observability.log_context import log_context_of_build
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job as QueuedJob
from forge.jobs.models import WorkerCapability
from rune.aim import Aim
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.wording import counted, size_text

COMPILER_ATTEMPTS = 3
"""Attempts of a package whose compiler's process dies."""
REASONS = 3
"""Errors that a refusal tells. Those of one target are often the same for each stage."""


def run_package_job(job: JobContext, new_compiler: NewCompiler = fresh_compiler) -> Mapping[str, Any]:
    """Makes a package, and judges the build again by what it needs. A refusal is a failed job with its reason."""
    package = BuildPackage.objects.select_related("build__project", "build__version", "build__artefact").get(
        build=job.spec["build"], target=job.spec["target"]
    )
    build = package.build
    if build.artefact is None:
        raise JobFailed("The build has no rune.")
    with log_context_of_build(build.pk):
        work = package_job(numbered_job(build), build.artefact, package.target, cast("Aim", build.optimize_packages))
        recorder = PackageRecorder(job, package)
        artefact = _execute(work, recorder, job, new_compiler)
        job.log(f"Package for {package.target}: {package_sentence(artefact)}", step="package")
        judgements = judge_build(job, build.pk)
        log_judgements(job, [each for each in judgements if each.limit.label == package.target])
    return {}


def _execute(work: BuildTask, recorder: PackageRecorder, job: JobContext, new_compiler: NewCompiler) -> Artefact:
    try:
        artefact = Execution(work, recorder).run(new_compiler, limit=BUILD_SECONDS, tick=job.tick, pace=job.pace)
    except ChildDied as error:
        recorder.drop()
        # A process that ran out of time would do so again.
        if isinstance(error, OutOfTime):
            raise JobFailed(error.reason) from None
        raise AttemptFailed(error.reason, attempts=COMPILER_ATTEMPTS) from None
    except BytesDamaged as error:
        recorder.drop()
        raise JobFailed(error.detail) from None
    if artefact is None or recorder.refusal:
        recorder.drop()
        raise JobFailed(recorder.refusal or "The compiler stopped without making it.")
    return artefact


class PackageRecorder:
    """Records what became of one package."""

    def __init__(self, job: JobContext, package: BuildPackage) -> None:
        self._job = job
        self._package = package
        self.refusal = ""

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        self._store(artefact=artefact, needs=artefact.needs)

    def reused(self, missing: tuple[BuildJobStep, ...]) -> None:
        """The line that tells of the package tells enough."""

    def checked(self, answer: Answer) -> None:
        """The rune's own job checked the files."""

    def compiled(self, output: Path) -> None:
        """Nobody waits for the bytes of a package."""

    def logged(self, answer: Answer) -> None:
        """Describes a package in one line."""

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A package has a self-test."""

    def searched(self, scan: Mapping[str, Any]) -> None:
        """The build searched the files."""

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        """Time on a board is estimated from what is counted."""

    def tried(self, background: BackgroundTrialJson) -> None:
        """The rune is tried; the package gives the same bytes."""

    def evaluated(self, evaluation: Mapping[str, Any], milliseconds: float) -> None:
        """The rune runs the samples; the package gives the same bytes."""

    def counted(self, needs: Mapping[str, Any]) -> None:
        self._store(needs=dict(needs))

    def failed(self, answer: Answer) -> None:
        self.refusal = refusal_of(answer["error"], answer["diagnostics"])

    def drop(self) -> None:
        """Forgets what was made by an attempt that failed later."""
        self._store(artefact=None, needs=None)

    @transaction.atomic
    def _store(self, **values: object) -> None:
        """Writes what became of the package. Raises `LeaseLost`."""
        self._job.confirm_lease()
        BuildPackage.objects.filter(pk=self._package.pk).update(**values)


def refusal_of(error: str, diagnostics: Sequence[Mapping[str, Any]]) -> str:
    """Returns the reason why there is no package: the first errors among the diagnostics, or else the message."""
    reasons = [str(one["message"]) for one in diagnostics if one["severity"] == "error"]
    if not reasons:
        return error
    rest = len(reasons) - REASONS
    return "; ".join([*reasons[:REASONS], *([f"and {counted(rest, 'more error')}"] if rest > 0 else [])]) + "."


def package_sentence(artefact: Artefact) -> str:
    """The size of a package, and what it needs."""
    size, needs = size_text(artefact.size), artefact.needs
    if needs is None:
        return f"{size}, self-test passed"
    flash, ram = size_text(needs["flash"]), size_text(needs["ram"])
    if needs["instructions"] is None:
        return f"{size}, self-test passed; at least {flash} of flash and {ram} of RAM ({needs['not_measured']})"
    return f"{size}, self-test passed; {flash} of flash, {ram} of RAM, {needs['instructions']:,} instructions a run"


def titles_of(jobs: Sequence[QueuedJob]) -> Mapping[UUID, JobTitle]:
    """Packages are called by their target and their build."""
    packages = BuildPackage.objects.select_related("build__project__organisation").filter(
        job__in=[job.pk for job in jobs]
    )
    return {package.job_id: _title(package) for package in packages}


def _title(package: BuildPackage) -> JobTitle:
    build = package.build
    page = f"{build.project.get_absolute_url()}/builds/{build.number}/boards"
    return JobTitle(f"Package for {package.target} of build {build.number} of {build.project.full_name}", page)


def prepare_retry(actor: Actor, job: QueuedJob) -> None:
    """A package that is retried takes time of the limits of builds. Raises `TooOften`."""
    require_another_build(job.organisation, actor.person)


PACKAGE = JobKind(
    PACKAGE_KIND,
    WorkerCapability.BUILD,
    run_package_job,
    "Package",
    titles=titles_of,
    retention=None,
    noun="package",
    on_change=announce_package,
    before_retry=prepare_retry,
)
