"""The kinds of error that an action may raise. Apps name their own below one of these.

How a kind looks on the wire is decided in `problems`, and for a page in `middleware`; nothing else knows a status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """What went wrong, for a person: what happened, where, and what to do next."""

    title = "This did not work"

    def __init__(self, detail: str, *, errors: Mapping[str, Sequence[str]] | None = None, **extra: object) -> None:
        """`errors` says what is wrong by field; `extra` is for programs, such as an offset in a file."""
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})
        self.extra = extra


class Invalid(DomainError):
    """What was sent cannot be understood or used."""

    title = "Something in this is not right"


class Unprocessable(DomainError):
    """What was sent is well formed, but its contents are refused."""

    title = "The contents are refused"


class NotFound(DomainError):
    """There is no such thing, or it is not for this person: the two answer alike."""

    title = "Not found"

    def __init__(self, detail: str = "There is nothing here that you can see.") -> None:
        super().__init__(detail)


class Forbidden(DomainError):
    """The person may see the thing, but not do this to it."""

    title = "You may not do this"


class SignInNeeded(DomainError):
    """Nobody is signed in, and this needs someone."""

    title = "Sign in first"


class Conflict(DomainError):
    """It cannot be done in the present state."""

    title = "This collides with something"


class Stale(DomainError):
    """The caller made it depend on a state that is no longer there."""

    title = "It has changed meanwhile"


class TooLarge(DomainError):
    """More bytes than the limit."""

    title = "Too large"


class Busy(DomainError):
    """It can be done, but not now: too much is waiting."""

    title = "Too busy just now"


class Moved(DomainError):
    """The thing has another name now; `location` is the path that leads to it."""

    title = "It has another name now"

    def __init__(self, location: str) -> None:
        super().__init__(f"It is at {location} now.")
        self.location = location
