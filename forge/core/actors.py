"""Who acts, as every floor sees it: a person, a token, a phone's pass, a visitor, or the installation itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True)
class ProjectRole:
    """A role in one project, and the organisation that the project is in."""

    role: str
    organisation: UUID


class Actor(Protocol):
    """What actions ask of who acts. `forge.accounts.principals.Principal` is one, and what requests and sockets use.

    A `User` is one too, who acts in person and whose roles are read anew whenever they are asked: for commands, and
    wherever there is no request.
    """

    @property
    def kind(self) -> str:
        """One of `forge.accounts.principals.PrincipalKind`."""

    @property
    def id(self) -> Any:
        """Of the person, the token or the pass; "" for who has none."""

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
        """To what it is held, of all that its person may do (`forge.accounts.tokens.scopes`); None for all of it."""

    @property
    def restriction(self) -> frozenset[str] | None:
        """The organisations and projects that it is restricted to, as keys like `project:<id>`; None for all."""

    @property
    def roles(self) -> Mapping[UUID, str]:
        """Its roles by the id of the organisation, where its person is let in."""

    @property
    def project_roles(self) -> Mapping[UUID, ProjectRole]:
        """Its roles in single projects, by the id of the project, where its person is let in."""

    @property
    def blocked_organisations(self) -> frozenset[UUID]:
        """The ids of the organisations whose members its person is among, and which let nobody in without a second
        factor."""
