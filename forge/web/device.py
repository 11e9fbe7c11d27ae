"""Pages for device sign-in: a person enters a program's code, reads its scopes, and allows or refuses."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forge.accounts.actions.device import SCOPES, TOKEN_LIFE, decide, find, shown_code
from forge.accounts.errors import CodeEnded
from forge.accounts.scopes import WORDS, Scope
from forge.web.pages import for_person, person, show_again

_PAGE = "account/device.html"


@for_person
@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Typing a code; what it would allow; and the decision. An address with the code decides nothing."""
    if request.method == "GET":
        return render(request, _PAGE)
    code, step = request.POST.get("token", ""), request.POST.get("step", "")
    try:
        if not ratelimit.consume(request, action="try_device_code", user=person(request)):
            raise CodeEnded("Too many attempts. Wait for a minute.")
        if step in ("allow", "refuse"):
            decided = decide(person(request), code, allow=step == "allow")
            return render(request, _PAGE, {"decided": decided, "allowed": step == "allow"})
        waiting = find(code)
    except CodeEnded as error:
        return show_again(request, _PAGE, {}, error)
    context = {
        "waiting": waiting,
        "code": shown_code(code),
        "scopes": [WORDS[Scope(scope)] for scope in SCOPES],
        "ends": timezone.now() + TOKEN_LIFE,
    }
    return render(request, _PAGE, context)
