"""Authentication of the API: a bearer token, or a session whose unsafe requests carry the CSRF token."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from forge.accounts.access import person_needed, scope_needed
from forge.accounts.models import ApiToken, User
from forge.accounts.principals import principal_of
from forge.accounts.tokens.secrets import INVALID_TOKEN, TOKEN_OF_AGENT, find_token
from forge.core.api.needs import PERSON
from forge.core.audit.denials import Denial
from forge.core.errors import DomainError


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(secret.strip())
        if token is None:
            raise AuthenticationFailed(INVALID_TOKEN)
        if token.for_agent:
            raise AuthenticationFailed(TOKEN_OF_AGENT)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionWithCsrf(SessionAuthentication):
    """A browser's session; REST framework asks for the CSRF token whenever someone is signed in."""


class TokenScope(BasePermission):
    """Keeps a token to its scopes: each view says in `needs` which one a method takes; others are refused.
    What concerns who somebody is takes a person, and no token.

    What a person may do, and a token with a scope, is checked by the actions.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        method = {"HEAD": "get", "OPTIONS": "get"}.get(str(request.method), str(request.method).lower())
        if view.needs.get(method) == PERSON:
            error: DomainError = person_needed()
            error.denial = Denial(principal_of(request), "do what takes a person", request.path, token.owner.place)
            raise error
        needed_scope: str | None = view.needs.get(method, "a scope that no token has")
        if needed_scope is not None and needed_scope not in token.scopes:
            error = scope_needed(needed_scope)
            if method in view.needs:  # and not only because the address knows no such method
                error.denial = Denial(
                    principal_of(request), f"do what takes {needed_scope}", request.path, token.owner.place
                )
            raise error
        return True
