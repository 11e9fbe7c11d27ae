"""Samples over REST: thin views over the actions."""

from __future__ import annotations

from functools import partial
from typing import Annotated, TypedDict
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, Invalid, Stale, Unprocessable
from forge.core.http.blob_responses import part_response
from forge.datasets.access import find_consent, find_sample, revision_of, samples_of, versions_of
from forge.datasets.labelling.queue import opinions_on
from forge.datasets.labelling.serializers import DataOpinionJson, opinion_to_json
from forge.datasets.models.samples import ENDINGS
from forge.datasets.playing import playing_facets, require_play, restrict_playing
from forge.datasets.removals.actions import delete_sample, delete_samples
from forge.datasets.samples.actions import UNCHANGED, SampleMark, SampleOrigin, add_sample, mark_samples
from forge.datasets.samples.filters import DataFilter
from forge.datasets.samples.serializers import (
    DataDeletedJson,
    DataDeletionSerializer,
    DataMarkedJson,
    DataMarksSerializer,
    marked_to_json,
)
from forge.datasets.serializers import DataNumbersJson, DataSampleJson, DataSettingsSerializer, sample_to_json
from forge.datasets.summary import DataSummaryJson, summary_of
from forge.datasets.tally import tally_of
from forge.datasets.versions.contents import versions_with
from forge.projects.actions import note_download
from forge.projects.models import Project
from forge.projects.place import ProjectView


class DataSampleDetailJson(TypedDict):
    """A sample with the versions that have it."""

    sample: DataSampleJson
    versions: Annotated[list[int], "the numbers of those of the newest 50 versions that have it, lowest first"]
    opinions: Annotated[list[DataOpinionJson], "labels of people who looked at it in the queue, the first one first"]


class DataSummary(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, patch=Scope.PROJECT_MANAGE)
    raises = raising(patch=REFUSALS)

    @extend_schema(operation_id="data_summary", responses=DataSummaryJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns a summary of the project's data: labels, splits, people, minutes, and weaknesses. Choosing who plays
        samples takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.READ)
        return _summary_answer(principal_of(request), project)

    @extend_schema(
        operation_id="data_settings",
        request=DataSettingsSerializer,
        responses=DataSummaryJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, organisation: str, name: str) -> Response:
        """Lets only those who manage the project play samples, besides the person who gave one, or everyone who reads
        it. Others train and test on them all the same."""
        project = self.project(request, organisation, name, Verb.MANAGE)
        principal, body = principal_of(request), self.read_body(request, DataSettingsSerializer)
        restrict_playing(
            principal, project, is_restricted=body["restricted"], precondition=request_precondition(request)
        )
        return _summary_answer(principal, project)


def _summary_answer(principal: Principal, project: Project) -> Response:
    summary = summary_of(principal, project, tally_of(principal, project))
    return with_etag(Response(summary), playing_facets(summary["restricted"]))


class DataSamples(ProjectView):
    """The samples of a project, and sending one: the body is the WAV, PNG, JPEG or CSV."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))
    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="data_samples_list",
        parameters=[
            OpenApiParameter("cursor", str, description="The page, as `next` names it"),
            OpenApiParameter("limit", int, description="Samples on a page, 1 to 200"),
            *DataFilter.parameters(),
        ],
        responses=PageJson[DataSampleJson],
    )
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The samples of a project, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        samples = DataFilter.narrow(request.query_params, samples_of(principal_of(request), project))
        to_json = partial(sample_to_json, actor=principal_of(request))
        return page_answer(request, samples, to_json, ordering="-number")

    @extend_schema(
        operation_id="data_samples_add",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("consent", UUID, required=True, description="the consent that covers it"),
            OpenApiParameter("label", str, description="without it the sample waits for one"),
            OpenApiParameter("group", str, description="a pseudonym of its person; by default who agreed"),
            OpenApiParameter(
                "alone", bool, description="`true`: the recording is of nobody, such as a picture of a thing"
            ),
            OpenApiParameter("device", str, description="what it was recorded with"),
        ],
        responses={201: DataSampleJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Adds a recording to the project's data. EXIF, GPS, titles and other notes are dropped; a name of a file is
        not kept."""
        project = self.project(request, organisation, name, Verb.GIVE_SAMPLE)
        query, principal = request.query_params, principal_of(request)
        consent = find_consent(principal, _uuid(query.get("consent", "")))
        if consent.data_set.project_id != project.pk:
            raise Invalid("`consent` is for the data of another project.")
        origin = SampleOrigin(query.get("group", ""), _flag(query.get("alone", "false")), query.get("device", ""))
        sample = add_sample(principal, consent, body_chunks(request), label=query.get("label", ""), origin=origin)
        return Response(sample_to_json(sample, principal), status=status.HTTP_201_CREATED)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("`consent` must be the id of a consent.") from None


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise Invalid("`alone` must be `true` or `false`.")
    return text == "true"


