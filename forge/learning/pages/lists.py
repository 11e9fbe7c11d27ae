"""Lists in a field of a form, as a person writes them."""

from __future__ import annotations

from typing import Final

from forge.core.errors import Invalid

LONGEST_LIST: Final = 400
"""Characters of a list in a field."""


def check_list(text: str, field: str) -> None:
    """Raises `Invalid`, about a field, for a list that is longer than its field takes."""
    if len(text) > LONGEST_LIST:
        raise Invalid(f"A list has at most {LONGEST_LIST} characters.", errors={field: ["Write a shorter list."]})
