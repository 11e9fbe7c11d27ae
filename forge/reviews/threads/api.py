"""Conversations over REST: threads of reviews and builds, replies, their end, and wrong results."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.builds.access import find_build
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, RawBody, body_chunks, needing, raising
from forge.core.errors import Conflict
from forge.datasets.consent_terms import DEFAULT_DAYS, Purpose, checked_days, purposes_in
from forge.reviews.models import Review
from forge.reviews.rounds.access import find_review
from forge.reviews.threads.actions import conversation, wrong_results
from forge.reviews.threads.actions.wrong_results import WrongResult
from forge.reviews.threads.conversation import find_comment, find_thread, threads_in_review, threads_on_build
from forge.reviews.threads.etag_facets import comment_facets
from forge.reviews.threads.serializers import (
    THREAD_JSON,
    BeginThreadSerializer,
    CommentJson,
    TextSerializer,
    ThreadJson,
    ThreadsJson,
    anchor_request_of,
    comment_to_json,
    thread_to_json,
)

_RESULT = [
    OpenApiParameter("label", str, required=True, description="the right answer: the sample's label"),
    OpenApiParameter("answer", str, description="what the build answered"),
    OpenApiParameter("text", str, description="what to say to it; a sentence is written without it"),
    OpenApiParameter("days", int, description=f"how long the recording is kept; {DEFAULT_DAYS} if not given"),
    OpenApiParameter("consent", str, required=True, description="the `text` of the terms that were read"),
    OpenApiParameter("purposes", str, description=f"of those terms: of {', '.join(Purpose)}, separated by commas"),
]


class ReviewThreads(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.REVIEW_WRITE)

    @extend_schema(operation_id="review_threads_list", responses=ThreadsJson)
    def get(self, request: Request, review_id: UUID) -> Response:
        """Returns the threads of a review, in all its rounds."""
        principal = principal_of(request)
        threads = threads_in_review(principal, find_review(principal, review_id))
        return Response({"threads": [thread_to_json(thread) for thread in threads]})

    @extend_schema(operation_id="review_threads_begin", request=BeginThreadSerializer, responses={201: ThreadJson})
    def post(self, request: Request, review_id: UUID) -> Response:
        """Begins a thread about the build of the newest round, or about a part of it."""
        principal = principal_of(request)
        return _begin_thread(
            principal, find_review(principal, review_id), self.read_body(request, BeginThreadSerializer)
        )


class BuildThreads(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.REVIEW_WRITE)

    @extend_schema(operation_id="threads_list", responses=ThreadsJson)
    def get(self, request: Request, build_id: UUID) -> Response:
        """Returns the threads about a build, also those in the reviews of its bytes."""
        principal = principal_of(request)
        threads = threads_on_build(principal, find_build(principal, build_id))
        return Response({"threads": [thread_to_json(thread) for thread in threads]})

    @extend_schema(operation_id="threads_begin", request=BeginThreadSerializer, responses={201: ThreadJson})
    def post(self, request: Request, build_id: UUID) -> Response:
        """Begins a thread about a build or about a part of it, outside of a review."""
        principal = principal_of(request)
        return _begin_thread(principal, find_build(principal, build_id), self.read_body(request, BeginThreadSerializer))


class OneThread(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="threads_retrieve", responses=ThreadJson, parameters=[ETAG])
    def get(self, request: Request, thread_id: UUID) -> Response:
        """Returns a thread. Resolving it takes the `ETag`."""
        return THREAD_JSON.response(find_thread(principal_of(request), thread_id))


class ThreadResolve(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="threads_resolve", request=None, responses=ThreadJson, parameters=[REQUIRED_IF_MATCH, ETAG]
    )
    def post(self, request: Request, thread_id: UUID) -> Response:
        """Says that nothing is left to do."""
        principal, precondition = principal_of(request), request_precondition(request)
        conversation.resolve_thread(principal, find_thread(principal, thread_id), precondition=precondition)
        return THREAD_JSON.response(find_thread(principal, thread_id))


class OneComment(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, patch=Scope.REVIEW_WRITE, delete=Scope.REVIEW_WRITE)
    raises = raising(patch=(Conflict, *REFUSALS), delete=(Conflict, *REFUSALS))

    @extend_schema(operation_id="comments_retrieve", responses=CommentJson, parameters=[ETAG])
    def get(self, request: Request, comment_id: UUID) -> Response:
        """Returns a comment. Editing and deleting it take the `ETag`."""
        return _comment_answer(principal_of(request), comment_id)

    @extend_schema(
        operation_id="comments_edit",
        request=TextSerializer,
        responses=CommentJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def patch(self, request: Request, comment_id: UUID) -> Response:
        """Replaces the text of one's own comment; what it said before stays readable."""
        principal = principal_of(request)
        thread, comment = find_comment(principal, comment_id)
        text = self.read_body(request, TextSerializer)["text"]
        conversation.edit_comment(principal, thread, comment, text, precondition=request_precondition(request))
        return _comment_answer(principal, comment_id)

    @extend_schema(operation_id="comments_delete", responses=CommentJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def delete(self, request: Request, comment_id: UUID) -> Response:
        """Erases one's own comment, and as an owner anybody's; that it was there stays."""
        principal = principal_of(request)
        thread, comment = find_comment(principal, comment_id)
        conversation.delete_comment(principal, thread, comment, precondition=request_precondition(request))
        return _comment_answer(principal, comment_id)


class ReviewWrongResults(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="review_wrong_results_mark",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=_RESULT,
        responses={201: ThreadJson},
    )
    def post(self, request: Request, review_id: UUID) -> Response:
        """Marks a result as wrong: the body is the recording that gave it, as one sends a sample."""
        principal = principal_of(request)
        return _mark_wrong(principal, find_review(principal, review_id), request)


class BuildWrongResults(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="wrong_results_mark",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=_RESULT,
        responses={201: ThreadJson},
    )
    def post(self, request: Request, build_id: UUID) -> Response:
        """Marks a result as wrong outside of a review."""
        principal = principal_of(request)
        return _mark_wrong(principal, find_build(principal, build_id), request)


def _comment_answer(principal: Actor, comment_id: UUID) -> Response:
    """A comment with its state, for the next act."""
    comment = find_comment(principal, comment_id)[1]
    return with_etag(Response(comment_to_json(comment)), comment_facets(comment))


def _begin_thread(principal: Actor, about: Review | Build, body: dict[str, object]) -> Response:
    thread = conversation.begin_thread(principal, about, str(body["text"]), anchor_request_of(body))
    return Response(thread_to_json(find_thread(principal, thread.pk)), status=status.HTTP_201_CREATED)


def _mark_wrong(principal: Actor, about: Review | Build, request: Request) -> Response:
    query = request.query_params
    result = WrongResult(
        answer=query.get("answer", ""),
        right=query.get("label", ""),
        days=checked_days(query.get("days") or str(DEFAULT_DAYS)),
        consent=query.get("consent", ""),
        purposes=purposes_in(query.get("purposes")),
        text=query.get("text", ""),
    )
    thread = wrong_results.mark_wrong(principal, about, body_chunks(request), result)
    return Response(thread_to_json(find_thread(principal, thread.pk)), status=status.HTTP_201_CREATED)
