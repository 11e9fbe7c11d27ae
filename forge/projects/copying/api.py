"""Copying a project over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import signed_in
from forge.accounts.scopes import Scope
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict
from forge.projects.copying import actions
from forge.projects.place import ProjectView
from forge.projects.serializers import CopySerializer, ProjectJson, project_to_json


class ProjectDuplicate(ProjectView):
    """A project with the same files, without the recordings that people gave, which shows nobody where it came from."""

    needs = needing(post=Scope.PROJECT_CREATE)
    raises = raising(post=Conflict)

    @extend_schema(request=CopySerializer, responses={201: ProjectJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        origin = self.project(request, organisation, name, Verb.SEE)
        body, principal = self.read_body(request, CopySerializer), signed_in(request)
        target = find_organisation(principal, body["organisation"], Verb.CREATE_PROJECT)
        project = actions.duplicate_project(principal, origin, target, body["name"])
        return Response(project_to_json(project, principal), status=status.HTTP_201_CREATED)


class ProjectFork(ProjectView):
    """The same, which says where it came from to who sees both.

    Where a project shares its files, everyone with an account may copy those that it published."""

    needs = needing(post=Scope.PROJECT_CREATE)
    raises = raising(post=Conflict)

    @extend_schema(request=CopySerializer, responses={201: ProjectJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        origin = self.project(request, organisation, name, Verb.SEE)
        body, principal = self.read_body(request, CopySerializer), signed_in(request)
        target = find_organisation(principal, body["organisation"], Verb.CREATE_PROJECT)
        project = actions.fork_project(principal, origin, target, body["name"])
        return Response(project_to_json(project, principal), status=status.HTTP_201_CREATED)
