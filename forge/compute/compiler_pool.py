"""The server's answers about a Runefile: for pages whose own Python is not there yet, and for other editors.

They are computed in a process of this web process's own, which starts at the first question and rests after a while.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.cache import cache

from forge.compute.compiler import Answer, Compiler
from forge.compute.errors import ChildDied, LanguageBusy, OutOfTime
from forge.compute.local_files import local_files
from forge.compute.toolchain import TOOLCHAIN, fetched_folder, spare, warm_compiler
from forge.core.lifespan import server_stopping
from forge.projects.models import Project
from forge.projects.versions import Manifest, manifest_digest, working_tree

ANSWER_SECONDS = 5.0
"""Time for one answer; a usual one takes some milliseconds."""
PATIENCE = 5.0
"""Seconds for which a question waits while others are answered."""
SUMMARY_KEPT = 24 * 3600
"""Seconds for which the summary of files is kept; files of one digest never change."""
REST_SECONDS = 300.0
"""The process ends after this long without a question."""


class CompilerPool:
    """One process of the compiler that answers one question at a time, starts at the first and ends after a rest."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._compiler: Compiler | None = None
        self._rest: threading.Timer | None = None

    def answer(self, project: Project, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answers about the project as it is stored. Raises `LanguageBusy`."""
        seen = working_tree(project)
        job = {"op": "language", "request": request}
        return self._run(project.organisation_id, job, seen.manifest, seen.texts)

    def summarise(self, organisation: UUID, manifest: Manifest, texts: Mapping[str, bytes]) -> dict[str, Any]:
        """What `summary.summarise` tells of an organisation's files; the same files are read once.

        What is kept is the organisation's alone: what computed it had read files of no other. Raises `LanguageBusy`.

        Where it cannot be told in the time that there is, the answer has `error` in it.
        """
        summarised = f"{TOOLCHAIN} {organisation} {manifest_digest(manifest)}"
        key = "summary:" + hashlib.sha256(summarised.encode()).hexdigest()
        known: dict[str, Any] | None = cache.get(key)
        if known is not None:
            return known
        found = self._run(organisation, {"op": "summarise"}, manifest, texts)
        if "error" not in found:
            cache.set(key, found, SUMMARY_KEPT)
        return found

    def _run(
        self, owner: UUID, job: Mapping[str, Any], manifest: Manifest, texts: Mapping[str, bytes]
    ) -> dict[str, Any]:
        if not self._turn.acquire(timeout=PATIENCE):
            raise LanguageBusy("Too many requests are waiting. Try again in a moment.")
        try:
            if self._rest is not None:
                self._rest.cancel()
            if self._compiler is None:
                self._compiler = warm_compiler()
            answers: list[Answer] = []
            try:
                with local_files(manifest, fetched_folder(), texts) as files:
                    self._compiler.run(job, answers.append, owner=owner, files=files, limit=ANSWER_SECONDS)
            except OutOfTime:
                return _error("too-slow", f"The request was stopped after {ANSWER_SECONDS:g} seconds.")
            except ChildDied as error:
                return _error("failed", error.reason)
            if answers and answers[0]["event"] == "answered":
                found: dict[str, Any] = answers[0]["answer"]
                return found
            return _error(
                "failed",
                str(answers[0].get("error", "")) if answers else "The language service did not answer. Try again.",
            )
        finally:
            self._rest = threading.Timer(REST_SECONDS, self.close)
            self._rest.daemon = True
            self._rest.start()
            self._turn.release()
            spare.prepare()

    def close(self) -> None:
        """Ends the process; the next question starts another."""
        with self._turn:
            if self._rest is not None:
                self._rest.cancel()
                self._rest = None
            if self._compiler is not None:
                self._compiler.close()
                self._compiler = None


def _error(name: str, message: str) -> dict[str, Any]:
    return {"error": {"name": name, "message": message}}


language_pool = CompilerPool()
"""This process's."""
summary_pool = CompilerPool()
"""Another for summaries of whole versions and models, so that they keep no editor waiting."""
server_stopping.register(language_pool.close)
server_stopping.register(summary_pool.close)
