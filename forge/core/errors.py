"""Base classes of the errors that an action may raise. Apps derive their own from them.

How a kind looks on the wire is decided in `problems`, and for a page in `middleware`; nothing else knows a status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """An error for a person: what happened, where, and what to do next."""

    title = "The request failed"
    denial: object = None
    """The refusal, for the audit log (`forge.core.audit.denials.Denial`); None where nobody was refused
    anything."""

    def __init__(self, detail: str, *, errors: Mapping[str, Sequence[str]] | None = None, **extra: object) -> None:
        """`errors` says what is wrong by field; `extra` is for programs, such as an offset in a file."""
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})
        self.extra = extra


class Invalid(DomainError):
    """The request is invalid."""

    title = "The request has an error"


class NulInText(Invalid):
    """A text with a NUL character, which no database of ours stores."""

    title = "This character cannot be stored"
    DETAIL = "A text in this request has a NUL character (U+0000). Remove it, and send the text again."

    def __init__(self) -> None:
        super().__init__(self.DETAIL)


class Unprocessable(DomainError):
    """The request is well formed, but its contents are refused."""

    title = "The contents are refused"


class NotFound(DomainError):
    """The thing does not exist, or the person has no access: both give the same answer."""

    title = "Not found"
    DETAIL = "It does not exist, or you have no access to it."

    def __init__(self, detail: str = DETAIL) -> None:
        super().__init__(detail)


class Gone(DomainError):
    """A public page was taken down; that it existed is public."""

    title = "Taken down"


class Forbidden(DomainError):
    """The person may see the thing, but not do this to it."""

    title = "You may not do this"


class PersonNeeded(Forbidden):
    """A program asks for what its person does themself, on a page."""

    title = "This needs a person"


class SetupRequired(Forbidden):
    """The person may do it once they have set something up in their own account; `location` is the page for that."""

    def __init__(self, detail: str, location: str) -> None:
        super().__init__(detail)
        self.location = location


class SignInNeeded(DomainError):
    """Nobody is signed in, and this needs someone."""

    title = "Sign in first"


class Conflict(DomainError):
    """The request conflicts with the current state."""

    title = "Conflict"


class Stale(DomainError):
    """The caller made the request conditional on a state that has changed."""

    title = "It has changed since you read it"


class PreconditionRequired(DomainError):
    """The request must say which state of the thing the caller read."""

    title = "Name the state that you read"


class TooLarge(DomainError):
    """More bytes than the limit."""

    title = "Too large"


class NoRoom(DomainError):
    """There is not enough room to store it."""

    title = "There is not enough storage"


class DiskFull(NoRoom):
    """The server has no room to store anything."""

    title = "The server's disk is full"
    DETAIL = (
        "Nothing was changed. What you typed in the studio stays in your browser. Tell the operator of this server, "
        "and try again when there is room."
    )

    def __init__(self) -> None:
        super().__init__(self.DETAIL)


class QuotaReached(DomainError):
    """An organisation or a person has as many of something as they may have."""

    title = "The quota is reached"


class TooOften(DomainError):
    """The rate limit is reached; `retry_after` is the waiting time in seconds."""

    title = "Too often"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class BytesDamaged(DomainError):
    """Stored bytes do not match their digest and are not returned."""

    title = "Stored bytes are damaged"

    def __init__(
        self,
        detail: str = "The stored bytes are damaged and are not given out. Upload or build them again, or ask the "
        "operator to take them from a backup.",
    ) -> None:
        super().__init__(detail)


class Busy(DomainError):
    """The server is overloaded; the request may succeed later."""

    title = "The server is busy"


class DatabaseAway(Busy):
    """The database cannot be reached."""

    title = "The database is unavailable"

    def __init__(self) -> None:
        super().__init__("The server cannot reach its database. Try again in a moment.")


class CountersUnavailable(Busy):
    """Attempts cannot be counted, because the shared cache is unavailable."""

    title = "Try again in a moment"

    def __init__(self) -> None:
        super().__init__(
            "The server cannot count attempts at the moment, so signing in is paused. Open sessions keep working. "
            "The server's log has the reason."
        )


class AddressChanged(DomainError):
    """The thing was renamed; `location` is its new path."""

    title = "It was renamed"

    def __init__(self, location: str) -> None:
        super().__init__(f"Its new address is {location}.", location=location)
        self.location = location
