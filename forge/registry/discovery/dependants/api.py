"""Dependants of a project's publications, over REST."""

from __future__ import annotations

from typing import Annotated, TypedDict

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import choices
from forge.core.api.views import needing
from forge.projects.place import ProjectView
from forge.registry.discovery.dependants.access import dependants_of
from forge.registry.hooks import DependantKind


class DependantJson(TypedDict):
    """Something that depends on what the project published."""

    kind: Annotated[str, choices("DependantKind", [kind.value for kind in DependantKind])]
    title: str
    url: str
    version: Annotated[str, "the version that it depends on, or empty if none is published now"]


class DependantListJson(TypedDict):
    """The dependants of a project's publications that the caller may see."""

    dependants: list[DependantJson]


class ProjectDependants(ProjectView):
    """The dependants of a project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="dependants_list", responses=DependantListJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Lists the deployments that serve a version, your projects that use a block, and forks; at most 200 of each
        kind, and without what you may not see."""
        project = self.project(request, organisation, name, Verb.SEE)
        answer: DependantListJson = {
            "dependants": [
                {
                    "kind": each.kind.value,
                    "title": each.title,
                    "url": f"{settings.PUBLIC_URL}{each.path}",
                    "version": each.version,
                }
                for each in dependants_of(principal_of(request), project)
            ]
        }
        return Response(answer)
