"""Errors of people, organisations and their secrets."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.errors import Busy, Conflict, Forbidden, Invalid, NoRoom, SetupRequired
from rune.wording import listed, size_text


class BadName(Invalid):
    """A name outside the grammar, or one of our own words."""

    title = "This name cannot be used"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"name": [detail]})


class NameInUse(Conflict):
    """Another has the name."""

    title = "The name is taken"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"name": [detail]})


class TooManyNames(Conflict):
    """An organisation had as many names as one can have."""

    title = "Too many names"

    def __init__(self, name: str, had: Sequence[str]) -> None:
        """`had` are the names that it can take back."""
        limit = f"{name} has had {len(had)} names, and an organisation cannot have more."
        detail = f"{limit} Take one of them back: {listed(had)}."
        super().__init__(detail, errors={"name": [detail]})


class LinkEnded(Invalid):
    """A link that was used, was revoked, has expired, or never existed. The error does not say which."""

    title = "This link does not work"


class OtherAddress(Forbidden):
    """An invitation to one address, and somebody with another one."""

    title = "This invitation is for somebody else"

    def __init__(self, invited_address: str, own: str) -> None:
        super().__init__(
            f"This invitation is for {invited_address}, and you are signed in as {own}. Sign in with that address, or "
            "make an account with it; or ask for an invitation to your own address."
        )


class CodeEnded(Invalid):
    """A code that was answered, has expired, or never existed. The error does not say which."""

    title = "This code does not work"


class DeviceTokenPending(Invalid):
    """A program has no token yet, or gets none; `error` says which in the words of RFC 8628."""

    title = "No token"


class LastOwner(Conflict):
    """An organisation would be left without an owner."""

    title = "An organisation needs an owner"


class NoSuchPerson(Invalid):
    """The operator named somebody who has no account."""

    title = "No such person"


class SecondFactorNeeded(SetupRequired):
    """An organisation requires a second factor, and the member has none."""

    title = "A second factor is needed"

    def __init__(self) -> None:
        super().__init__(
            "This organisation requires a second factor of its members. Set yours up under Security in your settings; "
            "your tokens work here again then.",
            "/accounts/security",
        )


class OwnSecondFactorNeeded(Conflict):
    """An owner requires of others what they do not have."""

    title = "Set up your own second factor first"


class ServiceUnavailable(Busy):
    """The service that is to sign someone in does not answer."""

    title = "You were not signed in"

    def __init__(self) -> None:
        super().__init__(
            "The other service does not answer. Try again later, or sign in with your password. The server's log has "
            "the reason for its administrator."
        )


class SecondFactorUnreadable(Conflict):
    """The secrets were encrypted with another key of the installation."""

    title = "Your second factor cannot be read"

    def __init__(self) -> None:
        super().__init__(
            "The server's SECRET_KEY has changed since you set it up. Ask the administrator for a sign-in link "
            "(make link), then set the second factor up anew."
        )


class BadAccount(Invalid):
    """A name, an address or a password that cannot be used; `errors` says which by field."""

    title = "The form has an error"


class StorageQuotaReached(NoRoom):
    """An organisation has as many bytes stored as it may have."""

    title = "The organisation's storage is full"

    def __init__(self, limit: int) -> None:
        """`limit` is in bytes."""
        super().__init__(
            f"This does not fit: the organisation may store {size_text(limit)}. "
            "Delete recordings that are not needed, or ask the operator of this server for more room."
        )
        self.limit = limit


class UnknownResource(Invalid):
    """A quota is asked for of something that has none."""

    title = "There is no such quota"
