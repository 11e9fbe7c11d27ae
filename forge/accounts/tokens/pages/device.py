"""Pages for device sign-in: a person enters a program's code, reads its scopes, and allows or refuses."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forge.accounts.errors import CodeEnded
from forge.accounts.models import DeviceSignIn
from forge.accounts.principals import signed_in_user
from forge.accounts.scopes import SCOPE_TEXTS, Scope
from forge.accounts.tokens.actions.device import SCOPES, TOKEN_LIFE, decide, find, shown_code
from forge.accounts.tokens.pages.restriction import chosen_restriction, restriction_choices
from forge.core.errors import Invalid
from forge.core.http.pages import for_person, show_again

_PAGE = "account/device.html"


@for_person
@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Asks for a code, shows what it would allow, and takes the decision. An address with the code decides nothing."""
    if request.method == "GET":
        return render(request, _PAGE)
    code, step = request.POST.get("token", ""), request.POST.get("step", "")
    try:
        if not ratelimit.consume(request, action="try_device_code", user=signed_in_user(request)):
            raise CodeEnded("Too many attempts. Wait for a minute.")
        if step in ("allow", "refuse"):
            restriction = chosen_restriction(request) if step == "allow" else None
            sign_in = decide(signed_in_user(request), code, allow=step == "allow", restriction=restriction)
            return render(request, _PAGE, {"decided": sign_in, "allowed": step == "allow"})
        waiting = find(code)
    except CodeEnded as error:
        return show_again(request, _PAGE, {}, error)
    except Invalid as error:
        return show_again(request, _PAGE, _question(request, find(code), code), error)
    return render(request, _PAGE, _question(request, waiting, code))


def _question(request: HttpRequest, waiting: DeviceSignIn, code: str) -> dict[str, Any]:
    """Returns the question to the person about a program that waits."""
    return {
        "waiting": waiting,
        "code": shown_code(code),
        "scopes": [SCOPE_TEXTS[Scope(scope)] for scope in SCOPES],
        "ends": timezone.now() + TOKEN_LIFE,
    } | restriction_choices(request)
