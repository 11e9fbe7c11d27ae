"""The samples of the studio over REST: a list, sending one, and importing an archive. Thin views over the actions."""

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
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict, Unprocessable
from forge.core.http import media_types
from forge.core.http.blob_responses import part_response
from forge.datasets.access import revision_of
from forge.datasets.consent_terms import DEFAULT_DAYS, DEFAULT_PURPOSES, Purpose, checked_days, purposes_in
from forge.datasets.models.samples import ENDINGS
from forge.datasets.playing import require_play
from forge.datasets.recordings.access import (
    SAMPLES_LISTED,
    find_deletable,
    find_sample_by_id,
    labelled_samples,
    own_samples,
    recording_terms,
    sample_to_json,
)
from forge.datasets.recordings.actions import import_samples, send_sample
from forge.datasets.recordings.archives import RefusedFile, classify_samples, labelled_archive
from forge.datasets.recordings.serializers import (
    OwnSamplesJson,
    SampleImportPreviewJson,
    SampleJson,
    SamplesImportedJson,
    SamplesJson,
    SampleTermsJson,
)
from forge.datasets.removals.actions import delete_sample
from forge.projects.actions import note_download
from forge.projects.place import ProjectView

_DAYS = OpenApiParameter("days", int, description=f"how long it is kept; {DEFAULT_DAYS} if not given")

_PURPOSES = OpenApiParameter(
    "purposes",
    str,
    description=f"of {', '.join(Purpose)}, separated by commas; {','.join(sorted(DEFAULT_PURPOSES))} if not given",
)


def _days(request: Request) -> int:
    return checked_days(request.query_params.get("days", str(DEFAULT_DAYS)))


class ProjectSamples(ProjectView):
    """The samples of a project, and sending one: the body is the wav, png or csv."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(operation_id="samples_of_project", responses=SamplesJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """A project's newest labelled samples, at most 500. `data/samples` has all."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        # Read before the rows: a change between both is then seen again, and never missed.
        revision = revision_of(principal, project)
        samples = [sample_to_json(each, principal) for each in labelled_samples(principal, project)[:SAMPLES_LISTED]]
        return Response(SamplesJson(revision=revision, samples=samples))

    @extend_schema(
        operation_id="samples_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("label", str, required=True),
            _DAYS,
            _PURPOSES,
            OpenApiParameter("consent", str, required=True, description="the `text` of the terms that were read"),
        ],
        responses={201: SampleJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Adds a recording of one's own to the project's data: for tests, unless one's earlier samples are for
        something else."""
        project = self.project(request, organisation, name, Verb.GIVE_SAMPLE)
        query = request.query_params
        sample = send_sample(
            principal_of(request),
            project,
            body_chunks(request),
            label=query.get("label", ""),
            days=_days(request),
            consent=query.get("consent", ""),
            purposes=purposes_in(query.get("purposes")),
        )
        return Response(sample_to_json(sample, principal_of(request)), status=status.HTTP_201_CREATED)


class ProjectSampleImport(ProjectView):
    """Bringing in an archive of labelled recordings."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, Unprocessable))

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="samples_import",
        request={media_types.ZIP: OpenApiTypes.BINARY},
        parameters=[
            _DAYS,
            _PURPOSES,
            OpenApiParameter("consent", str, required=True, description="the `text` of the terms that were read"),
        ],
        responses={201: SamplesImportedJson},
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Makes the recordings of a .zip samples: a folder for each label, or a CSV at its top with `file` and `label`.

        What cannot be a sample is in `refused`, and the others come in.
        """
        project = self.project(request, organisation, name, Verb.EDIT)
        result = import_samples(
            principal_of(request),
            project,
            body_chunks(request),
            days=_days(request),
            consent=request.query_params.get("consent", ""),
            purposes=purposes_in(request.query_params.get("purposes")),
        )
        answer: SamplesImportedJson = {
            "samples": [sample_to_json(sample, principal_of(request)) for sample in result.samples],
            "refused_files": [{"name": each.name, "reason": each.reason} for each in result.refused_files],
        }
        return Response(answer, status=status.HTTP_201_CREATED)


class ProjectSampleImportPreview(ProjectView):
    """The contents of an archive before its import."""

    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Unprocessable)

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="samples_import_preview",
        request={media_types.ZIP: OpenApiTypes.BINARY},
        responses=SampleImportPreviewJson,
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Reads a .zip as an import would, and changes nothing."""
        project = self.project(request, organisation, name, Verb.EDIT)
        answer: SampleImportPreviewJson = {"samples": [], "refused_files": [], "skipped_files": []}
        with labelled_archive(project, body_chunks(request)) as archive:
            for each in classify_samples(project, archive):
                if isinstance(each, RefusedFile):
                    answer["refused_files"].append({"name": each.name, "reason": each.reason})
                    continue
                answer["samples"].append(
                    {
                        "name": each.name,
                        "kind": each.content.kind.value,
                        "label": each.label,
                        "split": each.split.value,
                        "size": len(each.content.data),
                    }
                )
            answer["skipped_files"] += archive.skipped_files
        return Response(answer)


class ProjectSampleTerms(ProjectView):
    """The terms that a person reads before they send a recording."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="samples_terms", parameters=[_DAYS, _PURPOSES], responses=SampleTermsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns who will see a recording, and until when."""
        project = self.project(request, organisation, name, Verb.READ)
        days = _days(request)
        terms = recording_terms(project, days, purposes_in(request.query_params.get("purposes")))
        ends = terms.ends.isoformat() if terms.ends else None
        return Response(SampleTermsJson(days=days, ends=ends, purposes=sorted(terms.purposes), text=terms.text))


class OwnSamples(ForgeView):
    """The person's samples, in all projects."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(operation_id="samples_own", responses=OwnSamplesJson)
    def get(self, request: Request) -> Response:
        """Returns the person's own samples in all projects, also of organisations that they have left."""
        principal = signed_in(request)
        return Response(OwnSamplesJson(samples=[sample_to_json(each, principal) for each in own_samples(principal)]))


class SampleRecording(ForgeView):
    """The media type of a recording: wav, png or csv."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="samples_recording",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The range is outside of the recording."),
        },
    )
    def get(self, request: Request, sample_id: UUID) -> HttpResponseBase:
        """The bytes of a sample; `Range` asks for a part of them."""
        principal = principal_of(request)
        sample = find_sample_by_id(principal, sample_id)
        require_play(principal, sample)
        if request.method == "GET":
            note_download(principal, sample.data_set.project, "data.download", f"data:{sample.data_set_id}")
        filename = f"{sample.number:04d}.{ENDINGS[sample.media_type]}"
        answer = part_response(request, sample.digest, sample.size, filename=filename)
        answer.headers["Accept-Ranges"] = "bytes"
        # No browser keeps a copy: a consent that is withdrawn ends there too.
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


class OneSample(ForgeView):
    needs = needing(delete=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="samples_take_back", responses={204: OpenApiResponse(description="deleted everywhere")})
    def delete(self, request: Request, sample_id: UUID) -> Response:
        """Withdraws a sample of one's own, or removes one as a maintainer, or as an owner where a version tests on it:
        its bytes are deleted."""
        principal = signed_in(request)
        delete_sample(principal, find_deletable(principal, sample_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
