"""Change requests over REST: offering a fork's changes, and what becomes of them."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.actors import Actor
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict
from forge.projects.api import ProjectView
from forge.projects.versions.store import find_version
from forge.reviews import actions
from forge.reviews.changes.access import change_requests_of, find_change_request, find_offer, offers_of, rounds_of
from forge.reviews.changes.facets import offer_facets, request_facets
from forge.reviews.changes.merging import merging_of
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.serializers import (
    ChangeRequestJson,
    NewerOfferSerializer,
    OfferChangesSerializer,
    OfferJson,
    OffersJson,
    OfferWithRoundsJson,
    OpenChangeRequestJson,
    ReasonSerializer,
    ResolutionSerializer,
    change_request_to_json,
    offer_to_json,
    offer_with_rounds_to_json,
    open_change_request_to_json,
)
from forge.reviews.threads.conversation import find_thread, threads_on_request
from forge.reviews.threads.serializers import TextSerializer, ThreadJson, ThreadsJson, thread_to_json
from rune.editing.merge import MergeChoice, Side


class ProjectChangeRequests(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="change_requests_list", responses=PageJson[ChangeRequestJson])
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the change requests to a project, newest first."""
        project = self.project(request, organisation, name, Verb.READ)
        principal = principal_of(request)
        return page_answer(request, change_requests_of(principal, project), partial(change_request_to_json, principal))


