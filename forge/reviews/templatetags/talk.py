"""Template tags of conversations: the ids of what can be talked about, and the links that begin a thread there."""

from __future__ import annotations

from typing import Any

from django import template

from forge.reviews.threads.anchors import element_id

register = template.Library()


@register.simple_tag
def spot(kind: str, name: object) -> str:
    """The id of the element that an anchor of this kind and name leads to."""
    return element_id(f"{kind}:{name}")


@register.simple_tag
def spot_of(key: str) -> str:
    """The id of the element that an anchor's key leads to."""
    return element_id(key)


@register.inclusion_tag("reviews/talk-at.html")
def talk_at(kind: str, name: object, thing: str) -> dict[str, Any]:
    """The link that begins a thread about a figure, a stage or a sample; `thing` says what it is."""
    return {"key": f"{kind}:{name}", "thing": thing}


@register.inclusion_tag("reviews/talk-at.html")
def talk_at_line(key: str, path: str, number: int) -> dict[str, Any]:
    """The link that begins a thread about a line."""
    return {"key": key, "thing": f"{path}, line {number}"}
