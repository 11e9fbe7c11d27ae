"""Reviews over REST: asking for one, its rounds, its reviewers and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.core.actors import Actor
from forge.core.api.json_types import PageJson
from forge.core.api.pages import CursorPages
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict, Invalid
from forge.projects.place import ProjectView
from forge.reviews.models import Review
from forge.reviews.reviewing.actions import requests
from forge.reviews.reviewing.serializers import ReviewJson, RoundJson, review_to_json, round_to_json
from forge.reviews.rounds.access import find_review, reviews_of, standing_verdicts
from forge.reviews.rounds.etag_facets import review_facets
from forge.reviews.rounds.requests import RequestedGroup


class NewReviewerGroupSerializer(serializers.Serializer[Any]):
    people = serializers.ListField(child=serializers.UUIDField(), max_length=50, default=list)
    team = serializers.CharField(
        max_length=60, allow_blank=True, default="", help_text="a team's name, in place of `people`"
    )
    required_approvals = serializers.IntegerField(min_value=0, default=1)
    title = serializers.CharField(max_length=60, allow_blank=True, default="")


class ReviewersSerializer(serializers.Serializer[Any]):
    reviewers = NewReviewerGroupSerializer(many=True)


class AskForReviewSerializer(ReviewersSerializer):
    build = serializers.UUIDField()
    title = serializers.CharField(max_length=200)
    message = serializers.CharField(allow_blank=True, default="")
    due = serializers.DateField(allow_null=True, default=None)
    guest_emails = serializers.ListField(
        child=serializers.EmailField(),
        max_length=10,
        default=list,
        help_text="addresses of people who are no members: owners invite them into the review",
    )


class NewRoundSerializer(serializers.Serializer[Any]):
    build = serializers.UUIDField()
    message = serializers.CharField(allow_blank=True, default="")


class ProjectReviews(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="requested_reviews_list", responses=PageJson[ReviewJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """A project's reviews, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        pages = CursorPages()
        reviews = pages.paginate_queryset(reviews_of(principal_of(request), project), request, view=self) or []
        verdicts = standing_verdicts(reviews)
        return pages.get_paginated_response([review_to_json(review, verdicts[review.pk]) for review in reviews])

    @extend_schema(operation_id="requested_reviews_ask", request=AskForReviewSerializer, responses={201: ReviewJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Asks people to judge a build. A group of reviewers needs as many approvals of its people as it says."""
        principal = principal_of(request)
        project = self.project(request, organisation, name, Verb.ASK)
        body = self.read_body(request, AskForReviewSerializer)
        build = find_build(principal, body["build"])
        if build.project_id != project.pk:
            raise Invalid("The build is of another project.")
        review = requests.ask_for_review(
            principal, build, body["title"], body["message"], _groups(body), body["due"], body["guest_emails"]
        )
        return _answer(principal, review.pk, status.HTTP_201_CREATED)


class OneReview(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="requested_reviews_retrieve", responses=ReviewJson, parameters=[ETAG])
    def get(self, request: Request, review_id: UUID) -> Response:
        """Returns a review. Closing it and asking others take the `ETag`."""
        return _answer(principal_of(request), review_id)


class ReviewRounds(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="requested_reviews_next_round", request=NewRoundSerializer, responses={201: RoundJson})
    def post(self, request: Request, review_id: UUID) -> Response:
        """Carries the review on with a newer build, and asks again."""
        principal = principal_of(request)
        review = find_review(principal, review_id)
        body = self.read_body(request, NewRoundSerializer)
        build = find_build(principal, body["build"])
        new = requests.ask_in_a_new_round(principal, review, build, body["message"])
        return Response(round_to_json(new), status=status.HTTP_201_CREATED)


class ReviewReviewers(ForgeView):
    needs = needing(put=Scope.REVIEW_WRITE)
    raises = raising(put=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="requested_reviews_reviewers",
        request=ReviewersSerializer,
        responses=ReviewJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, review_id: UUID) -> Response:
        """Asks these people and no others."""
        principal, precondition = principal_of(request), request_precondition(request)
        review = find_review(principal, review_id)
        requests.change_reviewers(
            principal, review, _groups(self.read_body(request, ReviewersSerializer)), precondition=precondition
        )
        return _answer(principal, review.pk)


def _groups(body: Mapping[str, Any]) -> tuple[RequestedGroup, ...]:
    return tuple(
        RequestedGroup(tuple(each["people"]), each["required_approvals"], each["title"], each["team"])
        for each in body["reviewers"]
    )


def _answer(principal: Actor, review_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    """A review as it is after an act, with its state for the next one."""
    review: Review = find_review(principal, review_id)
    verdicts = standing_verdicts([review])[review.pk]
    return with_etag(Response(review_to_json(review, verdicts), status=code), review_facets(review, verdicts))
