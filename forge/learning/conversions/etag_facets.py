"""The facets of a conversion that can change between reading it and acting on it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.learning.models import ModelConversion


def board_facets(conversion: ModelConversion) -> tuple[Facet, ...]:
    """Returns the facets that a choice of boards replaces."""
    return (Facet("boards", list(conversion.boards), "Somebody chose other boards."),)
