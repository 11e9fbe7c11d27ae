"""Searches over REST: thin views over the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, TooOften, Unprocessable
from forge.learning.searches.access import find_search, searches_of
from forge.learning.searches.actions import (
    SearchSettings,
    begin_search,
)
from forge.learning.searches.serializers import (
    BeginSearchSerializer,
    ModelSearchJson,
    OpenModelSearchJson,
    open_search_to_json,
    search_to_json,
)
from forge.projects.place import ProjectView


class SearchPages(CursorPages):
    """Pages of searches, newest first."""

    ordering = "-number"


class ModelSearches(ProjectView):
    """The searches of a project, and beginning one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, TooOften, Unprocessable))

    @extend_schema(operation_id="searches_list", responses=PageJson[ModelSearchJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The searches of a project, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        pages = SearchPages()
        searches = searches_of(principal_of(request), project).prefetch_related("rows")
        rows = pages.paginate_queryset(searches, request, view=self) or []
        return pages.get_paginated_response([search_to_json(each) for each in rows])

    @extend_schema(operation_id="searches_begin", request=BeginSearchSerializer, responses={201: ModelSearchJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Searches for the settings of a recipe that are right most often for what they need, as a job. What is over a
        limit is counted and not trained; the test split is not read."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, BeginSearchSerializer)
        search = begin_search(principal_of(request), project, SearchSettings(**body))
        return Response(search_to_json(search), status=status.HTTP_201_CREATED)


class OneModelSearch(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="search_read", responses=OpenModelSearchJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A search with its trials, and which of them are the best for what they need."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(open_search_to_json(find_search(principal_of(request), project, number)))
