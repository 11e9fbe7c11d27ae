"""The executor of the jobs that make numbered builds: runs the steps, writes the log, and stores what comes of them.

The job (`forge.jobs`) has the build's state, lease and attempts. Whatever is written here is written under its lease.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.principals import Principal
from forge.builds.compiling.build_task import BuildJobStep, BuildTask, numbered_job
from forge.builds.compiling.execution import Execution, NewCompiler
from forge.builds.evaluations.data_key import data_named_by
from forge.builds.evaluations.judging import judge_build, log_judgements, pending_targets
from forge.builds.evaluations.limits import preferred_options
from forge.builds.evaluations.outcomes import stored_evaluation, summary_of
from forge.builds.models import Artefact, Build
from forge.builds.runs.progress import announce_build_change, announce_log
from forge.builds.runs.quotas import require_another_build
from forge.builds.serializers.builds import build_url
from forge.compute.errors import ChildDied, OutOfTime
from forge.compute.pool.compiler import Answer
from forge.compute.pool.toolchain import BUILD_SECONDS, fresh_compiler
from forge.compute.scheduler.compute_pace import ComputePace
from forge.compute.secret_search import store_scan
from forge.core.actors import Actor
from forge.core.errors import BytesDamaged
from forge.core.observability.log_context import log_context_of_build
from forge.datasets.errors import TooManyProtectedRuns
from forge.datasets.models import DataVersion
from forge.datasets.protection.limits import count_run
from forge.datasets.sample_uses import SampleUse, UsePlace
from forge.datasets.versions.actions import save_for_build
from forge.datasets.versions.other_projects import find_usable_version, place_of, usable_samples
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job as QueuedJob
from forge.jobs.models import WorkerCapability
from forge.jobs.requester import requester_of
from forge.projects.secrets.scan import SecretScan
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.assessment.evaluation.wording import accuracy_sentence, stream_sentence
from rune.source.policy import POLICY_FILE
from rune.wording import counted, listed

COMPILER_ATTEMPTS = 3
"""Attempts of a build whose compiler's process dies: fewer than of one whose worker does, for the fault is its own."""


def run_build_job(job: JobContext, new_compiler: NewCompiler = fresh_compiler) -> Mapping[str, Any]:
    """Makes a numbered build."""
    with log_context_of_build(job.spec["build"]):
        BuildRun(job, new_compiler).run()
    return {}


