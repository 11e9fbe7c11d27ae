"""The facets of a block's version that can change between reading it, and deprecating or withdrawing it."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.registry.models import BlockVersion


def block_facets(block: BlockVersion) -> tuple[Facet, ...]:
    """Returns the facets for deprecating or withdrawing a block's version, or ending that. Its bytes never change."""
    return (
        Facet("advice", [block.deprecation, block.successor], f"The deprecation of {block} changed."),
        Facet("withdrawal", [block.is_withdrawn, block.withdrawal], f"The withdrawal of {block} changed."),
    )
