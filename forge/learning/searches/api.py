"""Searches over REST: thin views over the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, NoRoom, TooOften, Unprocessable
from forge.learning.searches.access import find_search, find_trial, searches_of
from forge.learning.searches.actions import (
    SearchSettings,
    begin_search,
    discard_search,
    open_trial,
    resume_search,
    stop_search,
    use_trial,
)
from forge.learning.searches.models import ModelSearch
from forge.learning.searches.serializers import (
    BeginSearchSerializer,
    ModelSearchJson,
    OpenModelSearchJson,
    ResumeSearchSerializer,
    SearchTrialJson,
    open_search_to_json,
    search_to_json,
    trial_to_json,
)
from forge.learning.training.serializers import TrainingRunJson, run_to_json
from forge.projects.api import ProjectView


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


class _OneSearch(ProjectView):
    """Finds the search of an address."""

    def search_of(self, request: Request, organisation: str, name: str, number: int, verb: Verb) -> ModelSearch:
        return find_search(principal_of(request), self.project(request, organisation, name, verb), number)


class OneModelSearch(_OneSearch):
    needs = needing(get=Scope.PROJECT_READ, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="search_read", responses=OpenModelSearchJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A search with its trials, and which of them are the best for what they need."""
        return Response(open_search_to_json(self.search_of(request, organisation, name, number, Verb.READ)))

    @extend_schema(operation_id="search_discard", responses={204: None})
    def delete(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Deletes a search with its trials. Training runs that were begun from it stay."""
        discard_search(principal_of(request), self.search_of(request, organisation, name, number, Verb.EDIT))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SearchStop(_OneSearch):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="search_stop", request=None, responses={202: ModelSearchJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Ends a search. The trials that have ended stay, and it can go on later."""
        search = stop_search(principal_of(request), self.search_of(request, organisation, name, number, Verb.EDIT))
        return Response(search_to_json(search), status=status.HTTP_202_ACCEPTED)


class SearchResume(_OneSearch):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, TooOften))

    @extend_schema(operation_id="search_resume", request=ResumeSearchSerializer, responses={202: ModelSearchJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Goes on with a search that has ended, from its trials."""
        search = self.search_of(request, organisation, name, number, Verb.EDIT)
        body = self.read_body(request, ResumeSearchSerializer)
        search = resume_search(principal_of(request), search, body["trials"])
        return Response(search_to_json(search), status=status.HTTP_202_ACCEPTED)


class SearchTrialChange(_OneSearch):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, NoRoom, TooOften))

    @extend_schema(operation_id="search_trial_open", request=None, responses={201: SearchTrialJson})
    def post(self, request: Request, organisation: str, name: str, number: int, trial: int) -> Response:
        """Opens a change request with the model of a trial, its Runefile and the record of where it came from. A trial
        that has one keeps it. The test split stays unread."""
        principal = principal_of(request)
        search = self.search_of(request, organisation, name, number, Verb.EDIT)
        offered_trial = open_trial(principal, search, find_trial(principal, search, trial))
        return Response(trial_to_json(offered_trial), status=status.HTTP_201_CREATED)


class SearchUse(_OneSearch):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, NoRoom, TooOften, Unprocessable))

    @extend_schema(operation_id="search_use", request=None, responses={201: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int, trial: int) -> Response:
        """Begins a training run with the settings of a trial. When it is finished, a change request with its model is
        opened, and the test split is read for the first time."""
        principal = principal_of(request)
        search = self.search_of(request, organisation, name, number, Verb.EDIT)
        run = use_trial(principal, search, find_trial(principal, search, trial))
        return Response(run_to_json(run), status=status.HTTP_201_CREATED)
