"""The branch that a project follows, and its pulls, over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict
from forge.projects.api import ProjectView
from forge.projects.git.remote import checked_remote, checked_token
from forge.repositories import actions
from forge.repositories.access import find_link, pulls_of
from forge.repositories.errors import NotLinked
from forge.repositories.serializers import (
    LinkedBranchJson,
    LinkSerializer,
    PullJson,
    PullsJson,
    PullStartSerializer,
    link_to_json,
    pull_to_json,
)


class ProjectLink(ProjectView):
    needs = needing(get=Scope.PROJECT_WRITE, put=Scope.PROJECT_WRITE, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="linked_branch_read", responses=LinkedBranchJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The branch that the project follows."""
        project = self.project(request, organisation, name, Verb.EDIT)
        link = find_link(principal_of(request), project)
        if link is None:
            raise NotLinked("This project follows no branch.")
        return Response(link_to_json(link))

    @extend_schema(operation_id="linked_branch_set", request=LinkSerializer, responses=LinkedBranchJson)
    def put(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the project follow a branch, in place of the one before; nothing is fetched yet."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, LinkSerializer)
        remote = checked_remote(body["url"], body["branch"], folder=body["folder"])
        return Response(link_to_json(actions.link_branch(principal_of(request), project, remote)))

    @extend_schema(operation_id="linked_branch_delete", responses={204: None})
    def delete(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the project follow no branch. Files and change requests stay."""
        project = self.project(request, organisation, name, Verb.EDIT)
        actions.unlink_branch(principal_of(request), project)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectPulls(ProjectView):
    needs = needing(get=Scope.PROJECT_WRITE, post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="pulls_list", responses=PullsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The newest pulls, newest first."""
        project = self.project(request, organisation, name, Verb.EDIT)
        return Response({"pulls": [pull_to_json(each) for each in pulls_of(principal_of(request), project)]})

    @extend_schema(operation_id="pulls_start", request=PullStartSerializer, responses={202: PullJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Pulls the linked branch, as a job: files that only changed there come in, and what both sides changed becomes
        a change request. With `request`, a pull or merge request of the repository becomes a change request."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, PullStartSerializer)
        started = actions.pull(principal_of(request), project, checked_token(body["token"]), body["request"])
        return Response(pull_to_json(started), status=status.HTTP_202_ACCEPTED)
