"""Helpers that views of pages share: requiring a person, and showing a form again with its errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from forge.core.api.problems import status_of
from forge.core.errors import DomainError, SignInNeeded

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


def show_again(request: HttpRequest, template: str, context: dict[str, Any], error: DomainError) -> HttpResponse:
    """The form's page once more, with the error and what was typed."""
    return render(request, template, context | {"error": error, "typed": request.POST}, status=status_of(error))
