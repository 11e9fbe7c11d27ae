"""Links, tokens and connections that people created, over HTTP: listing, ending, handing over.

Each of them takes a person: a token neither sees nor ends what works beside it.
"""

from __future__ import annotations

from typing import Annotated, TypedDict
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_member
from forge.accounts.grants.access import OwnedGrant, grants_of, own_things
from forge.accounts.grants.actions import end_own_thing
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import signed_in
from forge.core.api.json_types import Timestamp, Uuid, utc_timestamp
from forge.core.api.views import PERSON, ForgeView, needing


class GrantJson(TypedDict):
    """Something that a person made and that works with their right: an invitation, a token, a webhook, a pass."""

    id: Uuid
    kind: Annotated[str, "such as `invitation`; with the id it names the thing"]
    title: Annotated[str, "what it is and what it gives"]
    place: Annotated[str, "the organisation or the project that it is about; empty for all that its maker has"]
    works: Annotated[bool, "whether its maker has the right that it needs today"]
    can_be_handed_over: bool
    created: Timestamp
    expires: Timestamp | None


class GrantsJson(TypedDict):
    """Links, tokens and connections that a person created and that could still work."""

    grants: list[GrantJson]


def grant_to_json(owned_grant: OwnedGrant) -> GrantJson:
    """A grant with its kind."""
    grant = owned_grant.grant
    return {
        "id": str(grant.id),
        "kind": owned_grant.kind.name,
        "title": grant.title,
        "place": grant.place,
        "works": owned_grant.works,
        "can_be_handed_over": grant.can_be_handed_over,
        "created": utc_timestamp(grant.created),
        "expires": None if grant.expires is None else utc_timestamp(grant.expires),
    }


class OwnGrants(ForgeView):
    """The links, tokens and connections that act with one's own rights."""

    needs = needing(get=PERSON)

    @extend_schema(operation_id="own_grants_list", responses=GrantsJson)
    def get(self, request: Request) -> Response:
        return Response({"grants": [grant_to_json(each) for each in own_things(signed_in(request))]})


class OwnGrant(ForgeView):
    """A thing that the person made and that grants, runs or sends something."""

    needs = needing(delete=PERSON)

    @extend_schema(operation_id="own_grants_end", responses={204: OpenApiResponse(description="it no longer works")})
    def delete(self, request: Request, kind: str, grant: UUID) -> Response:
        end_own_thing(signed_in(request), kind, grant)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GrantsOfMember(OrganisationView):
    """The grants of a member of an organisation, for those who manage its members."""

    needs = needing(get=PERSON)

    @extend_schema(operation_id="member_grants_list", responses=GrantsJson)
    def get(self, request: Request, organisation: str, member: UUID) -> Response:
        place = self.organisation(request, organisation, Verb.MANAGE_MEMBERS)
        maker = find_member(place, member)
        return Response({"grants": [grant_to_json(each) for each in grants_of([maker.user], place)]})
