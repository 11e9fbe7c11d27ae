"""Authentication of the API: a bearer token, or a session whose unsafe requests carry the CSRF token."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from forge.accounts.models import ApiToken, User
from forge.accounts.tokens import find_token


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(secret.strip())
        if token is None:
            raise AuthenticationFailed("Your token is invalid or has expired. Create a new one in your settings.")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionWithCsrf(SessionAuthentication):
    """A browser's session; REST framework asks for the CSRF token whenever someone is signed in."""


class TokenScope(BasePermission):
    """Keeps a token to its scopes. What a person may do is checked by the actions."""

    message = "This token's scopes do not allow this. Create one with the scope write in your settings."

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        return token.allows("read" if request.method in SAFE_METHODS else "write")
