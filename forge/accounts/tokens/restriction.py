"""What a token may be held to: organisations and projects of its owner, as keys like `project:<id>`.

`forge.accounts.permissions` keeps a token to them, wherever it is used.
"""

from __future__ import annotations

from collections.abc import Collection

from forge.accounts.hooks import projects_within_reach
from forge.accounts.organisations.access import organisations_of
from forge.core.actors import Actor
from forge.core.errors import Invalid


def checked_reach(actor: Actor, reach: Collection[str] | None) -> list[str] | None:
    """The things that a token is held to, each of them the person's own. Raises `Invalid`."""
    if reach is None:
        return None
    held = sorted(set(reach))
    if not held:
        message = "Choose at least one organisation or project, or let the token reach all of yours."
        raise Invalid(message, errors={"reach": [message]})
    mine = {organisation.stream for organisation in organisations_of(actor)}
    for answer in projects_within_reach.call(actor, held):
        mine |= answer
    if unknown := [key for key in held if key not in mine]:
        message = "You have no such organisation or project. Choose among your own."
        raise Invalid(message, errors={"reach": unknown})
    return held
