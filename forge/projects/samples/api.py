"""Samples over HTTP: thin views over the actions."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.tokens.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, seen_by, with_etag
from forge.core.api.views import ForgeView, RawBody, body_chunks, needing, raising
from forge.core.blobs.responses import part_response
from forge.core.errors import Conflict, Invalid, Unprocessable
from forge.projects.actions import Marking, import_samples, mark_samples, note_download, send_sample, withdraw_sample
from forge.projects.api import ProjectView
from forge.projects.archives.write_archive import MEDIA_TYPE
from forge.projects.models import SampleSplit
from forge.projects.samples.access import (
    DEFAULT_DAYS,
    find_sample,
    label_facets,
    own_samples,
    sample_terms,
    sample_to_json,
    samples_of,
)
from forge.projects.samples.imports import RefusedFile, classify_samples, labelled_archive
from forge.projects.serializers import (
    MarksSerializer,
    SampleImportPreviewJson,
    SampleJson,
    SamplesImportedJson,
    SamplesJson,
    SamplesMarkedJson,
    SampleTermsJson,
)

_DAYS = OpenApiParameter("days", int, description=f"how long it is kept; {DEFAULT_DAYS} if not given")


def _days(request: Request) -> int:
    text = request.query_params.get("days", str(DEFAULT_DAYS))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("`days` must be a whole number.")
    return int(text)


class ProjectSamples(ProjectView):
    """The samples of a project, and sending one: the body is the wav, png or csv."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(operation_id="samples_of_project", responses=SamplesJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """A project's samples, newest first. Changing their labels takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.READ)
        samples = list(samples_of(principal_of(request), project))
        body = {"samples": [sample_to_json(sample, principal_of(request)) for sample in samples]}
        return with_etag(Response(body), label_facets(samples))

    @extend_schema(
        operation_id="samples_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("label", str, required=True),
            OpenApiParameter("split", str, enum=SampleSplit.values, description="what it is for; `test` if not given"),
            _DAYS,
            OpenApiParameter("consent", str, required=True, description="the `text` of the terms that were read"),
        ],
        responses={201: SampleJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Gives the project a recording of one's own."""
        project = self.project(request, organisation, name, Verb.GIVE_SAMPLE)
        query = request.query_params
        sample = send_sample(
            principal_of(request),
            project,
            body_chunks(request),
            label=query.get("label", ""),
            split=query.get("split", SampleSplit.TEST),
            days=_days(request),
            consent=query.get("consent", ""),
        )
        return Response(sample_to_json(sample, principal_of(request)), status=status.HTTP_201_CREATED)


class ProjectSampleMarks(ProjectView):
    """Labels and splits of many samples."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=REFUSALS)

    @extend_schema(
        operation_id="samples_mark",
        request=MarksSerializer,
        responses=SamplesMarkedJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Changes labels and splits, all or none. The answer, sent again, takes the change back."""
        project = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, MarksSerializer)
        markings = [Marking(each["id"], each.get("label"), each.get("split")) for each in body["changes"]]
        principal = principal_of(request)
        before = mark_samples(principal, project, markings, seen=seen_by(request))
        answer: SamplesMarkedJson = {
            "before": [
                {"id": str(each.sample), "label": each.label or "", "split": each.split or ""} for each in before
            ]
        }
        return with_etag(Response(answer), label_facets(samples_of(principal, project)))


class ProjectSampleImport(ProjectView):
    """Bringing in an archive of labelled recordings."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="samples_import",
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        parameters=[
            _DAYS,
            OpenApiParameter("consent", str, required=True, description="the `text` of the terms that were read"),
        ],
        responses={201: SamplesImportedJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the recordings of a .zip samples: a folder for each label, or a CSV at its top with `file` and `label`.

        What cannot be a sample is in `refused`, and the others come in.
        """
        project = self.project(request, organisation, name, Verb.EDIT)
        done = import_samples(
            principal_of(request),
            project,
            body_chunks(request),
            days=_days(request),
            consent=request.query_params.get("consent", ""),
        )
        answer: SamplesImportedJson = {
            "samples": [sample_to_json(sample, principal_of(request)) for sample in done.samples],
            "refused": [{"name": each.name, "reason": each.reason} for each in done.refused],
        }
        return Response(answer, status=status.HTTP_201_CREATED)


class ProjectSampleImportPreview(ProjectView):
    """What an archive would bring."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Unprocessable)

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="samples_import_preview",
        request={MEDIA_TYPE: OpenApiTypes.BINARY},
        responses=SampleImportPreviewJson,
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Reads a .zip as an import would, and changes nothing."""
        project = self.project(request, organisation, name, Verb.EDIT)
        answer: SampleImportPreviewJson = {"samples": [], "refused": [], "left_out": []}
        with labelled_archive(body_chunks(request)) as archive:
            for each in classify_samples(project, archive.samples):
                if isinstance(each, RefusedFile):
                    answer["refused"].append({"name": each.name, "reason": each.reason})
                    continue
                answer["samples"].append(
                    {
                        "name": each.sample.name,
                        "kind": each.kind,
                        "label": each.sample.label,
                        "split": each.sample.split,
                        "size": len(each.data),
                    }
                )
            answer["left_out"] += archive.left_out()
        return Response(answer)


class ProjectSampleTerms(ProjectView):
    """What a person reads before they send a recording."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="samples_terms", parameters=[_DAYS], responses=SampleTermsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Who will see a recording, and until when."""
        project = self.project(request, organisation, name, Verb.READ)
        terms = sample_terms(project, _days(request))
        return Response({"days": terms.days, "ends": terms.ends.isoformat(), "text": terms.text})


class OwnSamples(ForgeView):
    """What a person gave, wherever it is."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(operation_id="samples_own", responses=SamplesJson)
    def get(self, request: Request) -> Response:
        """One's own samples in all projects, also of organisations that one has left."""
        principal = signed_in(request)
        return Response({"samples": [sample_to_json(sample, principal) for sample in own_samples(principal)]})


class SampleRecording(ForgeView):
    """What was recorded: wav, png or csv."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="samples_recording",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The range lies outside of the recording."),
        },
    )
    def get(self, request: Request, sample_id: UUID) -> HttpResponseBase:
        """The bytes of a sample, wherever its file is called by now; `Range` asks for a part of them."""
        principal = principal_of(request)
        sample = find_sample(principal, sample_id)
        if request.method == "GET":
            note_download(principal, sample.project, "file.download", path=sample.path, digest=sample.digest)
        answer = part_response(request, sample.digest, sample.size, filename=sample.path.rpartition("/")[2])
        answer.headers["Accept-Ranges"] = "bytes"
        return answer


class OneSample(ForgeView):
    needs = needing(delete=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="samples_take_back", responses={204: OpenApiResponse(description="deleted everywhere")})
    def delete(self, request: Request, sample_id: UUID) -> Response:
        """Withdraws the consent: the recording is deleted everywhere."""
        withdraw_sample(signed_in(request), sample_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
