"""Analyses over REST: thin views over the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import PERSON, needing, raising
from forge.core.errors import Conflict
from forge.datasets.analysis.actions import start_analysis
from forge.datasets.analysis.report import report_of
from forge.datasets.analysis.serializers import DataAnalysisJson
from forge.datasets.tally import tally_of
from forge.projects.models import Project
from forge.projects.place import ProjectView


class DataAnalysisView(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="data_analysis", responses=DataAnalysisJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the last analysis of the project's data: the current build's answers, doubtful labels,
        near-duplicates and outliers."""
        project = self.project(request, organisation, name, Verb.READ)
        return Response(_report(principal_of(request), project))

    @extend_schema(operation_id="data_analysis_start", request=None, responses={202: DataAnalysisJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Starts an analysis of all samples with the current build. What is known already is not computed again."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        start_analysis(principal, project)
        return Response(_report(principal, project), status=status.HTTP_202_ACCEPTED)


class DataAnalysisEnvironment(ProjectView):
    needs = needing(post=PERSON)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="data_analysis_prepare", request=None, responses={202: DataAnalysisJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Prepares the environment that compares labels, and analyses the samples then. For the person who runs the
        server."""
        project = self.project(request, organisation, name, Verb.EDIT)
        principal = principal_of(request)
        start_analysis(principal, project, prepares=True)
        return Response(_report(principal, project), status=status.HTTP_202_ACCEPTED)


def _report(principal: Principal, project: Project) -> DataAnalysisJson:
    return report_of(principal, project, tally_of(principal, project))