class ProjectOffers(ProjectView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="offers_list", responses=OffersJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns the change requests of this fork, newest first."""
        fork = self.project(request, organisation, name, Verb.READ)
        return Response({"offers": [offer_to_json(each) for each in offers_of(principal_of(request), fork)]})

    @extend_schema(operation_id="offers_make", request=OfferChangesSerializer, responses={201: OfferJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Offers this fork's files to the project that it was forked from, whose people may read them then."""
        fork = self.project(request, organisation, name, Verb.EDIT)
        body = self.read_body(request, OfferChangesSerializer)
        version = None if body["version"] is None else find_version(fork, body["version"])
        change = actions.offer_changes(principal_of(request), fork, body["title"], body["message"], version)
        return Response(offer_to_json(change), status=status.HTTP_201_CREATED)


class OneChangeRequest(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="change_requests_retrieve", responses=OpenChangeRequestJson, parameters=[ETAG])
    def get(self, request: Request, change_id: UUID) -> Response:
        """Returns it with its conflicts and the unmet conditions of merging. The acts on it take the `ETag`."""
        return _answer(principal_of(request), change_id)


class ChangeRequestOffer(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="change_requests_offer", responses=OfferWithRoundsJson, parameters=[ETAG])
    def get(self, request: Request, change_id: UUID) -> Response:
        """Returns the current and earlier offers, for both sides."""
        change = find_offer(principal_of(request), change_id)
        return with_etag(Response(offer_with_rounds_to_json(change, rounds_of(change))), offer_facets(change))

    @extend_schema(operation_id="change_requests_newer", request=NewerOfferSerializer, responses=OfferJson)
    def post(self, request: Request, change_id: UUID) -> Response:
        """Offers newer files of the fork: another round."""
        principal = principal_of(request)
        change, body = find_offer(principal, change_id), self.read_body(request, NewerOfferSerializer)
        number = body["version"]
        version = None if number is None or change.source is None else find_version(change.source, number)
        actions.offer_newer(principal, change, version, body["message"])
        return Response(offer_to_json(find_offer(principal, change_id)))


class ChangeRequestAsk(ForgeView):
    needs = needing(post=Scope.REVIEW_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="change_requests_ask", request=TextSerializer, responses={201: ThreadJson})
    def post(self, request: Request, change_id: UUID) -> Response:
        """Says in a thread what should change; newer files are waited for from then on."""
        principal = principal_of(request)
        text = self.read_body(request, TextSerializer)["text"]
        thread = actions.ask_for_changes(principal, find_change_request(principal, change_id), text)
        return Response(thread_to_json(find_thread(principal, thread.pk)), status=status.HTTP_201_CREATED)


class ChangeRequestResolutions(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE, delete=Scope.PROJECT_WRITE)
    raises = raising(Conflict, *REFUSALS)

    @extend_schema(
        operation_id="change_requests_resolve",
        request=ResolutionSerializer,
        responses=OpenChangeRequestJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Says what stands in place of a conflict."""
        principal, precondition = principal_of(request), request_precondition(request)
        body = self.read_body(request, ResolutionSerializer)
        choice = MergeChoice(Side(body["side"]), body["text"])
        change = find_change_request(principal, change_id)
        actions.resolve_conflict(principal, change, body["conflict"], choice, precondition=precondition)
        return _answer(principal, change_id)

    @extend_schema(
        operation_id="change_requests_start_over",
        responses=OpenChangeRequestJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def delete(self, request: Request, change_id: UUID) -> Response:
        """Makes all conflicts open again."""
        principal, precondition = principal_of(request), request_precondition(request)
        actions.start_over(principal, find_change_request(principal, change_id), precondition=precondition)
        return _answer(principal, change_id)


class ChangeRequestBuilds(ForgeView):
    needs = needing(post=Scope.BUILD_RUN)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="change_requests_build",
        request=None,
        responses={202: OpenChangeRequestJson},
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Builds what merging makes; the project's files stay as they are."""
        principal, precondition = principal_of(request), request_precondition(request)
        actions.build_merged(principal, find_change_request(principal, change_id), precondition=precondition)
        return Response(_as_json(principal, change_id), status=status.HTTP_202_ACCEPTED)


class ChangeRequestMerge(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="change_requests_merge",
        request=ReasonSerializer,
        responses=OpenChangeRequestJson,
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Merges it. With a `reason`, an owner merges past what is missing, but for conflicts."""
        principal, precondition = principal_of(request), request_precondition(request)
        change, reason = find_change_request(principal, change_id), self.read_body(request, ReasonSerializer)["reason"]
        if reason.strip():
            actions.merge_past_gate(principal, change, reason, precondition=precondition)
        else:
            actions.merge_change_request(principal, change, precondition=precondition)
        return Response(_as_json(principal, change_id))


class ChangeRequestUndo(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="change_requests_undo",
        request=None,
        responses=OpenChangeRequestJson,
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Takes what a merge changed out of the files again; what was edited since stays."""
        principal, precondition = principal_of(request), request_precondition(request)
        actions.undo_merge(principal, find_change_request(principal, change_id), precondition=precondition)
        return Response(_as_json(principal, change_id))


class ChangeRequestClose(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=(Conflict, *REFUSALS))

    @extend_schema(
        operation_id="change_requests_close",
        request=ReasonSerializer,
        responses=OfferJson,
        parameters=[REQUIRED_IF_MATCH],
    )
    def post(self, request: Request, change_id: UUID) -> Response:
        """Ends it without merging. Only its author needs no reason."""
        principal, precondition = principal_of(request), request_precondition(request)
        reason = self.read_body(request, ReasonSerializer)["reason"]
        actions.close_change_request(principal, find_offer(principal, change_id), reason, precondition=precondition)
        return Response(offer_to_json(find_offer(principal, change_id)))


class ChangeRequestReopen(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="change_requests_reopen", request=None, responses=OfferJson)
    def post(self, request: Request, change_id: UUID) -> Response:
        """Opens a closed one again."""
        principal = principal_of(request)
        actions.reopen_change_request(principal, find_offer(principal, change_id))
        return Response(offer_to_json(find_offer(principal, change_id)))


class ChangeRequestThreads(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, post=Scope.REVIEW_WRITE)

    @extend_schema(operation_id="change_requests_threads", responses=ThreadsJson)
    def get(self, request: Request, change_id: UUID) -> Response:
        """Returns the comments, oldest first, for both sides."""
        principal = principal_of(request)
        threads = threads_on_request(principal, find_offer(principal, change_id))
        return Response({"threads": [thread_to_json(each) for each in threads]})

    @extend_schema(operation_id="change_requests_say", request=TextSerializer, responses={201: ThreadJson})
    def post(self, request: Request, change_id: UUID) -> Response:
        """Begins a thread about it, as the project's people and those who offer it may."""
        principal = principal_of(request)
        text = self.read_body(request, TextSerializer)["text"]
        thread = actions.begin_thread(principal, find_offer(principal, change_id), text)
        return Response(thread_to_json(find_thread(principal, thread.pk)), status=status.HTTP_201_CREATED)


def _answer(principal: Actor, change_id: UUID) -> Response:
    """A change request with its state, for the next act."""
    change = find_change_request(principal, change_id)
    return with_etag(Response(_json_of(principal, change)), request_facets(change))


def _as_json(principal: Actor, change_id: UUID) -> OpenChangeRequestJson:
    """Read fresh, for what an act may have changed."""
    return _json_of(principal, find_change_request(principal, change_id))


def _json_of(principal: Actor, change: ChangeRequest) -> OpenChangeRequestJson:
    is_readable = change.is_open and change.base is not None and change.offered is not None
    return open_change_request_to_json(principal, change, merging_of(change) if is_readable else None)
