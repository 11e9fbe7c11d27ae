"""Training runs over REST: thin views over the actions."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.organisations.access import nothing_here
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import needing, raising
from forge.core.blobs.responses import blob_response
from forge.core.errors import Conflict, NoRoom, TooOften, Unprocessable
from forge.learning.training.access import find_run, runs_of
from forge.learning.training.actions import (
    RequestedRun,
    begin_run,
    cancel_run,
    discard_run,
    pause_run,
    resume_run,
    stop_run,
    train_again,
)
from forge.learning.training.actions.applying import apply_model
from forge.learning.training.actions.using import use_model
from forge.learning.training.models import TrainingRun
from forge.learning.training.reading import judgements
from forge.learning.training.recipes import recipes
from forge.learning.training.serializers import (
    AppliedModelJson,
    ApplyModelSerializer,
    BeginRunSerializer,
    OpenTrainingRunJson,
    RecipesJson,
    TrainingRunJson,
    UseModelSerializer,
    applied_to_json,
    open_run_to_json,
    run_to_json,
)
from forge.learning.training.threshold_text import LabelThreshold
from forge.projects.actions.downloads import note_download
from forge.projects.api import ProjectView


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
    raises = raising(post=(Conflict, NoRoom, TooOften, Unprocessable))

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
    needs = needing(get=Scope.PROJECT_READ, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="training_run_read", responses=OpenTrainingRunJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A training run: its curves, how often it is right, what its rune needs, and its files."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        run = find_run(principal, project, number)
        return Response(open_run_to_json(run, judgements(principal, run)))

    @extend_schema(operation_id="training_run_discard", responses={204: None})
    def delete(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Deletes a training run with its files. A model that the project uses stays."""
        discard_run(principal_of(request), self._run(request, organisation, name, number))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _run(self, request: Request, organisation: str, name: str, number: int) -> TrainingRun:
        return find_run(principal_of(request), self.project(request, organisation, name, Verb.EDIT), number)


class _RunAct(ProjectView):
    """An instruction to a run."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    def run_of(self, request: Request, organisation: str, name: str, number: int) -> TrainingRun:
        return find_run(principal_of(request), self.project(request, organisation, name, Verb.EDIT), number)


class TrainingStop(_RunAct):
    @extend_schema(operation_id="training_run_stop", request=None, responses={202: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Ends training after this epoch, and goes on with the best epoch so far, which gives a model."""
        run = stop_run(principal_of(request), self.run_of(request, organisation, name, number))
        return Response(run_to_json(run), status=status.HTTP_202_ACCEPTED)


class TrainingPause(_RunAct):
    @extend_schema(operation_id="training_run_pause", request=None, responses={202: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Saves a checkpoint after this epoch and ends, until the run is resumed."""
        run = pause_run(principal_of(request), self.run_of(request, organisation, name, number))
        return Response(run_to_json(run), status=status.HTTP_202_ACCEPTED)


class TrainingResume(_RunAct):
    raises = raising(post=(Conflict, TooOften))

    @extend_schema(operation_id="training_run_resume", request=None, responses={202: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Lets a run go on from its last checkpoint that was paused, failed or was cancelled."""
        run = resume_run(principal_of(request), self.run_of(request, organisation, name, number))
        return Response(run_to_json(run), status=status.HTTP_202_ACCEPTED)


class TrainingCancel(_RunAct):
    @extend_schema(operation_id="training_run_cancel", request=None, responses={202: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Ends a run at once, without a model."""
        run = cancel_run(principal_of(request), self.run_of(request, organisation, name, number))
        return Response(run_to_json(run), status=status.HTTP_202_ACCEPTED)


class TrainingAgain(_RunAct):
    raises = raising(post=(Conflict, NoRoom, TooOften, Unprocessable))

    @extend_schema(operation_id="training_run_again", request=None, responses={201: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Begins another run with the same settings on the newest version of the data."""
        run = train_again(principal_of(request), self.run_of(request, organisation, name, number))
        return Response(run_to_json(run), status=status.HTTP_201_CREATED)


class TrainingUse(_RunAct):
    raises = raising(post=(Conflict, NoRoom))

    @extend_schema(operation_id="training_run_use", request=UseModelSerializer, responses={201: TrainingRunJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Opens a change request with the model, its Runefile and its record; nothing is replaced before it is
        merged."""
        body = self.read_body(request, UseModelSerializer)
        run = use_model(principal_of(request), self.run_of(request, organisation, name, number), body["title"])
        return Response(run_to_json(run), status=status.HTTP_201_CREATED)


class TrainingApply(_RunAct):
    raises = raising(post=(Conflict, NoRoom, Unprocessable))

    @extend_schema(operation_id="training_run_apply", request=ApplyModelSerializer, responses={201: AppliedModelJson})
    def post(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Writes the model, its Runefile, its record and `forge.yml` into the project at once, and begins a build.
        Where the project's rules ask for a review, it opens a change request in place of that."""
        body = self.read_body(request, ApplyModelSerializer)
        threshold = None if body["threshold"] is None else LabelThreshold(**body["threshold"])
        applied = apply_model(principal_of(request), self.run_of(request, organisation, name, number), threshold)
        return Response(applied_to_json(applied), status=status.HTTP_201_CREATED)


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
