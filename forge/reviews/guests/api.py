"""Links for guests over REST: making, listing and revoking them. What a guest sees is no part of the API."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.json_types import Timestamp, Uuid
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict
from forge.reviews import actions
from forge.reviews.actions import GuestTerms
from forge.reviews.guests.access import find_link, links_of
from forge.reviews.guests.actions import LONGEST_NAME, MOST_DAYS
from forge.reviews.models import GuestLink
from forge.reviews.rounds.access import find_review


class GuestLinkJson(TypedDict):
    """A link that shows one review to anybody who has it. Its address is shown once, when it is made."""

    id: Uuid
    title: Annotated[str, "for whom it is"]
    may_comment: bool
    created_by: PersonJson
    created: Timestamp
    expires: Timestamp
    guests: Annotated[int, "browsers that opened it"]


class NewGuestLinkJson(GuestLinkJson):
    """The same with its address, whose fragment is the secret."""

    url: str


class GuestLinksJson(TypedDict):
    """The links to a review that work, the newest first."""

    links: list[GuestLinkJson]


class InviteGuestSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=LONGEST_NAME, help_text="for whom it is")
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=7)
    may_comment = serializers.BooleanField(default=True)


class ReviewGuestLinks(ForgeView):
    needs = needing(get=Scope.PROJECT_MANAGE, post=Scope.PROJECT_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="guest_links_list", responses=GuestLinksJson)
    def get(self, request: Request, review_id: UUID) -> Response:
        """The links that work."""
        principal = principal_of(request)
        links = links_of(principal, find_review(principal, review_id))
        return Response({"links": [_link(link) for link in links]})

    @extend_schema(operation_id="guest_links_make", request=InviteGuestSerializer, responses={201: NewGuestLinkJson})
    def post(self, request: Request, review_id: UUID) -> Response:
        """Makes a link that shows this review, its newest build and nothing else, without an account."""
        principal = principal_of(request)
        terms = GuestTerms(**self.read_body(request, InviteGuestSerializer))
        link, url = actions.invite_guest(principal, find_review(principal, review_id), terms)
        return Response({**_link(link), "url": url}, status=status.HTTP_201_CREATED)


class OneGuestLink(ForgeView):
    needs = needing(delete=Scope.PROJECT_MANAGE)

    @extend_schema(operation_id="guest_links_revoke", responses={204: None})
    def delete(self, request: Request, review_id: UUID, link_id: UUID) -> Response:
        """Ends a link, and what it let in, at once."""
        principal = principal_of(request)
        actions.revoke_guest_link(principal, find_link(principal, find_review(principal, review_id), link_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _link(link: GuestLink) -> GuestLinkJson:
    return {
        "id": str(link.pk),
        "title": link.title,
        "may_comment": link.may_comment,
        "created_by": person_to_json(link.created_by),
        "created": link.created.isoformat(),
        "expires": link.expires.isoformat(),
        "guests": len(link.guests.all()),
    }
