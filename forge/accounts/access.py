"""Finding an organisation by name for a person: unknown and forbidden look the same, a former name redirects."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import FormerOrganisationName, Organisation
from forge.accounts.names import is_name
from forge.accounts.permissions import Verb, can
from forge.core.errors import Forbidden, Moved, NotFound, SignInNeeded


def find_organisation(user: Any, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Organisation:
    """The organisation, if the person may do `verb` to it.

    Raises `SignInNeeded` for a visitor, `NotFound` for what is not there or not theirs, `Forbidden` for a member
    whose role does not include the verb, and `Moved` for a former name of one that they may see.
    """
    organisation = Organisation.objects.filter(name=name).first() if is_name(name) else None
    moved = organisation is None
    if organisation is None and is_name(name):
        former = FormerOrganisationName.objects.select_related("organisation").filter(name=name).first()
        organisation = former.organisation if former else None
    if organisation is None or not can(user, Verb.SEE_ORGANISATION, organisation):
        raise nothing_for(user)
    if moved:
        raise Moved(organisation.get_absolute_url())
    if not can(user, verb, organisation):
        raise refusal(verb)
    return organisation


def nothing_for(user: Any) -> SignInNeeded | NotFound:
    """The same answer for unknown and forbidden; a visitor is asked to sign in."""
    if not user.is_authenticated:
        return SignInNeeded("Sign in to see this page, if it exists.")
    return NotFound()


def refusal(verb: Verb) -> Forbidden:
    """The error for a member whose role does not include the verb."""
    return Forbidden(f"Your role does not let you {verb}. Ask an owner of the organisation.")
