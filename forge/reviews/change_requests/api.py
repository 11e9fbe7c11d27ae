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
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.preconditions import ETAG, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict
from forge.projects.place import ProjectView
from forge.projects.versions.store import find_version
from forge.reviews.change_requests.actions import offers
from forge.reviews.change_requests.etag_facets import offer_facets
from forge.reviews.change_requests.serializers import (
    REQUEST,
    ChangeRequestJson,
    NewerOfferSerializer,
    OfferChangesSerializer,
    OfferJson,
    OffersJson,
    OfferWithRoundsJson,
    OpenChangeRequestJson,
    change_request_to_json,
    offer_to_json,
    offer_with_rounds_to_json,
)
from forge.reviews.changes.access import change_requests_of, find_change_request, find_offer, offers_of, rounds_of
from forge.reviews.threads.actions import conversation
from forge.reviews.threads.conversation import find_thread, threads_on_request
from forge.reviews.threads.serializers import TextSerializer, ThreadJson, ThreadsJson, thread_to_json


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
        change = offers.offer_changes(principal_of(request), fork, body["title"], body["message"], version)
        return Response(offer_to_json(change), status=status.HTTP_201_CREATED)


class OneChangeRequest(ForgeView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="change_requests_retrieve", responses=OpenChangeRequestJson, parameters=[ETAG])
    def get(self, request: Request, change_id: UUID) -> Response:
        """Returns it with its conflicts and the unmet conditions of merging. The acts on it take the `ETag`."""
        principal = principal_of(request)
        return REQUEST.response(find_change_request(principal, change_id), principal)


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
        offers.offer_newer(principal, change, version, body["message"])
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
        thread = conversation.begin_thread(principal, find_offer(principal, change_id), text)
        return Response(thread_to_json(find_thread(principal, thread.pk)), status=status.HTTP_201_CREATED)
