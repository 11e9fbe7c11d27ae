"""The branch that a project follows, and its pulls, over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.preconditions import (
    ETAG,
    OPTIONAL_IF_MATCH,
    REFUSALS,
    REQUIRED_IF_MATCH,
    optional_if_match,
    request_precondition,
    with_etag,
)
from forge.core.api.views import PERSON, needing, raising
from forge.core.errors import Conflict
from forge.projects.git.remote import checked_remote, checked_token
from forge.projects.place import ProjectView
from forge.repositories import actions
from forge.repositories.access import find_link, pulls_of
from forge.repositories.errors import NotLinked
from forge.repositories.etag_facets import link_facets
from forge.repositories.models import LinkedBranch
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
    needs = needing(get=Scope.PROJECT_WRITE, put=PERSON, delete=Scope.PROJECT_WRITE)
    raises = raising(put=REFUSALS, delete=REFUSALS)

    @extend_schema(operation_id="linked_branch_read", responses=LinkedBranchJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The branch that the project follows."""
        project = self.project(request, organisation, name, Verb.EDIT)
        link = find_link(principal_of(request), project)
        if link is None:
            raise NotLinked("This project follows no branch.")
        return _answer(link)

    @extend_schema(
        operation_id="linked_branch_set",
        request=LinkSerializer,
        responses=LinkedBranchJson,
        parameters=[OPTIONAL_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the project follow a branch; nothing is fetched yet. In place of another one it takes the `ETag` of
        that."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, LinkSerializer)
        remote = checked_remote(body["url"], body["branch"], folder=body["folder"])
        return _answer(
            actions.link_branch(principal_of(request), project, remote, precondition=request_precondition(request))
        )

    @extend_schema(operation_id="linked_branch_delete", responses={204: None}, parameters=[REQUIRED_IF_MATCH])
    def delete(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the project follow no branch. Files and change requests stay."""
        project = self.project(request, organisation, name, Verb.EDIT)
        actions.unlink_branch(principal_of(request), project, precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(link: LinkedBranch) -> Response:
    return with_etag(Response(link_to_json(link)), link_facets(link))


class ProjectPulls(ProjectView):
    needs = needing(get=Scope.PROJECT_WRITE, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(operation_id="pulls_list", responses=PullsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The newest pulls, newest first."""
        project = self.project(request, organisation, name, Verb.EDIT)
        return Response({"pulls": [pull_to_json(each) for each in pulls_of(principal_of(request), project)]})

    @extend_schema(
        operation_id="pulls_start",
        request=PullStartSerializer,
        responses={202: PullJson},
        parameters=[OPTIONAL_IF_MATCH],
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Pulls the linked branch, as a job: files that only changed there come in, and what both sides changed becomes
        a change request. With `request`, a pull or merge request of the repository becomes a change request. A `token`
        takes the `ETag` of the link that it is for: it is never sent to another address."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, PullStartSerializer)
        token, precondition = (
            checked_token(body["token"]),
            request_precondition(request) if body["token"] else optional_if_match(request),
        )
        pull = actions.pull(principal_of(request), project, token, body["request"], precondition=precondition)
        return Response(pull_to_json(pull), status=status.HTTP_202_ACCEPTED)
