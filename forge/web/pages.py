"""What views of pages share: insisting on someone, and showing a form again with what was wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from forge.accounts.models import Organisation, User
from forge.accounts.principals import Principal
from forge.core.api.problems import status_of
from forge.core.errors import DomainError, SignInNeeded
from forge.projects.models import Project

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_person(view: View[P]) -> View[P]:
    """A page for someone who is signed in; a visitor is sent to sign in and comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            raise SignInNeeded("Sign in to see this.")
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def person(request: HttpRequest) -> User:
    """Who is signed in; for views behind `for_person`."""
    return cast(User, request.user)


def show_again(request: HttpRequest, template: str, context: dict[str, Any], error: DomainError) -> HttpResponse:
    """The form's page once more, with the error and what was typed."""
    return render(request, template, context | {"error": error, "typed": request.POST}, status=status_of(error))


def usual_organisation(principal: Principal, creatable: Sequence[Organisation]) -> str:
    """The only one, or where the person made a project last; "" where nobody can tell, so that they are asked."""
    if len(creatable) < 2:
        return creatable[0].name if creatable else ""
    made = (
        Project.objects.of_member(principal)
        .filter(created_by_id=principal.pk, organisation__in=creatable)
        .order_by("-created")
    )
    return made.values_list("organisation__name", flat=True).first() or ""


def usual_among(creatable: Sequence[Organisation], made: Mapping[str, datetime]) -> str:
    """The same, where a page knows already when the person made a project last in each organisation, by its name."""
    if len(creatable) == 1:
        return creatable[0].name
    known = [each.name for each in creatable if each.name in made]
    return max(known, key=made.__getitem__, default="")
