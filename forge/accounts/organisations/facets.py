"""The facets of a member that can change between reading their role and changing it."""

from __future__ import annotations

from forge.accounts.models import Membership
from forge.core.preconditions import Facet


def member_facets(membership: Membership) -> tuple[Facet, ...]:
    """Returns the facets of a member that a new role replaces. Reads the person."""
    sentence = f"{membership.user} is {membership.get_role_display().lower()} now."
    return (Facet("role", membership.role, sentence),)
