"""What a build worker does with one numbered build that it holds the lease of: compute, log, and end it.

Nothing waits inside a transaction: the compiler's process computes, and rows are written between its answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from forge.builds.artefacts import add_measurement, add_verification, files_of, find_artefact, keep_artefact
from forge.builds.compiler import Answer, Compiler
from forge.builds.errors import ChildDied, LeaseLost, OutOfTime, Stopping
from forge.builds.leases import (
    ATTEMPTS,
    Lease,
    Line,
    Outcome,
    finish,
    put_back,
    renew,
    set_artefact,
    set_measurement,
    write_log,
)
from forge.builds.models import Artefact, Build, State
from forge.builds.runes import local_rune
from forge.builds.toolchain import BUILD_SECONDS, fresh_compiler
from rune.wording import counted

RENEW_EVERY = 1.0
"""Seconds. Also how soon a build that was cancelled is stopped."""
LOG_EVERY = 0.2
"""Seconds that lines are gathered before they are written together."""


class Worker:
    """One build in work. `stopping` is set when the program ends."""

    def __init__(
        self, lease: Lease, stopping: threading.Event, new_compiler: Callable[[], Compiler] = fresh_compiler
    ) -> None:
        self._lease = lease
        self._stopping = stopping
        self._new_compiler = new_compiler
        self._build = Build.objects.select_related("project", "version").get(pk=lease.build_id)
        self._lines: list[Line] = []
        self._written = self._renewed = time.monotonic()
        self._artefact: Artefact | None = None
        self._failure: Outcome | None = None
        self._target: Path | None = None

    def run(self) -> None:
        """Does the build. A lost lease ends it silently: somebody else has the build, or nobody wants it any more."""
        try:
            try:
                outcome = self._outcome()
            except Stopping:
                self._say("worker", "The server stops. The build starts again when it is back.", level="warning")
                put_back(self._lease, self._lines, counts=False)
            except ChildDied as error:
                self._after_death(error)
            else:
                finish(self._lease, outcome, self._lines)
        except LeaseLost:
            return

    def _after_death(self, error: ChildDied) -> None:
        """A process that ran out of time would do so again; one that died of anything else gets another attempt."""
        if isinstance(error, OutOfTime) or self._lease.attempt >= ATTEMPTS:
            self._say("worker", error.reason, level="error")
            finish(self._lease, Outcome(State.FAILED, error=error.reason), self._lines)
            return
        text = f"{error.reason} The build starts again, attempt {self._lease.attempt + 1} of {ATTEMPTS}."
        self._say("worker", text, level="warning")
        put_back(self._lease, self._lines, counts=True)

    def _outcome(self) -> Outcome:
        """How the build ends. Raises `Stopping`, `ChildDied` and `LeaseLost`."""
        self._look_for_artefact()
        if self._artefact is not None and self._artefact.is_finished:
            self._say("cache", "Reused an earlier build of the same files, with its report.")
            set_measurement(self._lease, self._artefact.report["run"])
            return _success(self._artefact)
        with self._new_compiler() as compiler:
            self._compute(compiler)
        if self._failure is not None:
            return self._failure
        if self._artefact is None:
            raise ChildDied("The compiler's process ended without a rune.")
        return _success(self._artefact)

    @transaction.atomic
    def _look_for_artefact(self) -> None:
        self._artefact = find_artefact(self._build.version_digest, self._build.name)
        if self._artefact is not None:
            set_artefact(self._lease, self._artefact)

    def _compute(self, compiler: Compiler) -> None:
        folder = compiler.start()
        files = files_of(self._build.source.manifest, folder)
        if self._artefact is None:
            self._target = folder / "built.rune"
            job = {
                "op": "build",
                "name": self._build.name,
                "files": files,
                "target": str(self._target),
                "check_first": False,
                "finish": True,
            }
        else:
            self._say("cache", "Reused an earlier build of the same files; verifying and measuring it now.")
            job = {"op": "finish", "files": files, "rune": str(local_rune(self._artefact, folder))}
        compiler.run(job, self._answer, limit=BUILD_SECONDS, tick=self._tick)

    def _answer(self, answer: Answer) -> None:
        match answer["event"]:
            case "step":
                self._say(answer["step"], answer["text"], answer["milliseconds"])
            case "built":
                self._keep(answer)
            case "verified" if self._artefact is not None:
                self._verified(self._artefact, answer["verification"], answer["milliseconds"])
            case "measured" if self._artefact is not None:
                run = answer["run"]
                add_measurement(self._artefact, run)
                set_measurement(self._lease, run)
                self._say(
                    "measure",
                    f"A run takes {run['milliseconds']:.3f} ms, the median of {counted(run['runs'], 'run')}; "
                    f"half of them took {run['low']:.3f} to {run['high']:.3f} ms",
                )
            case "unmeasured" if self._artefact is not None:
                add_measurement(self._artefact, None)
                set_measurement(self._lease, None)
                self._say("measure", f"A run was not measured here: {answer['reason']}", level="warning")
            case "failed":
                self._say("build", answer["error"], level="error")
                self._failure = Outcome(State.FAILED, diagnostics=answer["diagnostics"], error=answer["error"])

    def _verified(self, artefact: Artefact, found: Mapping[str, Any], milliseconds: float) -> None:
        """Keeps what was found; a rune that differs from the reference by more than is allowed ends the build."""
        sentence = str(found["sentence"])
        if found["within"]:
            add_verification(artefact, found)
            self._say("verify", sentence, milliseconds, level="info" if found["complete"] else "warning")
            return
        self._say("verify", sentence, milliseconds, level="error")
        error = f"The rune does not give what the reference interpreter gives. {sentence[:1].upper()}{sentence[1:]}."
        self._failure = Outcome(State.FAILED, error=error)

    @transaction.atomic
    def _keep(self, answer: Answer) -> None:
        if self._target is not None:
            self._artefact = keep_artefact(self._build.version_digest, self._build.name, self._target, answer)
            set_artefact(self._lease, self._artefact)

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


def _success(artefact: Artefact) -> Outcome:
    return Outcome(State.SUCCEEDED, artefact=artefact, diagnostics=artefact.diagnostics)
