"""Executes a job: it reuses the artefact of the same spec and runs the missing steps.

One way for previews, looks into them and numbered builds. Who writes down what comes of it is a `Recorder`. Nothing
waits inside a transaction: the compiler's process computes, and rows are written between its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from forge.builds.compiling.artefact_store import (
    add_background,
    add_measurement,
    add_needs,
    add_policy,
    add_verification,
    keep_artefact,
    secure,
    take_known,
)
from forge.builds.compiling.build_task import BuildJobStep, BuildTask
from forge.builds.evaluations.outcomes import keep_evaluation
from forge.builds.models import Artefact
from forge.compute.errors import ChildDied, ChildKilled, OutOfTime
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import local_files, open_blob_file
from forge.compute.pool.toolchain import fetched_folder
from forge.compute.scheduler.compute_pace import PaceNow, usual_pace
from rune.assessment.evaluation.trials.background import BackgroundTrialJson, bounded_background


class Recorder(Protocol):
    """Records the results of a job."""

    def take(self, artefact: Artefact, *, is_new: bool) -> None:
        """The job's artefact was found or made; called in the transaction that makes sure of it."""

    def reused(self, missing: tuple[BuildJobStep, ...]) -> None:
        """Takes the steps that are left to do for an artefact that was built before."""

    def checked(self, answer: Answer) -> None:
        """The result of the check: `diagnostics`, `outline`, whether it is `broken`, and a `text` for a log."""

    def compiled(self, output: Path) -> None:
        """The rune or the package is in this file, and is stored next."""

    def logged(self, answer: Answer) -> None:
        """A step of the compiler ended: `step`, `text` and `milliseconds`."""

    def searched(self, scan: Mapping[str, Any]) -> None:
        """The texts were searched for secrets (`forge.projects.secrets.scan.SecretScanJson`)."""

    def verified(self, verification: Mapping[str, Any], milliseconds: float) -> None:
        """The rune was compared with the reference; this is what was found."""

    def measured(self, run: Mapping[str, Any] | None, reason: str) -> None:
        """The time of a run was measured; it is None with the reason where it cannot be measured here."""

    def tried(self, background: BackgroundTrialJson) -> None:
        """The rune was tried on built-in silence, noise and tones."""

    def evaluated(self, evaluation: Mapping[str, Any], milliseconds: float) -> None:
        """The rune was run on its test samples; `evaluation` is JSON, or says the `reason` why not."""

    def counted(self, needs: Mapping[str, Any]) -> None:
        """The needs of a package were counted or planned (`rune.devices.boards.describing.NeedsJson`)."""

    def failed(self, answer: Answer) -> None:
        """The build failed: `error` and `diagnostics`."""


NewCompiler = Callable[[], AbstractContextManager[Compiler]]
"""Gives a compiler for one job, and takes it back."""


class Execution:
    """A running job."""

    def __init__(self, job: BuildTask, recorder: Recorder) -> None:
        self._job = job
        self._recorder = recorder
        self._artefact: Artefact | None = None

    def run(
        self,
        new_compiler: NewCompiler,
        *,
        limit: float,
        tick: Callable[[], None],
        pace: PaceNow = usual_pace,
        pace_at_rest: PaceNow = usual_pace,
    ) -> Artefact | None:
        """Does it; None where the recorder has the reason of a failure. `limit` is in seconds.

        The compiler's process goes on at the `pace` that is answered, and between samples at `pace_at_rest`. Raises
        what `tick` raises, and `ChildDied`.
        """
        self._artefact = self._earlier_artefact()
        missing = self._job.missing(self._artefact)
        if self._artefact is not None:
            self._recorder.reused(missing)
        if missing:
            with new_compiler() as compiler:
                compute = partial(self._compute, compiler, limit, tick, pace, pace_at_rest)
                self._compute_again_if_the_process_is_the_cause(compute, compiler.alive)
        if self._artefact is not None and self._job.lasts and not secure(self._artefact):
            raise ChildDied("The rune could not be stored.")
        return self._artefact

    def _earlier_artefact(self) -> Artefact | None:
        """Returns the earlier result, unless its bytes are lost."""
        artefact = take_known(self._job, lambda artefact: self._recorder.take(artefact, is_new=False))
        if artefact is not None and self._job.lasts and not secure(artefact):
            return None
        return artefact

    def _compute_again_if_the_process_is_the_cause(self, compute: Callable[[], None], was_warm: bool) -> None:
        """Tries again once, in a new process, if the process was killed, or had served many previews before it died."""
        try:
            compute()
        except OutOfTime:
            raise
        except ChildDied as error:
            if not was_warm and not isinstance(error, ChildKilled):
                raise
            compute()

    def _compute(
        self, compiler: Compiler, limit: float, tick: Callable[[], None], pace: PaceNow, pace_at_rest: PaceNow
    ) -> None:
        """Does the steps that are missing by now."""
        steps = self._job.missing(self._artefact)
        if not steps:
            return
        folder = fetched_folder()
        with ExitStack() as stack:
            files = stack.enter_context(local_files(self._job.files, folder, self._job.texts))
            rune = self._job.rune or (self._artefact and self._artefact.digest)
            earlier_rune = stack.enter_context(open_blob_file(rune, folder)) if rune else None
            compiler.run(
                self._job.compiler_job(steps),
                lambda answer: self._answer(answer, compiler),
                owner=self._job.organisation,
                files=files,
                rune=earlier_rune,
                limit=limit,
                tick=tick,
                pace=pace,
                pace_at_rest=pace_at_rest,
            )

    def _answer(self, answer: Answer, compiler: Compiler) -> None:
        match answer["event"]:
            case "checked":
                self._recorder.checked(answer)
            case "step":
                self._recorder.logged(answer)
            case "built" if self._artefact is None:
                self._recorder.compiled(compiler.output)
                take = self._recorder.take
                self._artefact = keep_artefact(
                    self._job, compiler.output, answer, lambda artefact: take(artefact, is_new=True)
                )
            case "policy" if self._artefact is not None:
                add_policy(self._artefact, answer["policy"])
            case "searched":
                self._recorder.searched(answer["scan"])
            case "verified" if self._artefact is not None:
                verification = answer["verification"]
                if verification["within"]:
                    add_verification(self._artefact, verification)
                self._recorder.verified(verification, answer["milliseconds"])
            case "measured" if self._artefact is not None:
                add_measurement(self._artefact, answer["run"])
                self._recorder.measured(answer["run"], "")
            case "tried" if self._artefact is not None:
                background = bounded_background(answer["background"])
                if background is not None:
                    add_background(self._artefact, background)
                    self._recorder.tried(background)
            case "unmeasured" if self._artefact is not None:
                add_measurement(self._artefact, None)
                self._recorder.measured(None, answer["reason"])
            case "evaluated" if self._artefact is not None and self._job.tests is not None:
                evaluation = keep_evaluation(self._artefact, self._job.tests, answer["evaluation"])
                self._recorder.evaluated(evaluation, answer["milliseconds"])
            case "counted" if self._artefact is not None:
                add_needs(self._artefact, answer["needs"])
                self._recorder.counted(answer["needs"])
            case "failed":
                self._recorder.failed(answer)
