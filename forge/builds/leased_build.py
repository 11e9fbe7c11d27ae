"""One numbered build that a worker holds a lease of: runs its job, writes its log, and ends the build."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from forge.builds.errors import Stopping
from forge.builds.evaluations.limits import judged, preferred_options
from forge.builds.evaluations.outcomes import stored_evaluation, summary_of
from forge.builds.execution import Execution, NewCompiler
from forge.builds.jobs import Job, Step, numbered_job
from forge.builds.leases import (
    BuildLease,
    Line,
    Outcome,
    finish,
    put_back,
    renew,
    set_artefact,
    set_evaluation,
    set_judgements,
    set_manner,
    set_measurement,
    write_log,
)
from forge.builds.models import Artefact, Build, State
from forge.builds.packages.making import PackageWork
from forge.compute.errors import ChildDied, OutOfTime
from forge.compute.pool.compiler import Answer
from forge.compute.pool.toolchain import BUILD_SECONDS, fresh_compiler
from forge.compute.scheduler.pace import Pace, PaceNow, usual_pace
from forge.core.database.full_disk import is_full_disk
from forge.core.errors import Damaged
from forge.core.leases import LeaseLost
from forge.core.observability import log_context_of_build
from rune.running.evaluation.evaluation import Evaluation
from rune.running.evaluation.wording import accuracy_sentence, stream_sentence
from rune.source.policy.wording import judgement_line
from rune.wording import counted, listed

RENEW_EVERY = 1.0
"""Seconds. Also how soon a build that was cancelled is stopped."""
COMPILER_ATTEMPTS = 3
"""Attempts of a build whose compiler's process dies: fewer than of one whose worker does, for the fault is its own."""
LOG_EVERY = 0.2
"""Seconds that lines are gathered before they are written together."""


FULL_DISK = "The server's disk is full. Tell the operator, and build again when there is room."


