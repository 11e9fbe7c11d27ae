"""Organisations, members and invitations over HTTP. Every view hands on to an action."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import find_member, members_of, open_invitations, organisations_of
from forge.accounts.models import Membership
from forge.accounts.organisations.actions import members
from forge.accounts.organisations.actions import organisations as organisation_actions
from forge.accounts.organisations.etag_facets import member_facets
from forge.accounts.organisations.serializers import (
    CHANGED_ORGANISATION,
    InvitationsJson,
    MemberJson,
    MembersJson,
    NewOrganisationSerializer,
    OrganisationJson,
    OrganisationsJson,
    invitations_to_json,
    member_to_json,
    organisation_to_json,
)
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.quotas.serializers import UsagesJson, usage_to_json
from forge.accounts.quotas.usage import usage_of
from forge.accounts.scopes import Scope
from forge.accounts.serializers import RoleChoiceSerializer
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict


class Organisations(ForgeView):
    """The person's organisations, and making one."""

    needs = needing(get=Scope.ORGANISATION_READ, post=Scope.ORGANISATION_CREATE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="organisations_list", responses=OrganisationsJson)
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        organisations = [organisation_to_json(each, principal) for each in organisations_of(principal)]
        return Response({"organisations": organisations})

    @extend_schema(request=NewOrganisationSerializer, responses={201: OrganisationJson})
    def post(self, request: Request) -> Response:
        body = self.read_body(request, NewOrganisationSerializer)
        organisation = organisation_actions.create_organisation(signed_in(request), body["name"], body["title"])
        return Response(organisation_to_json(organisation, principal_of(request)), status=status.HTTP_201_CREATED)


class OrganisationDetail(OrganisationView):
    """An organisation."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(responses=OrganisationJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str) -> Response:
        """Returns an organisation. Changing it takes the `ETag`."""
        return CHANGED_ORGANISATION.response(self.organisation(request, organisation), principal_of(request))


class OrganisationUsage(OrganisationView):
    """The usage of each resource by an organisation, and its limits: bytes stored, projects, builds in the last
    hour, minutes of builds in the last day, open sockets."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(operation_id="organisations_usage", responses=UsagesJson)
    def get(self, request: Request, organisation: str) -> Response:
        target = self.organisation(request, organisation)
        return Response({"usage": [usage_to_json(each) for each in usage_of(target)]})


class Members(OrganisationView):
    """The members of an organisation."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(responses=MembersJson)
    def get(self, request: Request, organisation: str) -> Response:
        target = self.organisation(request, organisation)
        return Response({"members": [member_to_json(each) for each in members_of(target)]})


class MemberDetail(OrganisationView):
    """A member: another role, or leaving."""

    needs = needing(get=Scope.ORGANISATION_READ, patch=Scope.MEMBER_MANAGE, delete=Scope.MEMBER_MANAGE)
    raises = raising(patch=(Conflict, *REFUSALS), delete=Conflict)

    @extend_schema(operation_id="organisations_member", responses=MemberJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, member: UUID) -> Response:
        """Returns a member. Changing their role takes the `ETag`."""
        return _answer(find_member(self.organisation(request, organisation), member))

    @extend_schema(request=RoleChoiceSerializer, responses=MemberJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def patch(self, request: Request, organisation: str, member: UUID) -> Response:
        target = self.organisation(request, organisation, Verb.MANAGE_MEMBERS)
        body, precondition = self.read_body(request, RoleChoiceSerializer), request_precondition(request)
        return _answer(members.change_role(signed_in(request), target, member, body["role"], precondition=precondition))

    @extend_schema(responses={204: OpenApiResponse(description="no longer a member")})
    def delete(self, request: Request, organisation: str, member: UUID) -> Response:
        members.remove_member(signed_in(request), self.organisation(request, organisation), member)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(membership: Membership) -> Response:
    """A member with their state, for the next act."""
    return with_etag(Response(member_to_json(membership)), member_facets(membership))


class Invitations(OrganisationView):
    """Open invitations."""

    needs = needing(get=Scope.MEMBER_MANAGE)

    @extend_schema(operation_id="invitations_list", responses=InvitationsJson)
    def get(self, request: Request, organisation: str) -> Response:
        target = self.organisation(request, organisation, Verb.MANAGE_MEMBERS)
        return Response(invitations_to_json(open_invitations(target)))