class DataSampleNumbers(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="data_samples_numbers", parameters=DataFilter.parameters(), responses=DataNumbersJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """The numbers of all samples that filters keep, newest first: a long list is shown by parts of it."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        # Read before the rows: a change between both is then seen again, and never missed.
        revision = revision_of(principal, project)
        samples = DataFilter.narrow(request.query_params, samples_of(principal, project))
        numbers = list(samples.select_related(None).values_list("number", flat=True))
        return Response(DataNumbersJson(revision=revision, numbers=numbers))


class DataMarks(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Stale)

    @extend_schema(operation_id="data_samples_mark", request=DataMarksSerializer, responses=DataMarkedJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Changes labels, marked places or positions, or leaves samples out of further versions: all of them or none.
        The answer, sent back, undoes it."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, DataMarksSerializer)
        marks = [
            SampleMark(
                each["number"],
                each.get("label"),
                each.get("is_excluded"),
                each.get("accepts", False),
                each.get("confirms", False),
                each.get("events", UNCHANGED),
                each.get("positions", UNCHANGED),
                each.get("disputed"),
            )
            for each in body["changes"]
        ]
        result = mark_samples(principal_of(request), project, marks, body["revision"])
        return Response(marked_to_json(result))


class DataDeletions(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="data_samples_delete", request=DataDeletionSerializer, responses=DataDeletedJson)
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Deletes the bytes of samples, all of them or none; versions that have them keep their digests and have
        tombstones. Samples of other people are deleted by maintainers, and by owners where a version tests on them."""
        project = self.project(request, organisation, name, Verb.READ)
        body = self.read_body(request, DataDeletionSerializer)
        return Response(DataDeletedJson(samples=delete_samples(principal_of(request), project, body["numbers"])))


class OneDataSample(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, delete=Scope.PROJECT_WRITE)

    @extend_schema(operation_id="data_sample_read", responses=DataSampleDetailJson)
    def get(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """A sample, and those of the newest 50 versions that have it."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        sample = find_sample(principal, project, number)
        versions = list(versions_with(sample, versions_of(principal, project)).numbers)
        opinions = [opinion_to_json(each) for each in opinions_on(sample)]
        return Response(
            DataSampleDetailJson(sample=sample_to_json(sample, principal), versions=versions, opinions=opinions)
        )

    @extend_schema(operation_id="data_sample_delete", responses={204: None})
    def delete(self, request: Request, organisation: str, name: str, number: int) -> Response:
        """Deletes the bytes of a sample; versions that have it keep their digests and have a tombstone."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        delete_sample(principal, find_sample(principal, project, number))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DataSampleRecording(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="data_sample_recording",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The range is outside of the recording."),
        },
    )
    def get(self, request: Request, organisation: str, name: str, number: int) -> HttpResponseBase:
        """The bytes of a sample; `Range` asks for a part of them."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        sample = find_sample(principal, project, number)
        require_play(principal, sample)
        if request.method == "GET":
            note_download(principal, project, "data.download", f"data:{sample.data_set_id}")
        filename = f"{sample.number:04d}.{ENDINGS[sample.media_type]}"
        answer = part_response(request, sample.digest, sample.size, filename=filename)
        answer.headers["Accept-Ranges"] = "bytes"
        # No browser keeps a copy: a consent that is withdrawn ends there too.
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
