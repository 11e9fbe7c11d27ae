"""The parts that all pages of an organisation share."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal


def tabs_of(principal: Principal, organisation: Organisation) -> dict[str, Any]:
    """Returns the name of the organisation and the tabs that this person may open."""
    return {
        "organisation": organisation,
        "manages": can(principal, Verb.MANAGE_MEMBERS, organisation),
        "renames": can(principal, Verb.RENAME_ORGANISATION, organisation),
        "reads_audit": can(principal, Verb.READ_AUDIT, organisation),
    }
