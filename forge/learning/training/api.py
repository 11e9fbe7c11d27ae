"""Training runs over REST: thin views over the actions."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import needing, raising
from forge.core.errors import Unprocessable
from forge.core.http.blob_responses import blob_response
from forge.learning.recipes import recipes
from forge.learning.training.access import find_run, runs_of
from forge.learning.training.actions import (
    RequestedRun,
    begin_run,
)
from forge.learning.training.errors import RUN_ERRORS
from forge.learning.training.results.reading import judgements
from forge.learning.training.serializers import (
    BeginRunSerializer,
    OpenTrainingRunJson,
    RecipesJson,
    TrainingRunJson,
    open_run_to_json,
    run_to_json,
)
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.place import ProjectView


class TrainingPages(CursorPages):
    """Pages of training runs, newest first."""

    ordering = "-number"


class TrainingRecipes(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)
    raises = raising(get=Unprocessable)

    @extend_schema(operation_id="training_recipes", responses=RecipesJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The recipes, with their arguments, units and ranges."""
        self.project(request, organisation, name, Verb.READ)
        return Response(RecipesJson(recipes=recipes()))


class TrainingRuns(ProjectView):
    """The training runs of a project, and beginning one."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=RUN_ERRORS)

    @extend_schema(operation_id="training_runs_list", responses=PageJson[TrainingRunJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The training runs of a project, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        pages = TrainingPages()
        rows = pages.paginate_queryset(runs_of(principal_of(request), project), request, view=self) or []
        return pages.get_paginated_response([run_to_json(each) for each in rows])

    @extend_schema(operation_id="training_runs_begin", request=BeginRunSerializer, responses={201: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Trains a model by a recipe on a version of the project's data, as a job. Only samples whose consent covers
        training now are learned from."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, BeginRunSerializer)
        run = begin_run(principal_of(request), project, RequestedRun(**body))
        return Response(run_to_json(run), status=status.HTTP_201_CREATED)


class OneTrainingRun(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="training_run_read", responses=OpenTrainingRunJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A training run: its curves, how often it is right, what its rune needs, and its files."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        run = find_run(principal, project, number)
        return Response(open_run_to_json(run, judgements(principal, run)))


class TrainingFile(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="training_run_file",
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, organisation: str, name: str, number: int, path: str) -> HttpResponseBase:
        """A file that a run gave, such as the model, or `script/train.py`, which reproduces the run in plain Keras."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        run = find_run(principal, project, number)
        if path not in run.files:
            raise nothing_here(principal)
        if request.method == "GET":
            note_download(principal, project, "training.download", project.stream, name=path, number=run.number)
        file_name = path.rpartition("/")[2]
        return blob_response(request, run.files[path], run.sizes[path], filename=file_name)