class LeasedBuild:
    """One build in work, and the recorder of its results. `stopping` is set when the process ends."""

    def __init__(
        self,
        lease: BuildLease,
        stopping: threading.Event,
        new_compiler: NewCompiler = fresh_compiler,
        pace: PaceNow = usual_pace,
    ) -> None:
        self._lease = lease
        self._stopping = stopping
        self._new_compiler = new_compiler
        self._pace = pace
        self._is_compiled = False
        self._build = Build.objects.select_related("project", "version").get(pk=lease.build_id)
        self._lines: list[Line] = []
        self._written = self._renewed = time.monotonic()
        self._failure: Outcome | None = None
        self._is_measured_before = False
        self._measurement: Mapping[str, Any] | None = None

    def run(self) -> None:
        """Does the build. A lost lease ends it silently: another worker has the build, or it was cancelled."""
        with log_context_of_build(self._lease.build_id):
            self._run()

    def _run(self) -> None:
        try:
            try:
                outcome = self._outcome()
            except Stopping:
                self._say("worker", "The server stops. The build starts again when it is back.", level="warning")
                put_back(self._lease, self._lines, counts=False)
            except ChildDied as error:
                self._after_death(error)
            except Exception as error:
                if not is_full_disk(error):
                    raise
                self._say("worker", FULL_DISK, level="error")
                finish(self._lease, Outcome(State.FAILED, error=FULL_DISK), self._lines)
            else:
                finish(self._lease, outcome, self._lines)
        except LeaseLost:
            return

    def _after_death(self, error: ChildDied) -> None:
        """A process that ran out of time would do so again; one that died of anything else gets another attempt."""
        if isinstance(error, OutOfTime) or self._lease.attempt >= COMPILER_ATTEMPTS:
            self._say("worker", error.reason, level="error")
            finish(self._lease, Outcome(State.FAILED, error=error.reason), self._lines)
            return
        text = f"{error.reason} The build starts again, attempt {self._lease.attempt + 1} of {COMPILER_ATTEMPTS}."
        self._say("worker", text, level="warning")
        put_back(self._lease, self._lines, counts=True)

    def _outcome(self) -> Outcome:
        """How the build ends. Raises `Stopping`, `ChildDied` and `LeaseLost`."""
        job = numbered_job(self._build)
        execution = Execution(job, self)
        try:
            artefact = execution.run(
                self._new_compiler,
                limit=BUILD_SECONDS,
                tick=self._tick,
                pace=self._pace_now,
                pace_at_rest=self._pace,
            )
        except Damaged as error:
            self._say("worker", error.detail, level="error")
            return Outcome(State.FAILED, error=error.detail)
        if self._failure is not None:
            return self._failure
        if artefact is None:
            raise ChildDied("The compiler stopped without building a rune.")
        if self._is_measured_before:
            self._measurement = artefact.report["run"]
            set_measurement(self._lease, self._measurement)
        stored = None if job.tests is None else stored_evaluation(artefact, job.tests.digest)
        if job.tests is not None and stored is not None:
            # Found now, or when the same rune was run on the same samples before.
            set_evaluation(self._lease, job.tests.digest, summary_of(stored))
        manner = preferred_options(artefact)
        if manner:
            set_manner(self._lease, manner)
        packages = self._packages(job, artefact)
        self._judge(artefact, stored, packages)
        return Outcome(State.SUCCEEDED, artefact=artefact, diagnostics=artefact.diagnostics)

    def _packages(self, job: Job, rune: Artefact) -> Mapping[str, Artefact]:
        """Makes the packages; answers those that there are, by target."""
        work = PackageWork(
            self._lease,
            job,
            rune,
            lambda step, text, level: self._say(step, text, level=level),
            self._tick,
            self._pace,
        )
        return work.run(self._new_compiler)

    def _pace_now(self) -> Pace:
        """How fast to compute now. What runs the rune does so by the clock: it gives way between samples alone."""
        return Pace.USUAL if self._is_compiled else self._pace()

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        set_artefact(self._lease, artefact)
        self._is_compiled = True

    def reused(self, missing: tuple[Step, ...]) -> None:
        self._is_measured_before = Step.MEASURE not in missing
        if missing:
            self._say("cache", f"Reused an earlier build of the same files; left to do: {_listed(missing)}.")
        else:
            self._say("cache", "Reused an earlier build of the same files, with its report.")

    def checked(self, answer: Answer) -> None:
        if answer["broken"]:
            # Else the compiler says so, who checks again.
            self._say("check", answer["text"], answer["milliseconds"])

    def logged(self, answer: Answer) -> None:
        self._say(answer["step"], answer["text"], answer["milliseconds"])

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """A rune that differs from the reference by more than is allowed ends the build."""
        sentence = str(verification["sentence"])
        if verification["within"]:
            self._say("verify", sentence, milliseconds, level="info" if verification["complete"] else "warning")
            return
        self._say("verify", sentence, milliseconds, level="error")
        is_foreign = (verification.get("rebuild") or {}).get("state") == "different"
        problem = "is not what its files build" if is_foreign else "gives other results than the reference interpreter"
        error = f"The rune {problem}. {sentence[:1].upper()}{sentence[1:]}."
        self._failure = Outcome(State.FAILED, error=error)

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        self._measurement = run
        set_measurement(self._lease, run)
        if run is None:
            self._say("measure", f"Inference time was not measured: {reason}", level="warning")
            return
        self._say(
            "measure",
            f"Inference time: {run['milliseconds']:.3f} ms, the median of {counted(run['runs'], 'run')}; "
            f"half of them took {run['low']:.3f} to {run['high']:.3f} ms",
        )

    def evaluated(self, result: Mapping[str, Any], milliseconds: float) -> None:
        if "outcomes" not in result:
            self._say("evaluate", f"Not evaluated: {result['reason']}", milliseconds, level="warning")
            return
        evaluation = Evaluation.from_json(result)
        sentence = " ".join(
            each for each in (accuracy_sentence(evaluation), stream_sentence(evaluation)) if each is not None
        )
        self._say("evaluate", sentence, milliseconds, level="warning" if evaluation.left else "info")

    def counted(self, needs: Mapping[str, Any]) -> None:
        """Packages have a recorder of their own."""

    def _judge(
        self, artefact: Artefact, evaluation: Mapping[str, Any] | None, packages: Mapping[str, Artefact]
    ) -> None:
        """Says of each limit of `forge.yml` whether it is met. A missed one does not end the build."""
        judgements = judged(
            artefact,
            self._measurement,
            evaluation,
            {target: package.needs for target, package in packages.items() if package.needs is not None},
        )
        for each in judgements:
            self._say("limits", judgement_line(each), level="info" if each.outcome.passes else "warning")
        set_judgements(self._lease, [each.to_json() for each in judgements])

    def failed(self, answer: Answer) -> None:
        self._say("build", answer["error"], level="error")
        self._failure = Outcome(State.FAILED, diagnostics=answer["diagnostics"], error=answer["error"])

    def _say(self, step: str, text: str, milliseconds: float | None = None, level: str = "info") -> None:
        self._lines.append(Line(step, text, milliseconds, level))

    def _tick(self) -> None:
        """Writes gathered lines and keeps the lease. Raises `LeaseLost` or `Stopping`, which end the process."""
        if self._stopping.is_set():
            raise Stopping
        now = time.monotonic()
        if self._lines and now - self._written > LOG_EVERY:
            lines, self._lines = self._lines, []
            write_log(self._lease, lines)
            self._written = self._renewed = now
        elif now - self._renewed > RENEW_EVERY:
            renew(self._lease)
            self._renewed = now


def _listed(steps: tuple[Step, ...]) -> str:
    return listed([step.value for step in steps])
