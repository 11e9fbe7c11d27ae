"""The server's answers about a Runefile: for pages whose own Python is not there yet, and for other editors.

They are computed in processes of this web process's own, each for one organisation. Questions wait in a fair queue.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.cache import cache

from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildDied, ChildKilled, LanguageBusy, OutOfTime, TooManyQuestions
from forge.compute.parties import party_of
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import local_files
from forge.compute.pool.toolchain import TOOLCHAIN, fetched_folder, warm_compilers
from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import Party, Slot, SlotScheduler
from forge.core.actors import Actor
from forge.core.http.asgi.lifespan import server_stopping
from forge.projects.models import Project
from forge.projects.versions.mounting import with_blocks, with_usable
from forge.projects.versions.store import Manifest, WorkingTree, manifest_digest, working_tree

ANSWER_SECONDS = 5.0
"""Time for one answer; a usual one takes some milliseconds."""
SEARCH_SECONDS = 15.0
"""Time for a search for secrets, which ends by itself after a third of that on the processor."""
QUEUE_SECONDS = 10.0
"""Seconds for which a question waits while others are answered; the first of them may wait for a process to start,
which takes seconds on a busy machine."""
MAX_WAITING_QUESTIONS = 16
"""Questions of one organisation that may wait; further ones are refused, and nobody else's."""
PLACES = 3
"""Processes that may be in the middle of an answer; one computes, the others are suspended."""
TRIAL_SECONDS = 20.0
"""Time for trying what a model's input may be; each way is built, and takes about a second."""
SUMMARY_SECONDS = 24 * 3600
"""Seconds for which the summary of files is kept; files of one digest never change."""
REST_SECONDS = 300.0
"""The processes end after this long without a question."""

_log = logging.getLogger(__name__)


