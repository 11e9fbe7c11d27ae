"""What can go wrong with people, organisations and their secrets."""

from forge.core.errors import Conflict, Invalid, NoRoom


class BadName(Invalid):
    """A name outside the grammar, or one of our own words."""

    title = "This name cannot be used"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"name": [detail]})


class NameTaken(Conflict):
    """Another has the name."""

    title = "The name is taken"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"name": [detail]})


class LinkEnded(Invalid):
    """A link that was used, was revoked, has expired, or never existed. The error does not say which."""

    title = "This link does not work"


class CodeEnded(Invalid):
    """A code that was answered, has expired, or never existed. The error does not say which."""

    title = "This code does not work"


class DeviceWaits(Invalid):
    """A program has no token yet, or gets none; `error` says which in the words of RFC 8628."""

    title = "No token"


class LastOwner(Conflict):
    """An organisation would be left without an owner."""

    title = "An organisation needs an owner"


class BadAccount(Invalid):
    """A name, an address or a password that cannot be used; `errors` says which by field."""

    title = "The form has an error"


class StorageQuotaReached(NoRoom):
    """An organisation has as many bytes stored as it may have."""

    title = "The organisation's storage is full"


class UnknownResource(Invalid):
    """A quota is asked for of something that has none."""

    title = "There is no such quota"
