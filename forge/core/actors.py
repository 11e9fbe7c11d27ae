"""The interface of actors: a person, a token, a phone's pass, a guest, a visitor, or the installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID


@dataclass(frozen=True)
class ProjectRole:
    """A role in one project, and the organisation that the project is in."""

    role: str
    organisation: UUID


AGENT: Final = "agent"
"""The kind of an actor that is a program of an assistant and acts for a person."""


class Actor(Protocol):
    """The actor that actions take. Requests and sockets pass a `forge.accounts.principals.Principal`.

    A `User` is an actor too. Its roles are read from the database each time: for commands and other code without a
    request.
    """

    @property
    def kind(self) -> str:
        """The kind: one of `forge.accounts.principals.PrincipalKind`."""

    @property
    def id(self) -> Any:
        """The id of the person, the token or the pass; "" for a visitor."""

    @property
    def person(self) -> Any:
        """The user behind it; None for a visitor and for the installation."""

    @property
    def pk(self) -> Any:
        """The id of the person behind it, or None."""

    @property
    def is_authenticated(self) -> bool:
        """Whether there is a person behind it."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that limit it (`forge.accounts.scopes`); None for no limit."""

    @property
    def restriction(self) -> frozenset[str] | None:
        """The keys, like `project:<id>`, of the organisations and projects that it may use; None for all."""

    @property
    def roles(self) -> Mapping[UUID, str]:
        """The actor's roles by organisation id. Organisations that block the person are left out."""

    @property
    def project_roles(self) -> Mapping[UUID, ProjectRole]:
        """The actor's roles in single projects, by project id. Organisations that block the person are left out."""

    @property
    def blocked_organisations(self) -> frozenset[UUID]:
        """The ids of the person's organisations that require a second factor, which the person has not set up."""

    def afresh(self) -> Actor:
        """Returns the same actor, which reads its roles again: an action asks for its right once more behind its lock,
        where something slow came before."""


def agent_of(actor: Actor | None) -> UUID | None:
    """Returns the id of the agent that acts; None for any other actor."""
    return UUID(str(actor.id)) if actor is not None and actor.kind == AGENT else None
