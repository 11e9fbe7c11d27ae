"""Rules of the authorisation server: which programs register, and what their tokens are for."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.core.exceptions import ValidationError

from forge.agents.actions.rights import AGENT_SCOPES

MCP_PATH: Final = "/mcp"
MOST_REDIRECTS: Final = 10
LONGEST_REDIRECT: Final = 500
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_NO_PROGRAMS: Final = frozenset({"javascript", "data", "file", "blob", "about", "vbscript", "ws", "wss", "ftp"})
"""Schemes that a browser handles itself: no program waits there."""


def resource() -> str:
    """Returns the address that access tokens are for."""
    return f"{settings.PUBLIC_URL}{MCP_PATH}"


class ProgramsAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth has no types
    """Any program may register, which gives it nothing: a person admits it to projects."""

    def get_issuer(self) -> str:
        return settings.PUBLIC_URL

    def validate_client_registration(
        self,
        *,
        client: Client,
        client_metadata: dict[str, Any],
        token: Token | None,
        bearer_token: str | None,
        **_: Any,
    ) -> None:
        """Keeps the exact addresses to which answers go, and gives the program the scopes of agents alone. Raises
        `ValidationError`."""
        redirects = client.get_redirect_uris()
        if len(redirects) > MOST_REDIRECTS:
            raise ValidationError(f"A program has at most {MOST_REDIRECTS} redirect addresses.")
        for address in redirects:
            check_redirect(address)
        client.allow_uri_wildcards = client.skip_consent = False
        client.set_scopes([str(scope) for scope in AGENT_SCOPES])
        client.set_default_scopes([str(scope) for scope in AGENT_SCOPES])
        client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
        client.set_response_types([Client.ResponseType.CODE])

    def validate_resource_uris(self, *, uris: list[str], **_: Any) -> None:
        """Refuses tokens for anything but `/mcp` of this server. Raises `ValidationError`."""
        if any(uri.rstrip("/") != resource() for uri in uris):
            raise ValidationError(f"Tokens of this server are for {resource()} alone.")


def check_redirect(address: str) -> None:
    """Raises `ValidationError` for an address to which no answer may go."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValidationError("A redirect address cannot be read.") from None
    if len(address) > LONGEST_REDIRECT or not address.isprintable() or " " in address or parts.fragment:
        raise ValidationError("A redirect address is a whole address without a fragment.")
    if parts.username or parts.password:
        raise ValidationError("A redirect address has no name and password.")
    is_program = parts.scheme not in {"", "http", "https", *_NO_PROGRAMS}
    is_own_machine = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (is_program or is_own_machine or (parts.scheme == "https" and parts.hostname)):
        raise ValidationError("A redirect address is https, on the program's own machine, or a scheme of the program.")
