"""The page of a person's tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.models import ApiToken
from forge.accounts.principals import principal_of
from forge.accounts.scopes import SCOPE_GROUPS, Scope
from forge.accounts.tokens.actions import tokens as token_actions
from forge.accounts.tokens.pages.restriction import chosen_restriction, restriction_choices
from forge.accounts.tokens.restriction import own_keys
from forge.core.actors import Actor
from forge.core.audit.messages import name_things
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again

LIVES = {"30": "30 days", "90": "90 days", "365": "A year"}
USUAL_LIFE = "90"


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Shows the person's tokens; a new one's secret is on the page that answers, and never again."""
    principal = principal_of(request)
    context = {
        "tokens": _listed_tokens(principal, ApiToken.objects.visible_to(principal)),
        "scope_groups": [(title, list(texts.items())) for title, texts in SCOPE_GROUPS.items()],
        "usual_scopes": [Scope.REGISTRY_PULL],
        "lives": LIVES,
        "usual_life": USUAL_LIFE,
        "now": timezone.now(),
    } | restriction_choices(request)
    if request.method == "GET":
        return render(request, "account/tokens.html", context)
    life = request.POST.get("life", "")
    days = int(life if life in LIVES else USUAL_LIFE)
    expires = timezone.now() + timedelta(days=days)
    try:
        token, secret = token_actions.create_token(
            principal,
            request.POST.get("name", ""),
            request.POST.getlist("scopes"),
            expires,
            chosen_restriction(request),
        )
    except DomainError as error:
        return show_again(request, "account/tokens.html", context, error)
    return render(request, "account/tokens.html", context | {"created": token, "secret": secret})


@dataclass(frozen=True)
class ListedToken:
    """A token, and the names of those things that it is restricted to and that its owner reaches today."""

    token: ApiToken
    restriction: tuple[str, ...] | None


def _listed_tokens(principal: Actor, tokens: Iterable[ApiToken]) -> list[ListedToken]:
    rows = list(tokens)
    things = name_things(own_keys(principal, {key for token in rows for key in token.restriction or ()}))
    restriction_names = [
        token.restriction and tuple(things[key].name for key in token.restriction if key in things) for token in rows
    ]
    return [ListedToken(token, restriction) for token, restriction in zip(rows, restriction_names, strict=True)]


@for_person
@require_POST
def delete_token(request: HttpRequest, token: UUID) -> HttpResponse:
    """Ends a token."""
    token_actions.delete_token(principal_of(request), token)
    return redirect("tokens")
