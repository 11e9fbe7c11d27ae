"""The place of acts on a project's deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.permissions import Verb, scope_of
from forge.accounts.place import of_people
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.errors import AddressChanged
from forge.deployments.access import find_deployment
from forge.deployments.models import Deployment
from forge.projects.access import require
from forge.projects.place import PROJECT, project_of


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Deployment:
    project = project_of(request, names["organisation"], names["name"], verb)
    return find_deployment(principal_of(request), project, names["deployment"])


def _require(actor: Actor, verb: Verb, deployment: Deployment) -> None:
    require(actor, verb, deployment.project)


DEPLOYMENT = ActPlace(
    f"{PROJECT.route}deployments/<str:deployment>/", _find, _require, principal_of, scope_of, (AddressChanged,)
)
DEPLOYMENT_OF_PEOPLE = of_people(DEPLOYMENT)
