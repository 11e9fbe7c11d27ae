"""Finds the project of a page's address."""

from __future__ import annotations

from django.http import HttpRequest

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import AddressChanged
from forge.projects.access import find_project
from forge.projects.models import Project


def project_of(request: HttpRequest, organisation: str, name: str, verb: Verb) -> Project:
    """The project of a page's address. Raises `AddressChanged` to the same page of the project's present address."""
    try:
        return find_project(principal_of(request), organisation, name, verb)
    except AddressChanged as error:
        path = request.get_full_path()
        raise AddressChanged(path.replace(f"/{organisation}/{name}", error.location, 1)) from error
