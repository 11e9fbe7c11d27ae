"""The callers of the registry: the token, or the pass that it gave for one, in the Authorization header, or a visitor.

Cookies are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from forge.accounts.models import ApiToken
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import VISITOR, Principal, acting_as
from forge.accounts.scopes import Scope
from forge.accounts.tokens.authorization import Access, NotAToken, read_authorization
from forge.accounts.tokens.secrets import TOKEN_OF_AGENT
from forge.core.errors import AddressChanged, DomainError
from forge.projects.access import find_project
from forge.registry.distribution.protocol.refusals import Refusal

VERBS = {"pull": Verb.SEE, "push": Verb.PUSH, "delete": Verb.PUSH}
"""The verbs of the protocol's actions on a repository."""
MOST_SCOPES = 20
"""Scopes of one pass."""


@dataclass(frozen=True)
class Caller:
    """A caller: the actor, the token, and what a pass restricts them to; None for all that the token may."""

    principal: Principal
    token: ApiToken | None
    access: Access | None

    def may(self, action: str, name: str) -> bool:
        """Returns whether the pass, if it is one, allows this. The rights of the actor are checked elsewhere."""
        return self.access is None or action in self.access.get(name, ())

    def require_push(self) -> None:
        """Raises `Refusal` for a token that was not created to push, no matter who created it."""
        if self.token is not None and Scope.REGISTRY_PUSH not in self.token.scopes:
            raise Refusal(403, "DENIED", _lacks("push", Scope.REGISTRY_PUSH))


def caller_of(request: HttpRequest) -> Caller:
    """Returns the caller of a request. Raises `Refusal`."""
    try:
        authorization = read_authorization(request.headers.get("Authorization", ""))
    except NotAToken as error:
        raise Refusal(401, "UNAUTHORIZED", str(error)) from error
    token = authorization.token
    if token is None:
        return Caller(VISITOR, None, authorization.access)
    if token.for_agent:
        raise Refusal(401, "UNAUTHORIZED", TOKEN_OF_AGENT)
    if Scope.REGISTRY_PULL not in token.scopes:
        raise Refusal(403, "DENIED", _lacks("pull", Scope.REGISTRY_PULL))
    return Caller(acting_as(token.owner, token), token, authorization.access)


def _lacks(action: str, scope: Scope) -> str:
    return f"This token may not {action}. Create one with the scope {scope} on the page Tokens of your account."


def allowed_access(principal: Principal, scopes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Returns the part of some scopes, `repository:acme/kitchen:pull,push`, that somebody may use, by repository.

    What does not exist and what is not theirs are both left out.
    """
    access: dict[str, frozenset[str]] = {}
    for scope in list(scopes)[:MOST_SCOPES]:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        if kind == "repository":
            verbs = set(VERBS) if actions == "*" else set(actions.split(",")) & set(VERBS)
            access[name] = access.get(name, frozenset()) | _of_repository(principal, name, verbs)
    return {name: actions for name, actions in access.items() if actions}


def _of_repository(principal: Principal, name: str, verbs: Iterable[str]) -> frozenset[str]:
    organisation, _, rest = name.partition("/")
    try:
        project = find_project(principal, organisation, rest.split("/")[0], Verb.SEE)
    except AddressChanged:
        return frozenset(verbs)  # all that it opens is the present address
    except DomainError:
        return frozenset()
    return frozenset(action for action in verbs if can(principal, VERBS[action], project))
