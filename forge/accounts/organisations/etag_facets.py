"""The facets of an organisation and of a member that can change between reading and changing them."""

from __future__ import annotations

from forge.accounts.models import Membership, Organisation
from forge.core.preconditions import Facet


def organisation_facets(organisation: Organisation) -> tuple[Facet, ...]:
    """Returns the facets of an organisation that its settings replace."""
    return (
        Facet("name", organisation.name, f"The organisation is called {organisation.name} now."),
        Facet("title", organisation.title, "The title of the organisation changed."),
    )


def member_facets(membership: Membership) -> tuple[Facet, ...]:
    """Returns the facets of a member that a new role replaces. Reads the person."""
    sentence = f"{membership.user} is {membership.get_role_display().lower()} now."
    return (Facet("role", membership.role, sentence),)
