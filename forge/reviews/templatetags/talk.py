"""Template tags of conversations: the ids of what can be talked about, and the links that begin a thread there."""

from __future__ import annotations

from typing import Any

from django import template

from forge.reviews.threads.anchors import Anchor, element_id

register = template.Library()


@register.simple_tag
def spot(kind: str, name: object) -> str:
    """The id of the element that an anchor of this kind and name leads to."""
    return element_id(f"{kind}:{name}")


@register.simple_tag
def spot_of(key: str) -> str:
    """The id of the element that an anchor's key leads to."""
    return element_id(key)


@register.simple_tag(takes_context=True)
def place_address(context: template.Context, place: str, anchor: Anchor) -> str:
    """Returns the address of the thing that an anchor is about: on this page, or on the page that `talk_places`
    names."""
    kind, _, _ = anchor.spot.partition(":")
    return f"{(context.get('talk_places') or {}).get(kind, '')}#{place}"


@register.inclusion_tag("reviews/talk/at.html", takes_context=True)
def talk_at(context: template.Context, kind: str, name: object, thing: str) -> dict[str, Any]:
    """The link that begins a thread about a figure, a stage or a sample; `thing` says what it is."""
    return {"key": f"{kind}:{name}", "thing": thing, "base": context.get("talk_base", "")}


@register.inclusion_tag("reviews/talk/at.html", takes_context=True)
def talk_at_line(context: template.Context, key: str, path: str, number: int) -> dict[str, Any]:
    """The link that begins a thread about a line."""
    return {"key": key, "thing": f"{path}, line {number}", "base": context.get("talk_base", "")}
