"""Grants: what a person made that goes on working with their right, while they do something else.

An invitation's link, a token, a webhook, a phone's pass. Each app declares its kinds of them in its `grants.py`, which
`forge.core.events.discovery` finds. From that come the page "Links and tokens", what the organisation's page of people
says when somebody is removed, and what ends or is handed over when a right ends.

Two rules hold for each kind. The right of the maker is asked for when the grant is used, not only when it was made.
And it ends when the maker's right ends, so that it does not come back when the maker does. What a token made ends with
the token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from forge.accounts.models import User
from forge.core.actors import Actor

Q = TypeVar("Q", bound=models.QuerySet[Any])


@dataclass(frozen=True)
class GrantScope:
    """The person and the organisation whose grants are looked for; of all of them without one."""

    people: Collection[UUID]
    organisation: UUID | None = None

    def narrow(self, rows: Q, maker: str, organisation: str = "organisation") -> Q:
        """Returns the rows whose maker is one of the people, in the organisation; both are paths of fields."""
        rows = rows.filter(**{f"{maker}__in": self.people})
        return rows if self.organisation is None else rows.filter(**{organisation: self.organisation})


@dataclass(frozen=True)
class Grant:
    """A thing that still works, as far as its own time and places go."""

    id: UUID
    maker: UUID
    title: str
    """A short name with the right that it grants: "Link for anyone to acme as owner"."""
    holds: Callable[[Actor], bool]
    """Whether somebody has the right that it works with. Of its maker it says whether it works today."""
    place: str
    """The name of the organisation or project that it is about; "" of all that its maker has."""
    created: datetime
    expires: datetime | None = None
    can_be_handed_over: bool = False
    is_for_anyone: bool = False
    """True if it is a link that works for anybody who has it."""
    token: UUID | None = None
    """The id of the token that made it, with which it ends."""


@dataclass(frozen=True)
class GrantKind:
    """A kind of grants: the model, the field that names the maker, and what can be done with them.

    `find` returns those that still work, named by places of the organisation that is asked for, or by places that
    their makers reach. `end`, `leave` and `hand_over` change these rows in the caller's transaction, and what hangs on
    them; who calls them writes the audit entry.
    """

    name: str
    label: str
    """How pages call several of them."""
    icon: str
    rule: str
    """The rule by which they end by themselves, as a sentence for the person who made them."""
    model: type[models.Model]
    maker: str
    find: Callable[[GrantScope], Sequence[Grant]]
    end: Callable[[Collection[UUID]], None]
    hand_over: Callable[[Collection[UUID], User], None] | None = None
    leave: Callable[[UUID, UUID], bool] | None = None
    """Takes an organisation, by its id, from a grant that works in others too. It returns whether there are others;
    if not, it changes nothing. None for a kind whose grants work in one place each."""

    @property
    def field(self) -> str:
        """The field that names the maker, as `accounts.Invitation.invited_by`."""
        return f"{self.model._meta.label}.{self.maker}"


class GrantDeclaredTwice(TypeError):
    """Two kinds have one name."""


_kinds: dict[str, GrantKind] = {}


def declare(kind: GrantKind) -> GrantKind:
    """Adds a kind to the table. Raises `GrantDeclaredTwice`."""
    if kind.name in _kinds:
        raise GrantDeclaredTwice(f"There is a kind of grants {kind.name} already.")
    _kinds[kind.name] = kind
    return kind


def kinds() -> Mapping[str, GrantKind]:
    """Returns all kinds, by name."""
    return _kinds
