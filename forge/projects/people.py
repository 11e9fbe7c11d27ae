"""The people of a project as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people import PersonJson, person_to_json
from forge.accounts.serializers import RoleJson
from forge.accounts.team import Teammate


class TeammateJson(PersonJson):
    """Somebody who reads a project, and why."""

    email: Annotated[str | None, "null for who is no member of the organisation"]
    role: Annotated[RoleJson, "the role that allows more, of the two"]
    in_organisation: RoleJson | None
    in_project: RoleJson | None


class PeopleJson(TypedDict):
    """Everyone who reads a project."""

    people: list[TeammateJson]


def teammate_to_json(mate: Teammate, shows_address: bool) -> TeammateJson:
    """A person with their roles."""
    return {
        **person_to_json(mate.user),
        "email": mate.user.email if shows_address else None,
        "role": mate.role.value,
        "in_organisation": mate.in_organisation.value if mate.in_organisation else None,
        "in_project": mate.in_project.value if mate.in_project else None,
    }
