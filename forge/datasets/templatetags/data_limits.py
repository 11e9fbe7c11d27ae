"""Template tags of forms about samples."""

from __future__ import annotations

from django import template

from rune.datasets.words import WORD_LIMIT

register = template.Library()


@register.simple_tag
def word_limit() -> int:
    """The characters that a label, a pseudonym or a device may have."""
    return WORD_LIMIT
