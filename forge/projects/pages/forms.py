"""The views of a project's forms: each does one thing and goes on, or shows its page again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again
from forge.projects.pages.lookup import project_of

Act = Callable[..., str]
"""Takes the request, the principal, the project, and by their names the rest of the address."""
View = Callable[..., HttpResponseBase]


def project_form(template: str, context: Callable[..., dict[str, Any]]) -> Callable[[Act], View]:
    """Makes a view of what a form does to a project that its person may edit.

    The function returns the address of the page that follows. Where it raises a `DomainError`, the page of the form is
    shown again with the error and what was typed; `context` is called with the request, the project and the rest of
    the address.
    """

    def decorate(act: Act) -> View:
        def view(request: HttpRequest, /, organisation: str, name: str, **address: Any) -> HttpResponseBase:
            project = project_of(request, organisation, name, Verb.EDIT)
            try:
                following = act(request, principal_of(request), project, **address)
            except DomainError as error:
                return show_again(request, template, context(request, project, **address), error)
            return redirect(following)

        return wraps(act)(for_person(require_POST(view)))

    return decorate
