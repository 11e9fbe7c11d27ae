"""A person as JSON for the API, events and pages, with public fields only."""

from __future__ import annotations

from typing import TypedDict

from forge.accounts.models import User
from forge.accounts.serializers import RoleJson
from forge.core.api.json_types import Uuid


class PersonJson(TypedDict):
    """A person: the name, and the mark's letters and colour."""

    id: Uuid
    name: str
    initials: str
    colour: int


def person_to_json(user: User) -> PersonJson:
    """Id, name, and the mark's letters and colour. The address stays with the members' list."""
    return {"id": str(user.pk), "name": str(user), "initials": user.initials, "colour": user.colour}


class MembershipJson(TypedDict):
    """An organisation of one's own, with one's role there."""

    name: str
    role: RoleJson


class MeJson(PersonJson):
    """The body of a request to sign a program in."""

    email: str
    organisations: list[MembershipJson]
