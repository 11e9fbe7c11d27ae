"""A person's own pages: name and address, setting a password, and tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts import actions
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.models import ApiToken, User
from forge.accounts.organisations.access import is_confirmed, wanted_address
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import SCOPE_TEXTS, Scope
from forge.core.audit.messages import name_things
from forge.core.errors import DomainError
from forge.web.pages import for_person, person, show_again
from forge.web.security import SECURITY, came_by_link_lately, security_of
from forge.web.token_restriction import requested_restriction, restriction_choices

_PROFILE, _CONFIRM = "account/profile.html", "account/confirm.html"

SCOPE_GROUPS = (
    (
        "Read",
        (Scope.REGISTRY_PULL, Scope.PROJECT_READ, Scope.ORGANISATION_READ, Scope.ACCOUNT_READ),
    ),
    (
        "Work",
        (
            Scope.PROJECT_WRITE,
            Scope.BUILD_RUN,
            Scope.REVIEW_WRITE,
            Scope.RUNE_PUBLISH,
            Scope.PROJECT_CREATE,
            Scope.ACCOUNT_WRITE,
        ),
    ),
    (
        "Administer",
        (
            Scope.MEMBER_MANAGE,
            Scope.PROJECT_MANAGE,
            Scope.AUDIT_READ,
            Scope.WEBHOOK_MANAGE,
            Scope.ORGANISATION_WRITE,
            Scope.ORGANISATION_CREATE,
            Scope.TOKEN_CREATE,
        ),
    ),
)
"""The scopes as the page offers them: what most tokens are for comes first."""

LIVES = {"30": "30 days", "90": "90 days", "365": "A year"}


@for_person
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, what one's page says, and the address."""
    if request.method == "GET":
        return render(request, _PROFILE, _profile(request) | {"saved": "saved" in request.GET})
    form = request.POST
    try:
        if "page" in form:
            actions.update_page(person(request), about=form.get("about", ""), shows_page="shows_page" in form)
        else:
            actions.update_profile(person(request), name=form.get("name", ""))
    except BadAccount as error:
        return show_again(request, _PROFILE, _profile(request), error)
    return redirect("/accounts/profile?saved")


@for_person
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Asking for a link to confirm the present address, or another one that takes its place."""
    email = request.POST.get("email", "")
    try:
        if not ratelimit.consume(request, action="confirm_address", user=person(request)):
            raise BadAccount("No email was sent.", errors={"email": ["Too many emails. Wait for ten minutes."]})
        actions.ask_for_address(person(request), email)
    except BadAccount as error:
        return show_again(request, _PROFILE, _profile(request), error)
    return render(request, _PROFILE, _profile(request) | {"sent_to": email.strip().lower()})


def _profile(request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    return {"is_confirmed": is_confirmed(user), "wanted": wanted_address(user)}


@for_person
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("token")
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirming an address by the link that was sent to it: the page's script sends its token here."""
    if request.method == "GET":
        return render(request, _CONFIRM)
    try:
        email = actions.confirm_address(person(request), request.POST.get("token", ""))
    except (LinkEnded, BadAccount) as error:
        return show_again(request, _CONFIRM, {}, error)
    return render(request, _CONFIRM, {"confirmed": email})


@for_person
@sensitive_post_parameters("old", "password")
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Setting a password, or changing it, which asks for the old one, but who came by a printed link forgot it."""
    user = person(request)
    try:
        if user.has_usable_password() and not came_by_link_lately(request):
            _check_old_password(request, user)
        actions.set_password(user, request.POST.get("password", ""))
    except BadAccount as error:
        return show_again(request, SECURITY, security_of(request), error)
    update_session_auth_hash(request, user)
    return redirect("/accounts/security?saved")


def _check_old_password(request: HttpRequest, user: User) -> None:
    """Who found a browser that is signed in must not find the password by trying. Raises `BadAccount`."""
    if not ratelimit.consume(request, action="change_password", user=user):
        raise BadAccount("The password was not changed.", errors={"old": ["Too many attempts. Wait for a minute."]})
    if not user.check_password(request.POST.get("old", "")):
        raise BadAccount("The password was not changed.", errors={"old": ["This is not your password."]})


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one's secret is on the page that answers, and never again."""
    principal = principal_of(request)
    context = {
        "tokens": _listed(ApiToken.objects.visible_to(principal)),
        "scope_groups": [(title, [(scope, SCOPE_TEXTS[scope]) for scope in scopes]) for title, scopes in SCOPE_GROUPS],
        "chosen": request.POST.getlist("scopes") or [Scope.REGISTRY_PULL],
        "lives": LIVES,
        "now": timezone.now(),
    } | restriction_choices(request)
    if request.method == "GET":
        return render(request, "account/tokens.html", context)
    life = request.POST.get("life", "90")
    days = int(life) if life in LIVES else 90
    expires = timezone.now() + timedelta(days=days)
    try:
        token, secret = actions.create_token(
            principal,
            request.POST.get("name", ""),
            request.POST.getlist("scopes"),
            expires,
            requested_restriction(request),
        )
    except DomainError as error:
        return show_again(request, "account/tokens.html", context, error)
    return render(request, "account/tokens.html", context | {"made": token, "secret": secret})


@dataclass(frozen=True)
class ListedToken:
    """A token, and what those things are called today that it is restricted to."""

    token: ApiToken
    restriction: tuple[str, ...] | None


def _listed(tokens: Iterable[ApiToken]) -> list[ListedToken]:
    found = list(tokens)
    things = name_things({key for token in found for key in token.restriction or ()})
    named = [
        token.restriction and tuple(things[key].name for key in token.restriction if key in things) for token in found
    ]
    return [ListedToken(token, restriction) for token, restriction in zip(found, named, strict=True)]


@for_person
@require_POST
def delete_token(request: HttpRequest, token: UUID) -> HttpResponse:
    """Ending a token."""
    actions.delete_token(principal_of(request), token)
    return redirect("tokens")