class CompilerPool:
    """Processes of the compiler that answer questions, one at a time. They start when asked, and end after a rest."""

    def __init__(self, *, most_waiting: int = MAX_WAITING_QUESTIONS, waiting: str = "questions") -> None:
        """`most_waiting` questions of each organisation may wait. `waiting` is the word for them in a refusal."""
        self._most_waiting, self._waiting = most_waiting, waiting
        self.scheduler = SlotScheduler(1, places=PLACES, short=0.5, half_life=2.0, head_start=0.5, sharing=sharing)
        self._compilers = warm_compilers(limit=PLACES)
        self._rest: threading.Timer | None = None
        self._lock = threading.Lock()

    def answer(self, actor: Actor, project: Project, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answers about the project as it is stored. Raises `TooManyQuestions` and `LanguageBusy`."""
        tree = working_tree(project)
        party = party_of(actor, project.organisation_id)
        manifest, texts = with_usable(actor, project, tree.manifest, tree.texts)
        return self.ask(party, {"op": "language", "request": request}, manifest, texts)

    def publishable(self, actor: Actor, project: Project, tree: WorkingTree, path: str) -> dict[str, Any]:
        """Returns the answer of `block_step.answer_publishable` for a block of these files. Raises as `answer` does."""
        party = party_of(actor, project.organisation_id)
        return self.ask(party, {"op": "publishable", "path": path}, tree.manifest, tree.texts)

    def summarise(self, organisation: UUID, manifest: Manifest, texts: Mapping[str, bytes]) -> dict[str, Any]:
        """Returns the summary by `summary.summarise` of an organisation's files; the same files are read once.

        What is kept is the organisation's alone: what computed it had read files of no other. Raises as `answer` does.

        Where it cannot be told in the time that there is, the answer has `error` in it.
        """
        return self._cached_answer("summarise", organisation, manifest, texts)

    def search_secrets(self, organisation: UUID, manifest: Manifest) -> dict[str, Any]:
        """Returns possible secrets in these texts (`forge.projects.secrets.scan.SecretScanJson`).

        Raises as `answer` does, and answers `error` as `summarise` does.
        """
        job = {"op": "secrets", "paths": sorted(manifest)}
        return self.ask(Party(organisation), job, manifest, {}, seconds=SEARCH_SECONDS)

    def overridable(self, organisation: UUID, manifest: Manifest) -> dict[str, Any]:
        """Returns the changeable values of these files (`forge.compute.child.overrides`); the same files are read once.

        Raises as `answer` does, and answers `error` as `summarise` does.
        """
        return self._cached_answer("overridable", organisation, manifest, {})

    def apply_overrides(
        self,
        actor: Actor,
        project: Project,
        overrides: Sequence[Mapping[str, object]],
        manifest: Manifest,
        texts: Mapping[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """The `texts` of these files of a project that overrides change, or why they are `refused`.

        Raises as `answer` does, and answers `error` as `summarise` does.
        """
        party = party_of(actor, project.organisation_id)
        manifest = with_blocks(project, manifest, texts)
        return self.ask(
            party, {"op": "apply-overrides", "overrides": [dict(one) for one in overrides]}, manifest, texts or {}
        )

    def try_inputs(
        self, actor: Actor, project: Project, job: Mapping[str, Any], tree: WorkingTree, beside: Mapping[str, JobFile]
    ) -> dict[str, Any]:
        """Returns what a model answers on recordings, which are among the files `beside` those of the project
        (`forge.compute.child.steps.input_trial`). Raises as `answer` does, and answers `error` as `summarise` does.
        """
        party = party_of(actor, project.organisation_id)
        request = {"op": "try-inputs", "seconds": TRIAL_SECONDS, **job}
        manifest, texts = with_usable(actor, project, tree.manifest, tree.texts)
        return self.ask(party, request, manifest, texts, seconds=TRIAL_SECONDS + ANSWER_SECONDS, beside=beside)

    def teachable(
        self, actor: Actor, project: Project, tree: WorkingTree, taught_layer: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Returns what the project's rune can be taught, with the Runefile of `taught_layer`
        (`forge.compute.child.steps.teach`). Raises as `answer` does, and answers `error` as `summarise` does.
        """
        party = party_of(actor, project.organisation_id)
        manifest, texts = with_usable(actor, project, tree.manifest, tree.texts)
        job = {"op": "teachable"} if taught_layer is None else {"op": "teachable", "taught": taught_layer}
        return self.ask(party, job, manifest, texts)

    def _cached_answer(
        self, what: str, organisation: UUID, manifest: Manifest, texts: Mapping[str, bytes]
    ) -> dict[str, Any]:
        identity = f"{TOOLCHAIN} {organisation} {manifest_digest(manifest)}"
        key = f"{what}:" + hashlib.sha256(identity.encode()).hexdigest()
        cached_answer: dict[str, Any] | None = cache.get(key)
        if cached_answer is not None:
            return cached_answer
        answer = self.ask(Party(organisation), {"op": what}, manifest, texts)
        if "error" not in answer:
            cache.set(key, answer, SUMMARY_SECONDS)
        return answer

    def ask(
        self,
        party: Party,
        job: Mapping[str, Any],
        manifest: Manifest,
        texts: Mapping[str, bytes],
        *,
        seconds: float = ANSWER_SECONDS,
        beside: Mapping[str, JobFile] = MappingProxyType({}),
        take: Callable[[Path], None] | None = None,
    ) -> dict[str, Any]:
        """Returns the answer to a job with these files. `take` gets the file that the process wrote, which is emptied
        afterwards. Raises `TooManyQuestions`, and `LanguageBusy` if no process is free or none can be started.
        """
        if self.scheduler.waiting(party.organisation) >= self._most_waiting:
            raise TooManyQuestions(
                f"{self._most_waiting} {self._waiting} of this organisation are waiting already. "
                "Try again in a moment.",
                retry_after=1,
            )
        self._stay()
        deadline = time.monotonic() + QUEUE_SECONDS
        try:
            with self.scheduler.claim(party) as slot:
                if not slot.wait(lambda: time.monotonic() > deadline):
                    raise LanguageBusy("Too many requests are waiting. Try again in a moment.")
                with self._compilers.lend(party.organisation) as compiler:
                    answer = _answer_of(compiler, party.organisation, job, manifest, texts, slot, seconds, beside)
                    if take is not None and "error" not in answer:
                        take(compiler.output)
                        compiler.clear_output()
                    return answer
        finally:
            self._rest_soon()

    def _stay(self) -> None:
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()

    def _rest_soon(self) -> None:
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()
            self._rest = threading.Timer(REST_SECONDS, self._compilers.close)
            self._rest.daemon = True
            self._rest.start()

    def close(self) -> None:
        """Ends the processes; the next question starts another."""
        self._stay()
        self._compilers.close()


def _answer_of(
    compiler: Compiler,
    owner: UUID,
    job: Mapping[str, Any],
    manifest: Manifest,
    texts: Mapping[str, bytes],
    slot: Slot,
    seconds: float,
    beside: Mapping[str, JobFile],
) -> dict[str, Any]:
    """Raises `LanguageBusy` if no process can be started."""
    answers: list[Answer] = []
    try:
        with local_files(manifest, fetched_folder(), texts) as files:
            with slot.preparing():
                _make_ready(compiler, owner, slot)
            compiler.run(job, answers.append, owner=owner, files={**files, **beside}, limit=seconds, pace=slot.pace)
    except OutOfTime:
        return _error("too-slow", f"The request was stopped after {seconds:g} seconds.")
    except ChildDied as error:
        return _error("failed", error.reason)
    if answers and answers[0]["event"] == "answered":
        answer: dict[str, Any] = answers[0]["answer"]
        return answer
    return _error(
        "failed",
        str(answers[0].get("error", "")) if answers else "The process did not answer. Try again.",
    )


def _make_ready(compiler: Compiler, owner: UUID, slot: Slot) -> None:
    """Raises `LanguageBusy` if no process can be started: that is a failure of the server and not of the question."""
    try:
        try:
            compiler.make_ready(owner=owner, pace=slot.pace)
        except ChildKilled:
            # Something outside ended it before it read the question: another process can answer that.
            compiler.make_ready(owner=owner, pace=slot.pace)
    except ChildDied as error:
        _log.warning("No process can be started: %s", error.reason)
        raise LanguageBusy("The server cannot read this now. Try again in a moment.") from error


def _error(name: str, message: str) -> dict[str, Any]:
    return {"error": {"name": name, "message": message}}


language_pool = CompilerPool()
"""This process's."""
summary_pool = CompilerPool()
"""Another for summaries of whole versions and models, so that they keep no editor waiting."""
server_stopping.register(language_pool.close)
server_stopping.register(summary_pool.close)
