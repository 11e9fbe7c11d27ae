"""The output of a computing process, as a bounded queue of checked answers.

A process may write only what belongs to the job that it has. One that breaks a rule is ended, and `fault` says why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from queue import Full, Queue
from typing import IO

from forge.compute.errors import ChildDied, MalformedAnswer, SpokeUnasked
from forge.compute.pool.answer_reading import EVENTS, LINE_LIMIT, Answer, Fields, read_answer

_log = logging.getLogger(__name__)

ANSWERS_WAITING = 4
"""Answers that wait to be read. A process that sends more waits at its pipe, and fills no memory here."""
ANSWERS_LIMIT = 10_000
"""Answers to one job."""
ANSWER_BYTES_LIMIT = 4 * LINE_LIMIT
"""Bytes of all answers to one job."""
PUT_SECONDS = 0.2
"""Seconds between two looks, while an answer waits for its reader, whether the process was closed."""


class AnswerStream:
    """The answers of one process. `on_ready` takes the first one, `stop` ends the process for a reason."""

    def __init__(
        self,
        on_ready: Callable[[Answer], None],
        stop: Callable[[str], None],
        events: Mapping[str, Fields] = EVENTS,
    ) -> None:
        self._on_ready = on_ready
        self._stop = stop
        self._events = events
        self.queue: Queue[Answer | None] = Queue(ANSWERS_WAITING)
        """The answers, and None at their end."""
        self.fault: ChildDied | None = None
        """The fault in the output of the process, if that is why it was ended."""
        self.job: int | None = None
        """The id of the job that it has; while there is none, it may not write."""
        self._is_closed = False

    def close(self) -> None:
        """Nobody reads the answers any more."""
        self._is_closed = True

    def read(self, source: IO[bytes]) -> None:
        """Reads up to the end, in a thread of its own."""
        try:
            if line := source.readline(LINE_LIMIT):
                self._put(self._ready(line))
                self._read_jobs(source)
        except ChildDied as fault:
            self.fault = fault
            _log.warning("A process that computes was ended: %s", fault.reason)
            self._stop(fault.reason)
        except (OSError, ValueError):
            pass  # the pipe was closed
        self._put(None)

    def _ready(self, line: bytes) -> Answer:
        answer = read_answer(line, self._events)
        if answer["event"] != "ready":
            raise MalformedAnswer("The compiler's process answered before it was ready.")
        try:
            self._on_ready(answer)
        except ValueError:
            raise MalformedAnswer("The compiler's process does not say what protects it.") from None
        return answer

    def _read_jobs(self, source: IO[bytes]) -> None:
        count = size = 0
        while line := source.readline(LINE_LIMIT):
            job = self.job
            if job is None:
                raise SpokeUnasked("The compiler's process wrote although it had no job.")
            answer = read_answer(line, self._events)
            count, size = count + 1, size + len(line)
            if answer["id"] != job or answer["event"] == "ready":
                raise MalformedAnswer("The compiler's process answered something else than its job.")
            if count > ANSWERS_LIMIT or size > ANSWER_BYTES_LIMIT:
                raise MalformedAnswer("The compiler's process sent too many answers to its job.")
            if answer["event"] == "done":
                self.job, count, size = None, 0, 0
            self._put(answer)

    def _put(self, answer: Answer | None) -> None:
        """Puts an answer into the queue once there is room; drops it when nobody reads any more."""
        while not self._is_closed:
            try:
                self.queue.put(answer, timeout=PUT_SECONDS)
            except Full:
                continue
            return
