"""A queue of answers in front of a sink: bounded, with retries whose waits grow. The oldest give way, and are
counted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from hmrd.protocol.problems import DeviceProblem, ProblemName

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0


class DeliveryFailed(Exception):
    """An answer did not reach its sink, and is tried again."""


class AnswerRefused(Exception):
    """The sink will never take this answer."""


class Sink(Protocol):
    """Takes answers one by one, in the thread of its queue."""

    def deliver(self, answer: bytes) -> None:
        """Takes an answer, a line of JSON without its end. Raises `DeliveryFailed` and `AnswerRefused`."""

    def close(self) -> None:
        """Ends what it started, also while `deliver` waits in another thread."""


class AnswerQueue:
    """The queue of one sink."""

    def __init__(self, sink: Sink, length: int, on_dropped: Callable[[int], None]) -> None:
        self._sink, self._length, self._on_dropped = sink, length, on_dropped
        self._answers: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.problem: DeviceProblem | None = None
        """The reason why the last answer was not delivered."""
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
        self._thread.start()

    def put(self, answer: bytes) -> None:
        """Adds an answer. The oldest gives way where there is no room."""
        dropped = 0
        with self._changed:
            while len(self._answers) >= self._length:
                self._answers.popleft()
                dropped += 1
            self._answers.append(answer)
            self._changed.notify()
        if dropped:
            self._on_dropped(dropped)

    def close(self, seconds: float = 2.0) -> None:
        """Delivers pending answers, for at most so many seconds, and ends the sink."""
        with self._changed:
            self._changed.wait_for(lambda: not self._answers or self.problem is not None, seconds)
            self._is_closed = True
            self._changed.notify_all()
        self._sink.close()
        self._thread.join(seconds)

    def _run(self) -> None:
        failed = 0
        while (answer := self._next(failed)) is not None:
            try:
                self._sink.deliver(answer)
            except DeliveryFailed as error:
                failed += 1
                self.problem = DeviceProblem(ProblemName.OUTPUT_LOST, str(error)[:300])
                continue
            except AnswerRefused as error:
                self.problem = DeviceProblem(ProblemName.OUTPUT_LOST, str(error)[:300])
                self._on_dropped(1)
            else:
                self.problem = None
            failed = 0
            self._remove(answer)

    def _next(self, failed: int) -> bytes | None:
        """Returns the oldest answer, after a wait that grows with each failure; None at the end."""
        with self._changed:
            if failed:
                wait = min(_FIRST_WAIT * 2.0 ** (failed - 1), _LONGEST_WAIT)
                self._changed.wait_for(lambda: self._is_closed, wait)
            self._changed.wait_for(lambda: self._answers or self._is_closed)
            return self._answers[0] if self._answers and not self._is_closed else None

    def _remove(self, answer: bytes) -> None:
        with self._changed:
            # Meanwhile it may have given way to newer ones.
            if self._answers and self._answers[0] is answer:
                self._answers.popleft()
            self._changed.notify_all()
