"""Proposes the next version's tag."""

from __future__ import annotations

from forge.registry.models import Tag


def next_tag(tags: list[Tag]) -> str:
    """A tag to propose: one more than the newest version that ends in a number, or 1.0."""
    for tag in tags:
        head, dot, last = tag.name.rpartition(".")
        if dot and head[:1].isdigit() and last.isdecimal():
            return f"{head}.{int(last) + 1}"
    return "1.0"
