"""The metadata that programs read first: the place of the authorisation server, and its abilities (RFC 8414, RFC
9728)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from forge.agents.actions.rights import AGENT_SCOPES
from forge.agents.sign_in.adapter import resource

AUTHORISE, TOKEN, REVOKE, REGISTER = "/oauth/authorise", "/oauth/token", "/oauth/revoke", "/oauth/register"


@require_GET
def protected_resource(request: HttpRequest) -> JsonResponse:
    """Says which server gives tokens for `/mcp`."""
    return _public(
        {
            "resource": resource(),
            "authorization_servers": [settings.PUBLIC_URL],
            "scopes_supported": [str(scope) for scope in AGENT_SCOPES],
            "bearer_methods_supported": ["header"],
            "resource_name": "Hammer Forge",
        }
    )


@require_GET
def authorisation_server(request: HttpRequest) -> JsonResponse:
    """Says how a program gets a token."""
    return _public(
        {
            "issuer": settings.PUBLIC_URL,
            "authorization_endpoint": f"{settings.PUBLIC_URL}{AUTHORISE}",
            "token_endpoint": f"{settings.PUBLIC_URL}{TOKEN}",
            "revocation_endpoint": f"{settings.PUBLIC_URL}{REVOKE}",
            "registration_endpoint": f"{settings.PUBLIC_URL}{REGISTER}",
            "scopes_supported": [str(scope) for scope in AGENT_SCOPES],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        }
    )


def _public(body: dict[str, object]) -> JsonResponse:
    answer = JsonResponse(body)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
