"""Verdicts on builds over REST: thin views over the actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.http import quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.accounts.serializers import names_of
from forge.accounts.sign_in.pages.security import confirmed_recently
from forge.builds.access import find_build
from forge.core.api.preconditions import REQUIRED_IF_MATCH, required_if_match
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, PreconditionRequired, Stale
from forge.reviews.errors import NewerBuild
from forge.reviews.reviewing.actions.verdicts import give_verdict, undo_verdict
from forge.reviews.reviewing.serializers import ReviewsJson, VerdictJson, verdict_to_json
from forge.reviews.rounds.access import verbs_on_build, verdicts_on
from forge.reviews.threads.serializers import WantedAnchorSerializer, anchor_request_of


class GiveVerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.CharField(max_length=20)
    comment = serializers.CharField(allow_blank=True, default="")
    anchor = WantedAnchorSerializer(required=False)


class BuildReviews(ForgeView):
    """The verdicts on a build."""

    needs = needing(get=Scope.PROJECT_READ, post=Scope.REVIEW_WRITE)
    raises = raising(post=(Conflict, Stale, PreconditionRequired))

    @extend_schema(operation_id="reviews_list", responses=ReviewsJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """`may` is what one may do to the build's project, without a verdict where this build takes none of one's.

        The `ETag` is the digest of the rune that is judged.
        """
        principal = principal_of(request)
        build = find_build(principal, build_id)
        verdicts = [verdict_to_json(verdict) for verdict in verdicts_on(principal, build)]
        answer = Response({"reviews": verdicts, "may": names_of(verbs_on_build(principal, build))})
        if build.artefact is not None:
            answer["ETag"] = quote_etag(build.artefact.digest)
        return answer

    @extend_schema(
        operation_id="reviews_give",
        request=GiveVerdictSerializer,
        responses={201: VerdictJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, build_id: UUID) -> Response:
        """Stores a verdict. Only a person approves: a token may ask for changes."""
        build = find_build(principal_of(request), build_id)
        digests = required_if_match(request)
        if build.artefact is not None and build.artefact.digest not in digests:
            raise NewerBuild("If-Match names other bytes than this build's. Read its verdicts again.")
        body = self.read_body(request, GiveVerdictSerializer)
        about, confirmed = anchor_request_of(body), confirmed_recently(request._request)
        verdict = give_verdict(
            principal_of(request), build, body["verdict"], body["comment"], about=about, confirmed=confirmed
        )
        return Response(verdict_to_json(verdict), status=status.HTTP_201_CREATED)


class BuildVerdictUndo(ForgeView):
    """Taking one's verdict back."""

    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="reviews_undo", request=None, responses=ReviewsJson)
    def post(self, request: Request, build_id: UUID) -> Response:
        """Takes back a verdict within a minute: its comment is deleted too, and an earlier verdict of the person's
        holds again."""
        principal = principal_of(request)
        build = find_build(principal, build_id)
        undo_verdict(principal, build)
        verdicts = [verdict_to_json(verdict) for verdict in verdicts_on(principal, build)]
        return Response({"reviews": verdicts, "may": names_of(verbs_on_build(principal, build))})
