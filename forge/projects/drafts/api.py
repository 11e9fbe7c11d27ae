"""Drafts over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import needing
from forge.projects.drafts.access import drafts_of, find_draft
from forge.projects.drafts.serializers import DraftJson, draft_to_json
from forge.projects.place import ProjectView


class ProjectDrafts(ProjectView):
    """The drafts of a project that are written."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="drafts_list", responses=list[DraftJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the drafts, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response([draft_to_json(each) for each in drafts_of(principal_of(request), project)])


class ProjectDraft(ProjectView):
    """A draft of a project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="drafts_read", responses=DraftJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Returns a draft that is written."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(draft_to_json(find_draft(principal_of(request), project, number)))
