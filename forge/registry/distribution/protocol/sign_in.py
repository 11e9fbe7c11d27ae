"""The sign-in of Docker's clients: the challenge, and the pass that they get for a token."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from forge.accounts.tokens.authorization import PASS_SECONDS, pass_for
from forge.registry.distribution.protocol.callers import allowed_access, caller_of

TOKEN_ADDRESS = "/v2/token"  # noqa: S105


def challenge(request: HttpRequest, scope: str = "") -> str:
    """The header that says where a client gets a pass, and for which scope."""
    realm = request.build_absolute_uri(TOKEN_ADDRESS)
    of_scope = f',scope="{scope}"' if scope else ""
    return f'Bearer realm="{realm}",service="{request.get_host()}"{of_scope}'


def pass_response(request: HttpRequest) -> JsonResponse:
    """A pass for the scopes that a client names, for the person whom the Authorization header names. Raises
    `Refusal`."""
    caller = caller_of(request)
    value = pass_for(caller.token, allowed_access(caller.principal, " ".join(request.GET.getlist("scope")).split()))
    answer = {
        "token": value,
        "access_token": value,
        "expires_in": PASS_SECONDS,
        "issued_at": timezone.now().isoformat(timespec="seconds"),
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})
