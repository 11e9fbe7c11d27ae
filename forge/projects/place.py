"""A project's address in the API and on pages, and the place of its acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.permissions import Verb, scope_of
from forge.accounts.place import address_changed, of_people
from forge.accounts.principals import Principal, principal_of
from forge.core.api.acts import ActPlace
from forge.core.api.views import ForgeView, raising
from forge.core.errors import AddressChanged
from forge.projects.access import find_project, require
from forge.projects.models import Project

T = TypeVar("T")


def project_of(request: Request | HttpRequest, organisation: str, name: str, verb: Verb) -> Project:
    """Returns the project of a request's address. Raises `AddressChanged` to the same page, or the same address of the
    API, of the project under its present name, and what `find_project` raises."""
    try:
        return find_project(principal_of(request), organisation, name, verb)
    except AddressChanged as error:
        raise address_changed(request, f"/{organisation}/{name}", error) from error


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Project:
    return project_of(request, names["organisation"], names["name"], verb)


PROJECT = ActPlace("projects/<str:organisation>/<str:name>/", _find, require, principal_of, scope_of, (AddressChanged,))
PROJECT_OF_PEOPLE = of_people(PROJECT)


def below_project(
    tail: str, find: Callable[[Principal, Project, Mapping[str, Any]], T], project: str = "project"
) -> ActPlace[T]:
    """Returns the place of things that a project has. `find` takes who acts, the project and the names of the address;
    `project` names the attribute of a thing that has its project."""
    project_of_thing: Callable[[T], Project] = attrgetter(project)
    return ActPlace(
        PROJECT.route + tail,
        lambda request, verb, names: find(principal_of(request), PROJECT.find(request, verb, names), names),
        lambda actor, verb, thing: require(actor, verb, project_of_thing(thing)),
        principal_of,
        scope_of,
        (AddressChanged,),
    )


class ProjectView(ForgeView):
    """A view below a project's address. A former name is answered with the address that it has now."""

    raises = raising(AddressChanged)

    def project(self, request: Request, organisation: str, name: str, verb: Verb) -> Project:
        """The project of the address. Raises `AddressChanged` to the same view of the project's present address."""
        return project_of(request, organisation, name, verb)
