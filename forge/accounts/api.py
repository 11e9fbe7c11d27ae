"""Organisations, members, invitations and tokens over HTTP. Every view hands on to an action."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts import actions
from forge.accounts.access import find_organisation, members_of, open_invitations, organisations_of
from forge.accounts.may import MayOfOrganisation, for_principal
from forge.accounts.models import ApiToken, Organisation, Role
from forge.accounts.people import person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import ASKABLE, Scope
from forge.core.api import ForgeView, listed, needing


class OrganisationSerializer(serializers.Serializer[Any]):
    """An organisation."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(required=False)
    title = serializers.CharField(required=False, allow_blank=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    may = MayOfOrganisation()


class NewOrganisationSerializer(serializers.Serializer[Any]):
    """What makes an organisation."""

    name = serializers.CharField()
    title = serializers.CharField(required=False, allow_blank=True, default="")


class MemberSerializer(serializers.Serializer[Any]):
    """A member; addresses are shown to fellow members only."""

    id = serializers.UUIDField(source="user_id", read_only=True)
    name = serializers.CharField(source="user", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)
    initials = serializers.CharField(source="user.initials", read_only=True)
    colour = serializers.IntegerField(source="user.colour", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)


class InvitationSerializer(serializers.Serializer[Any]):
    """An open invitation. Its link is in the answer that made it and nowhere else."""

    id = serializers.UUIDField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)
    created = serializers.DateTimeField(read_only=True)
    expires = serializers.DateTimeField(read_only=True)
    invited_by = serializers.CharField(read_only=True, allow_null=True)


class TokenSerializer(serializers.Serializer[Any]):
    """A token. Its secret is in the answer that made it and nowhere else."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ASKABLE))
    expires = serializers.DateTimeField(required=False, allow_null=True, default=None)
    hint = serializers.CharField(read_only=True)
    created = serializers.DateTimeField(read_only=True)
    last_used = serializers.DateTimeField(read_only=True)


def _shown(request: Request, organisation: Organisation) -> dict[str, Any]:
    shown: dict[str, Any] = OrganisationSerializer(organisation, context=for_principal(principal_of(request))).data
    return shown


class Me(ForgeView):
    """Who asks."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(responses=OpenApiResponse(description="id, name, initials, colour and organisations with roles"))
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        found = organisations_of(principal)
        roles = [{"name": organisation.name, "role": principal.roles[organisation.pk]} for organisation in found]
        person = principal.insist()
        return Response(person_to_json(person) | {"email": person.email, "organisations": roles})


class Organisations(ForgeView):
    """One's organisations, and making one."""

    needs = needing(get=Scope.ORGANISATION_READ, post=Scope.ORGANISATION_CREATE)

    @extend_schema(operation_id="organisations_list", responses=listed("organisations", OrganisationSerializer))
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        found = organisations_of(principal)
        shown = OrganisationSerializer(found, many=True, context=for_principal(principal)).data
        return Response({"organisations": shown})

    @extend_schema(request=NewOrganisationSerializer, responses={201: OrganisationSerializer})
    def post(self, request: Request) -> Response:
        asked = self.asked(request, NewOrganisationSerializer)
        made = actions.create_organisation(signed_in(request), asked["name"], asked["title"])
        return Response(_shown(request, made), status=status.HTTP_201_CREATED)


class OrganisationDetail(ForgeView):
    """One organisation."""

    needs = needing(get=Scope.ORGANISATION_READ, patch=Scope.ORGANISATION_WRITE)

    @extend_schema(responses=OrganisationSerializer)
    def get(self, request: Request, organisation: str) -> Response:
        return Response(_shown(request, find_organisation(principal_of(request), organisation)))

    @extend_schema(request=OrganisationSerializer, responses=OrganisationSerializer)
    def patch(self, request: Request, organisation: str) -> Response:
        found = find_organisation(principal_of(request), organisation, Verb.RENAME_ORGANISATION)
        changed = actions.update_organisation(signed_in(request), found, **self.asked(request, OrganisationSerializer))
        return Response(_shown(request, changed))


class Members(ForgeView):
    """The members of an organisation."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(responses=listed("members", MemberSerializer))
    def get(self, request: Request, organisation: str) -> Response:
        found = find_organisation(principal_of(request), organisation)
        return Response({"members": MemberSerializer(members_of(found), many=True).data})


class Member(ForgeView):
    """One member: another role, or leaving."""

    needs = needing(patch=Scope.MEMBER_MANAGE, delete=Scope.MEMBER_MANAGE)

    @extend_schema(request=MemberSerializer, responses=MemberSerializer)
    def patch(self, request: Request, organisation: str, member: UUID) -> Response:
        found = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
        asked = self.asked(request, MemberSerializer)
        return Response(MemberSerializer(actions.change_role(signed_in(request), found, member, asked["role"])).data)

    @extend_schema(responses={204: OpenApiResponse(description="no member any more")})
    def delete(self, request: Request, organisation: str, member: UUID) -> Response:
        actions.remove_member(signed_in(request), find_organisation(principal_of(request), organisation), member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Invitations(ForgeView):
    """Open invitations, and making one."""

    needs = needing(get=Scope.MEMBER_MANAGE, post=Scope.MEMBER_MANAGE)

    @extend_schema(operation_id="invitations_list", responses=listed("invitations", InvitationSerializer))
    def get(self, request: Request, organisation: str) -> Response:
        found = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
        return Response({"invitations": InvitationSerializer(open_invitations(found), many=True).data})

    @extend_schema(request=InvitationSerializer, responses={201: InvitationSerializer})
    def post(self, request: Request, organisation: str) -> Response:
        found = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
        asked = self.asked(request, InvitationSerializer)
        invitation, link = actions.invite(signed_in(request), found, asked["role"])
        body = InvitationSerializer(invitation).data | {"link": link}
        return Response(body, status=status.HTTP_201_CREATED)


class InvitationDetail(ForgeView):
    """One invitation: revoking it."""

    needs = needing(delete=Scope.MEMBER_MANAGE)

    @extend_schema(responses={204: OpenApiResponse(description="the link is dead")})
    def delete(self, request: Request, organisation: str, invitation: UUID) -> Response:
        found = find_organisation(principal_of(request), organisation, Verb.MANAGE_MEMBERS)
        actions.revoke_invitation(signed_in(request), found, invitation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Tokens(ForgeView):
    """One's tokens, and making one."""

    needs = needing(get=Scope.ACCOUNT_READ, post=Scope.TOKEN_CREATE)

    @extend_schema(operation_id="tokens_list", responses=listed("tokens", TokenSerializer))
    def get(self, request: Request) -> Response:
        found = ApiToken.objects.visible_to(signed_in(request))
        return Response({"tokens": TokenSerializer(found, many=True).data})

    @extend_schema(request=TokenSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        asked = self.asked(request, TokenSerializer)
        token, secret = actions.create_token(principal, asked["name"], asked["scopes"], asked["expires"])
        return Response(TokenSerializer(token).data | {"token": secret}, status=status.HTTP_201_CREATED)


class TokenDetail(ForgeView):
    """One token: deleting it."""

    needs = needing(delete=Scope.ACCOUNT_WRITE)

    @extend_schema(responses={204: OpenApiResponse(description="the token is dead")})
    def delete(self, request: Request, token: UUID) -> Response:
        actions.delete_token(signed_in(request), token)
        return Response(status=status.HTTP_204_NO_CONTENT)
