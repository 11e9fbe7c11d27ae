"""What can go wrong with people, organisations and their secrets."""

from __future__ import annotations

from collections.abc import Sequence

from forge.core.errors import Conflict, Invalid
from rune.wording import listed


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


class TooManyNames(Conflict):
    """An organisation had as many names as one can have."""

    title = "No further name"

    def __init__(self, name: str, had: Sequence[str]) -> None:
        """`had` are the names that it can take back."""
        limit = f"{name} has had {len(had)} names, and an organisation cannot have more."
        detail = f"{limit} Take one of them back: {listed(had)}."
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
