"""Errors of the processes that compute. Two are for people, the others for the sender of the job."""

from forge.core.errors import Busy, TooOften


class LanguageBusy(Busy):
    """Returns whether a request takes a thread for milliseconds alone, which one with a body for its view does not."""


class TooManyQuestions(TooOften):
    """An organisation has as many questions waiting as it may."""

    title = "Too many requests are waiting"


class ChildDied(Exception):
    """The compiler's process ended without an answer; `reason` says how, as far as that is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChildKilled(ChildDied):
    """The compiler's process was killed, and not by us: its job may not be the cause."""


class OutOfTime(ChildDied):
    """The compiler's process was ended because it took too long."""


class MalformedAnswer(ChildDied):
    """The compiler's process sent what is no answer, or more than it may; it was ended."""


class SpokeUnasked(ChildDied):
    """The compiler's process wrote although it had no job; it was ended."""


class NotIsolated(ChildDied):
    """The process lacks a protection that this server's settings ask for, and got no job."""
