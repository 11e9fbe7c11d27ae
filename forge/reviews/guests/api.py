"""Listing the links for guests over REST. What a guest sees is no part of the API."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, needing
from forge.reviews.guests.access import links_of
from forge.reviews.guests.serializers import GuestLinksJson, link_to_json
from forge.reviews.rounds.access import find_review


class ReviewGuestLinks(ForgeView):
    needs = needing(get=Scope.PROJECT_MANAGE)

    @extend_schema(operation_id="guest_links_list", responses=GuestLinksJson)
    def get(self, request: Request, review_id: UUID) -> Response:
        """The links that work."""
        principal = principal_of(request)
        links = links_of(principal, find_review(principal, review_id))
        return Response({"links": [link_to_json(link) for link in links]})
