"""Makes the views of a project's forms: a view does what the form asks and redirects, or shows the page again."""

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
from forge.projects.place import project_of

Act = Callable[..., str]
"""Takes the request, the principal, the project, and the other parts of the address as keyword arguments. Returns the
address of the next page."""
View = Callable[..., HttpResponseBase]


def project_form(template: str, context: Callable[..., dict[str, Any]]) -> Callable[[Act], View]:
    """Returns a decorator that makes a view for people who may edit the project.

    The view redirects to the address that the function returns. If the function raises a `DomainError`, the view shows
    the form's page again with the error and what was typed. `context` returns that page's context. It is called with
    the request, the project and the other parts of the address.
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
