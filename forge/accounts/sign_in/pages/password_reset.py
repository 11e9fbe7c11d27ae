"""Setting a new password by a link that is sent to one's confirmed address."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.sign_in.actions.password_reset import find_person_of_link, reset_password, send_password_link
from forge.core.http.pages import show_again

_ASK, _RESET = "account/password_reset.html", "account/reset.html"


@require_http_methods(["GET", "POST"])
def request_link(request: HttpRequest) -> HttpResponse:
    """Sends the link. The answer is the same for every address."""
    if request.method == "GET":
        return render(request, _ASK)
    email = request.POST.get("email", "")
    if not ratelimit.consume(request, action="reset_password", key=email.strip().lower()):
        return render(request, "429.html", status=429)
    send_password_link(email)
    return render(request, _ASK, {"sent_to": email})


@never_cache
@sensitive_post_parameters("token", "password")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Sets the password: the page's script sends the link's token here, and then comes the form."""
    if request.method == "GET":
        return render(request, _RESET)
    token = request.POST.get("token", "")
    try:
        context = {"token": token, "whose": find_person_of_link(token)}
    except LinkEnded as error:
        return show_again(request, _RESET, {}, error)
    if request.POST.get("step") != "password":
        return render(request, _RESET, context)
    try:
        reset_password(token, request.POST.get("password", ""))
    except (BadAccount, LinkEnded) as error:
        return show_again(request, _RESET, context, error)
    return render(request, _RESET, {"is_done": True})
