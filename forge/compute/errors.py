"""What can go wrong in the processes that compute. The first is for people, the others are for who gave the job."""

from forge.core.errors import Busy


class LanguageBusy(Busy):
    """Too many questions about Runefiles wait for an answer at once."""


class ChildDied(Exception):
    """The compiler's process ended without an answer; `reason` says how, as far as that is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutOfTime(ChildDied):
    """The compiler's process was ended because it took too long."""


class NotIsolated(ChildDied):
    """The process lacks a protection that this server's settings ask for, and got no job."""
