"""A person as JSON for the API, events and pages, with public fields only."""

from __future__ import annotations

from typing import Any

from forge.accounts.models import User


def person_to_json(user: User) -> dict[str, Any]:
    """Id, name, and the mark's letters and colour. The address stays with the members' list."""
    return {"id": str(user.pk), "name": str(user), "initials": user.initials, "colour": user.colour}
