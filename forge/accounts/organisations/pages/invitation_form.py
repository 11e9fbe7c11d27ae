"""The fields of the forms that invite people, on an organisation's page of members and a project's Share page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict

from forge.accounts.organisations.invitations import DEFAULT_DAYS, MAX_ADDRESSES, MAX_DAYS, MAX_PLACES
from forge.core.errors import Invalid

DAYS = (1, DEFAULT_DAYS, MAX_DAYS)
"""The numbers of days after which a link may end, as the form offers them."""


@dataclass(frozen=True)
class InvitingForm:
    """The fields that both forms share."""

    days: tuple[int, ...] = DAYS
    usual_days: int = DEFAULT_DAYS
    most_places: int = MAX_PLACES
    most_addresses: int = MAX_ADDRESSES

    @property
    def sends_letters(self) -> bool:
        """Whether this server sends email."""
        return bool(settings.EMAIL_IS_SENT)


@dataclass(frozen=True)
class InvitationRequest:
    """The submitted form: letters to these addresses, or a link if there are none."""

    role: str
    addresses: tuple[str, ...]
    places: int
    days: int


def invitation_request(form: QueryDict) -> InvitationRequest:
    """Reads a submitted form. Raises `Invalid` for a value that is not a number."""
    addresses = tuple(each for each in re.split(r"[\s,;]+", form.get("emails", "")) if each)
    if "emails" in form and not addresses:
        raise Invalid("Write at least one email address.", errors={"emails": ["At least one address."]})
    return InvitationRequest(
        form.get("role", ""), addresses, _number(form, "places", 1), _number(form, "days", DEFAULT_DAYS)
    )


def _number(form: QueryDict, name: str, usual: int) -> int:
    text = form.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("This is not a whole number.", errors={name: ["Write a number."]})
    return int(text)
