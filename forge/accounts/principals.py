"""The actor: one frozen value for a request, with the roles of the person behind it, which are read at most once.

Roles may change while a socket is open, so a socket asks with a new principal each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, cast
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.models import Role, Standing, User
from forge.core.actors import AGENT as AGENT_KIND
from forge.core.actors import Actor, ProjectRole
from forge.core.errors import SignInNeeded


class PrincipalKind(StrEnum):
    """The kinds of actors."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105
    PHONE_PASS = "phone-pass"  # noqa: S105
    AGENT = AGENT_KIND
    """A program of somebody's assistant, which writes drafts in a person's name and decides nothing."""
    GUEST = "guest"
    """Somebody without an account, who was given the link to one review."""
    VISITOR = "visitor"
    INSTALLATION = "installation"


class Credential(Protocol):
    """The credential of a request in a person's name, `auth` in REST framework: a token, a pass."""

    @property
    def kind(self) -> str: ...

    @property
    def pk(self) -> Any: ...

    @property
    def scopes(self) -> Collection[str]: ...

    @property
    def restriction(self) -> Collection[str] | None: ...


@dataclass(frozen=True)
class Principal:
    """An actor. Two with the same fields are equal, whatever they have read."""

    kind: PrincipalKind
    id: str = ""
    """The identifier of the person, the token, the pass or the guest; "" for a visitor and for the installation."""
    person: User | None = None
    scopes: frozenset[str] | None = None
    """The verbs that a token or a pass may use, out of the person's; None for all."""
    restriction: frozenset[str] | None = None
    """The restriction, as keys: organisations and projects like `project:<id>`, the one `review:<id>` of a
    guest. None for all of the person's."""

    def __str__(self) -> str:
        return str(self.person) if self.person else self.kind

    @property
    def pk(self) -> UUID | None:
        """The id of the person behind it."""
        return self.person.pk if self.person else None

    @property
    def is_authenticated(self) -> bool:
        """Whether there is a person behind it."""
        return self.person is not None

    def insist(self) -> User:
        """The person behind it. Raises `SignInNeeded`."""
        if self.person is None:
            raise SignInNeeded("Sign in, or send a token: Authorization: Bearer <token>.")
        return self.person

    @property
    def roles(self) -> Mapping[UUID, Role]:
        """The person's roles by the id of the organisation."""
        return self._standing.roles

    @property
    def project_roles(self) -> Mapping[UUID, ProjectRole]:
        """The roles that the person was given in single projects, by the id of the project."""
        return self._standing.project_roles

    @property
    def blocked_organisations(self) -> frozenset[UUID]:
        """The organisations in which the person has a role, and is not let in without a second factor."""
        return self._standing.blocked_organisations

    @cached_property
    def _standing(self) -> Standing:
        """The standing of the person, read in one query at the first use."""
        return self.person.standing if self.person else _NOWHERE

    def afresh(self) -> Principal:
        """Returns the same principal, which has read nothing yet: for a later request."""
        return replace(self)


def token_of(actor: Actor) -> UUID | None:
    """Returns the id of the token that acts, for `created_by_token` of what it makes; None for a principal that is no
    token."""
    return UUID(actor.id) if actor.kind == PrincipalKind.TOKEN else None


_NOWHERE = Standing({}, {}, frozenset())

VISITOR = Principal(PrincipalKind.VISITOR)
INSTALLATION = Principal(PrincipalKind.INSTALLATION)
"""The actor of automatic work, such as the sweep that removes expired samples."""


def acting_as(user: Any, credential: Credential | None = None) -> Principal:
    """A new principal: a person themself, what they let in, or a visitor where the user is Django's anonymous one."""
    if not user.is_authenticated:
        return VISITOR
    person: User = user.person  # and not the lazy object that Django hands to pages
    if credential is None:
        return Principal(PrincipalKind.PERSON, str(person.pk), person)
    restriction = None if credential.restriction is None else frozenset(credential.restriction)
    return Principal(
        PrincipalKind(credential.kind), str(credential.pk), person, frozenset(credential.scopes), restriction
    )


def principal_of(request: HttpRequest | Request) -> Principal:
    """Returns the actor of a request: always the same value, so that its roles are read once.

    For pages and the API alike.
    """
    user, credential = request.user, getattr(request, "auth", None)
    principal: Principal | None = request.__dict__.get("principal")
    # Someone who signs in half way through a request is somebody else from then on.
    if principal is None or principal.pk != user.pk:
        principal = request.__dict__["principal"] = acting_as(user, credential)
    return principal


def signed_in(request: HttpRequest | Request) -> Principal:
    """Returns the actor, if there is a person behind it. Raises `SignInNeeded`."""
    principal = principal_of(request)
    principal.insist()
    return principal


def signed_in_user(request: HttpRequest) -> User:
    """The signed-in user of a request; for views behind `for_person`."""
    return cast(User, request.user)
