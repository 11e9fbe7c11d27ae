"""Organisations, members, invitations and tokens over HTTP. Every view hands on to an action."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts import actions
from forge.accounts.models import ApiToken, Membership, Organisation
from forge.accounts.organisations.access import (
    find_member,
    members_of,
    open_invitations,
    organisations_of,
)
from forge.accounts.organisations.facets import member_facets
from forge.accounts.organisations.place import organisation_of
from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.quotas.usage import usage_of
from forge.accounts.serializers import (
    CHANGED_ORGANISATION,
    CreatedTokenJson,
    InvitationsJson,
    MeJson,
    MemberJson,
    MembershipJson,
    MembersJson,
    NewOrganisationSerializer,
    NewTokenSerializer,
    OrganisationJson,
    OrganisationsJson,
    RoleChoiceSerializer,
    TokenJson,
    TokensJson,
    UsagesJson,
    invitations_to_json,
    member_to_json,
    organisation_to_json,
    token_to_json,
    usage_to_json,
)
from forge.accounts.tokens.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import PERSON, ForgeView, needing, raising
from forge.core.errors import AddressChanged, Conflict, NotFound, SignInNeeded


class OrganisationView(ForgeView):
    """A view below an organisation's address. A former name is answered with the address that it has now."""

    raises = raising(AddressChanged)

    def organisation(self, request: Request, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Organisation:
        """The organisation of the address. Raises `AddressChanged` to the same view of its present address."""
        return organisation_of(request, name, verb)


class Me(ForgeView):
    """The person who asks."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(responses=MeJson)
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        organisations = organisations_of(principal)
        roles: list[MembershipJson] = [{"name": each.name, "role": principal.roles[each.pk]} for each in organisations]
        person = principal.insist()
        answer: MeJson = {**person_to_json(person), "email": person.email, "organisations": roles}
        return Response(answer)


class OwnHint(ForgeView):
    """A hint for beginners, which is put away for good."""

    needs = needing(delete=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="hint_put_away", responses={204: OpenApiResponse(description="it is not shown again")})
    def delete(self, request: Request, hint: str) -> Response:
        actions.dismiss_hint(signed_in(request), hint)
        return Response(status=status.HTTP_204_NO_CONTENT)


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
        organisation = actions.create_organisation(signed_in(request), body["name"], body["title"])
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
        return _answer(actions.change_role(signed_in(request), target, member, body["role"], precondition=precondition))

    @extend_schema(responses={204: OpenApiResponse(description="no longer a member")})
    def delete(self, request: Request, organisation: str, member: UUID) -> Response:
        actions.remove_member(signed_in(request), self.organisation(request, organisation), member)
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


class Tokens(ForgeView):
    """The person's tokens, and making one."""

    needs = needing(get=PERSON, post=PERSON)

    @extend_schema(operation_id="tokens_list", responses=TokensJson)
    def get(self, request: Request) -> Response:
        tokens = ApiToken.objects.visible_to(signed_in(request))
        return Response({"tokens": [token_to_json(each) for each in tokens]})

    @extend_schema(request=NewTokenSerializer, responses={201: CreatedTokenJson})
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        body = self.read_body(request, NewTokenSerializer)
        token, secret = actions.create_token(
            principal, body["name"], body["scopes"], body["expires"], body["restriction"]
        )
        answer: CreatedTokenJson = {**token_to_json(token), "token": secret}
        return Response(answer, status=status.HTTP_201_CREATED)


class OwnToken(ForgeView):
    """The token that a request carries, so that a program can say what it may do with it."""

    needs = needing(get=None)
    raises = raising(get=(NotFound, SignInNeeded))

    @extend_schema(operation_id="token_own", responses=TokenJson)
    def get(self, request: Request) -> Response:
        signed_in(request)
        if not isinstance(request.auth, ApiToken):
            raise NotFound("You are signed in without a token.")
        return Response(token_to_json(request.auth))


class TokenDetail(ForgeView):
    """A token: deleting it."""

    needs = needing(delete=PERSON)

    @extend_schema(responses={204: OpenApiResponse(description="the token no longer works")})
    def delete(self, request: Request, token: UUID) -> Response:
        actions.delete_token(signed_in(request), token)
        return Response(status=status.HTTP_204_NO_CONTENT)
