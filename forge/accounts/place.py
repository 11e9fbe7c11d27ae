"""An organisation's address in the API and on pages, and the place of its acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.access import find_organisation, require_in, require_person
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, scope_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.api.needs import PERSON
from forge.core.api.views import ForgeView, raising
from forge.core.errors import AddressChanged

T = TypeVar("T")
_BEFORE = ("/api/v1/organisations", "/api/v1/projects", "")
"""The paths before the address of an organisation or a project: in the API, and on pages."""


def address_changed(request: Request | HttpRequest, old: str, error: AddressChanged) -> AddressChanged:
    """Returns the error that leads from an old address, such as `/acme`, to the same page, or the same address of the
    API, below the present one."""
    path = request.get_full_path()
    before = next(each for each in _BEFORE if path.startswith(each))
    return AddressChanged(path.replace(before + old, before + error.location, 1))


def organisation_of(request: Request | HttpRequest, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Organisation:
    """Returns the organisation of a request's address. Raises `AddressChanged` to the same address under its present
    name, and what `find_organisation` raises."""
    try:
        return find_organisation(principal_of(request), name, verb)
    except AddressChanged as error:
        raise address_changed(request, f"/{name}", error) from error


def of_people(place: ActPlace[T]) -> ActPlace[T]:
    """Returns the place of the acts that no token does, whatever its scopes are."""

    def require(actor: Actor, verb: Verb, target: T) -> None:
        place.require(actor, verb, target)
        require_person(actor)

    return replace(place, require=require, scope=lambda _: PERSON)


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Organisation:
    return organisation_of(request, names["organisation"], verb)


ORGANISATION = ActPlace(
    "organisations/<str:organisation>/", _find, require_in, principal_of, scope_of, (AddressChanged,)
)
ORGANISATION_OF_PEOPLE = of_people(ORGANISATION)


class OrganisationView(ForgeView):
    """A view below an organisation's address. A former name is answered with the address that it has now."""

    raises = raising(AddressChanged)

    def organisation(self, request: Request, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Organisation:
        """The organisation of the address. Raises `AddressChanged` to the same view of its present address."""
        return organisation_of(request, name, verb)
