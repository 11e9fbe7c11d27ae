"""The possible restrictions of a token: organisations and projects of its owner, as keys like `project:<id>`.

`forge.accounts.permissions` keeps a token to them, wherever it is used.
"""

from __future__ import annotations

from collections.abc import Collection

from forge.accounts.hooks import readable_projects_among
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor
from forge.core.errors import Invalid


def own_keys(actor: Actor, keys: Collection[str]) -> set[str]:
    """Returns those of these keys that are organisations and projects of the person's own, at this moment."""
    organisations = {f"organisation:{each}" for each in organisations_where(actor, Verb.SEE_ORGANISATION)}
    projects = {key for answer in readable_projects_among.call(actor, keys) for key in answer}
    return projects | organisations.intersection(keys)


def checked_restriction(actor: Actor, restriction: Collection[str] | None) -> list[str] | None:
    """The things that a token is restricted to, each of them the person's own. Raises `Invalid`."""
    if restriction is None:
        return None
    keys = sorted(set(restriction))
    if not keys:
        message = "Choose at least one organisation or project, or let the token reach all of yours."
        raise Invalid(message, errors={"restriction": [message]})
    mine = own_keys(actor, keys)
    if unknown := [key for key in keys if key not in mine]:
        message = "You have no such organisation or project. Choose among your own."
        raise Invalid(message, errors={"restriction": unknown})
    return keys
