"""Jobs over REST: thin views over the actions."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, NotFound
from forge.jobs.access import find_job, jobs_of
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.lists.filters import JobFilter
from forge.jobs.lists.items import JobCursor, items_of, list_jobs
from forge.jobs.lists.serializers import JobJson, JobLogJson, item_to_json, log_to_json
from forge.jobs.models import Job


class OrganisationJobs(OrganisationView):
    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(
        operation_id="jobs_list",
        parameters=[
            OpenApiParameter("cursor", str, description="The page, as `next` names it"),
            OpenApiParameter("limit", int, description="Jobs on a page, 1 to 200"),
            *JobFilter.parameters(),
        ],
        responses=PageJson[JobJson],
    )
    def get(self, request: Request, organisation: str) -> Response:
        """The jobs of an organisation's projects that you may read, newest first."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation)
        jobs = JobFilter.narrow(request.query_params, jobs_of(principal, owner))
        limit = CursorPages().get_page_size(request)
        items, after = list_jobs(principal, jobs, _cursor(request), limit)
        address = replace_query_param(request.build_absolute_uri(), "cursor", str(after)) if after else None
        results = [item_to_json(item) for item in items]
        return Response(PageJson[JobJson](next=address, previous=None, results=results))


def _cursor(request: Request) -> JobCursor | None:
    """Returns the place where the page begins; None for the newest.

    Raises `NotFound` for a cursor that we did not make.
    """
    text = request.query_params.get("cursor", "")
    try:
        return JobCursor.parse(text) if text else None
    except ValueError:
        raise NotFound("Invalid cursor") from None


def _one(request: Request, job: Job) -> JobJson:
    return item_to_json(items_of(principal_of(request), [job])[0])


class OneJob(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="jobs_retrieve", responses=JobJson)
    def get(self, request: Request, job_id: UUID) -> Response:
        """A job."""
        return Response(_one(request, find_job(principal_of(request), job_id)))


class JobLog(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="jobs_log", responses=JobLogJson)
    def get(self, request: Request, job_id: UUID) -> Response:
        """A job's log."""
        return Response(log_to_json(list(find_job(principal_of(request), job_id).log.all())))


class JobCancel(ForgeView):
    needs = needing(post=Scope.BUILD_RUN)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobJson)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Ends a job that waits or runs."""
        principal = principal_of(request)
        return Response(_one(request, cancel_job(principal, find_job(principal, job_id))))


class JobRetry(ForgeView):
    needs = needing(post=Scope.BUILD_RUN)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="jobs_retry", request=None, responses={202: JobJson})
    def post(self, request: Request, job_id: UUID) -> Response:
        """Queues a job again that failed, was cancelled or lost. It goes on from its last checkpoint."""
        principal = principal_of(request)
        return Response(_one(request, retry_job(principal, find_job(principal, job_id))), status=202)
