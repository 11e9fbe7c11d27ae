"""The facets of a project's linked branch that can change between reading it and acting on it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.repositories.models import LinkedBranch


def link_facets(link: LinkedBranch | None) -> tuple[Facet, ...]:
    """Returns which branch a project follows, with whose rights, and until when; None where it follows none."""
    if link is None:
        return (Facet("link", [], "The project follows no branch now."),)
    values = [link.url, link.branch, link.folder, str(link.linked_by_id), str(link.ended)]
    return (Facet("link", values, f"The project follows {link.place} now."),)