class BuildRun:
    """A running build, and the recorder of its results."""

    def __init__(self, job: JobContext, new_compiler: NewCompiler) -> None:
        self._job = job
        self._new_compiler = new_compiler
        rows = Build.objects.select_related("project", "version", "data_version__data_set", "job__requested_by")
        self._build = rows.get(pk=job.spec["build"])
        self._is_compiled = False
        self._failure: str | None = None
        self._is_measured_before = False

    def run(self) -> None:
        """Does the build. Raises `JobFailed` and `AttemptFailed`, and what `JobContext.tick` raises."""
        self._choose_data()
        work = self._limited(numbered_job(self._build))
        try:
            artefact = self._execute(work)
            if artefact is None:
                raise ChildDied("The compiler stopped without building a rune.")
            self._complete(work, artefact)
        except ChildDied as error:
            # A process that ran out of time would do so again.
            if isinstance(error, OutOfTime):
                raise JobFailed(error.reason) from None
            raise AttemptFailed(error.reason, attempts=COMPILER_ATTEMPTS) from None
        except BytesDamaged as error:
            raise JobFailed(error.detail) from None

    def _choose_data(self) -> None:
        """Names the version of the data that the build is evaluated on: that of its `forge.yml`, or else the data as
        it is now. An attempt after a kill goes on with the version of the first one."""
        if self._build.data_version is not None:
            return
        digest = data_named_by(self._build.source)
        version = self._named_data(digest) if digest else save_for_build(self._build.project)
        if digest and version is None:
            self._log_line(
                "data",
                f"{POLICY_FILE} names {digest} as its data, which is not a version of this project's data or of "
                f"another project's that the person who requested the build reads. {self._limit_of_tokens()}"
                "Accuracy is unknown. Correct `data`, or remove it.",
                level="warning",
            )
        elif version is not None:
            self._build.data_version = version
            self._store(data_version=version)
            by = f"named by {POLICY_FILE}" if digest else "the data as it is now"
            self._log_line("data", f"Version {version.number} of {self._whose(version)}, {by}.")

    def _named_data(self, digest: str) -> DataVersion | None:
        """The version that the person who requested the build may use."""
        return find_usable_version(self._requester(), self._build.project, digest)

    def _requester(self) -> Principal | None:
        """The person who asked for the build, or their token, which may read less. None where that is nobody, or the
        token has ended."""
        return None if self._build.job is None else requester_of(self._build.job)

    def _limit_of_tokens(self) -> str:
        if self._build.job is None or not self._build.job.by_program:
            return ""
        return "A token reads only the projects that it is restricted to, and nothing once it has ended. "

    def _whose(self, version: DataVersion) -> str:
        # The name of the other project is not for everyone who reads the log.
        if place_of(version, self._build.project) is UsePlace.HERE:
            return "the data"
        return "the data of another project, with the samples whose consent covers other projects"

    def _limited(self, work: BuildTask) -> BuildTask:
        """Leaves out the test samples where too many builds of the requester ran on recordings that they may not
        play."""
        version, job = self._build.data_version, self._build.job
        if work.tests is None or version is None or job is None:
            return work
        samples = usable_samples(version, self._build.project, SampleUse.EVALUATION)
        try:
            count_run(job.pk, self._requester(), version.data_set, samples)
        except TooManyProtectedRuns as error:
            self._store(evaluation=dict(summary_of({"reason": error.detail.removesuffix(".")})))
            self._log_line("evaluate", f"Not evaluated: {error.detail}", level="warning")
            return work.without_tests()
        return work

    def _execute(self, work: BuildTask) -> Artefact | None:
        artefact = Execution(work, self).run(
            self._new_compiler,
            limit=BUILD_SECONDS,
            tick=self._job.tick,
            pace=self._pace_now,
            pace_at_rest=self._job.pace,
        )
        if self._failure is not None:
            raise JobFailed(self._failure)
        return artefact

    def _complete(self, work: BuildTask, artefact: Artefact) -> None:
        """Stores what is known once there is a rune: its figures, and what is said of its limits."""
        values: dict[str, Any] = {"diagnostics": artefact.diagnostics}
        if self._is_measured_before:
            values["measurement"] = artefact.report["run"]
        evaluation = None if work.tests is None else stored_evaluation(artefact, work.tests.digest)
        if work.tests is not None and evaluation is not None:
            # Found now, or when the same rune was run on the same samples before.
            values |= {"samples": work.tests.digest, "evaluation": dict(summary_of(evaluation))}
        self._store(**values, **preferred_options(artefact))
        pending = pending_targets(self._build.pk)
        judgements = judge_build(self._job, self._build.pk)
        # The log of a target's package says what concerns that target.
        known_judgements = [
            each for each in judgements if not (each.limit.kind.is_of_target and each.limit.label in pending)
        ]
        log_judgements(self._job, known_judgements)

    @transaction.atomic
    def _store(self, **values: object) -> None:
        """Writes to the build. Raises `LeaseLost`."""
        self._job.confirm_lease()
        Build.objects.filter(pk=self._build.pk).update(**values)

    def _pace_now(self) -> ComputePace:
        """Returns how fast to compute now.

        The clock drives the steps that run the rune: they give way only between samples.
        """
        return ComputePace.USUAL if self._is_compiled else self._job.pace()

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        # From now on nobody prunes the rune.
        self._store(artefact=artefact)
        self._is_compiled = True

    def reused(self, missing: tuple[BuildJobStep, ...]) -> None:
        self._is_measured_before = BuildJobStep.MEASURE not in missing
        if missing:
            steps = listed([step.value for step in missing])
            self._log_line("cache", f"Reused an earlier build of the same files; left to do: {steps}.")
        else:
            self._log_line("cache", "Reused an earlier build of the same files, with its report.")

    def checked(self, answer: Answer) -> None:
        if answer["broken"]:
            # Else the compiler says so, who checks again.
            self._log_line("check", answer["text"], answer["milliseconds"])

    def compiled(self, output: Path) -> None:
        """Nobody waits for the bytes of a numbered build."""

    def logged(self, answer: Answer) -> None:
        self._log_line(answer["step"], answer["text"], answer["milliseconds"])

    def searched(self, scan: Mapping[str, Any]) -> None:
        result = SecretScan.from_json(scan)
        with transaction.atomic():
            self._job.confirm_lease()
            store_scan(self._build.source, result)
        for sentence in result.sentences:
            self._log_line("secrets", sentence, level="warning")

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A rune that differs from the reference by more than is allowed ends the build."""
        sentence = str(verification["sentence"])
        if verification["within"]:
            self._log_line("verify", sentence, milliseconds, level="info" if verification["complete"] else "warning")
            return
        self._log_line("verify", sentence, milliseconds, level="error")
        is_foreign = (verification.get("rebuild") or {}).get("state") == "different"
        problem = "is not what its files build" if is_foreign else "gives other results than the reference interpreter"
        self._failure = f"The rune {problem}. {sentence[:1].upper()}{sentence[1:]}."

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        self._store(measurement=None if run is None else dict(run))
        if run is None:
            self._log_line("measure", f"Inference time was not measured: {reason}", level="warning")
            return
        self._log_line(
            "measure",
            f"Inference time: {run['milliseconds']:.3f} ms, the median of {counted(run['runs'], 'run')}; "
            f"half of them took {run['low']:.3f} to {run['high']:.3f} ms",
        )

    def tried(self, background: BackgroundTrialJson) -> None:
        self._log_line("background", background["sentence"], level="warning" if background["called"] else "info")

    def evaluated(self, result: Mapping[str, Any], milliseconds: float) -> None:
        if "outcomes" not in result:
            self._log_line("evaluate", f"Not evaluated: {result['reason']}", milliseconds, level="warning")
            return
        # In whole seconds: how long a rune takes on a recording may say what is in it.
        milliseconds = 1000.0 * math.ceil(milliseconds / 1000)
        evaluation = Evaluation.from_json(result)
        sentence = " ".join(
            each for each in (accuracy_sentence(evaluation), stream_sentence(evaluation)) if each is not None
        )
        self._log_line("evaluate", sentence, milliseconds, level="warning" if evaluation.left else "info")

    def counted(self, needs: Mapping[str, Any]) -> None:
        """Packages have a recorder of their own."""

    def failed(self, answer: Answer) -> None:
        self._store(diagnostics=answer["diagnostics"])
        self._failure = answer["error"]

    def _log_line(self, step: str, text: str, milliseconds: float | None = None, level: str = "info") -> None:
        self._job.log(text, level, step, milliseconds)


def titles_of(jobs: Sequence[QueuedJob]) -> Mapping[UUID, JobTitle]:
    """Builds are called by their number and project."""
    builds = Build.objects.select_related("project__organisation", "version").filter(job__in=[job.pk for job in jobs])
    return {
        build.job_id: JobTitle(f"{build.title.capitalize()} of {build.project.full_name}", build_url(build) or "")
        for build in builds
        if build.job_id is not None
    }


def prepare_retry(actor: Actor, job: QueuedJob) -> None:
    """A build that is retried counts like another, and begins with nothing. Raises `TooOften`."""
    build = Build.objects.select_related("project__organisation").get(job=job)
    require_another_build(build.project.organisation, actor.person)
    Build.objects.filter(pk=build.pk).update(
        artefact=None, diagnostics=[], measurement=None, samples="", evaluation=None, judgements=[]
    )


BUILD = JobKind(
    "build",
    WorkerCapability.BUILD,
    run_build_job,
    "Build",
    titles=titles_of,
    retention=None,
    noun="build",
    on_change=announce_build_change,
    on_log=announce_log,
    before_retry=prepare_retry,
)
