"""Organisations, members and invitations as JSON, and what of them comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypedDict

from rest_framework import serializers

from forge.accounts.models import Invitation, Membership, Organisation
from forge.accounts.organisations.etag_facets import organisation_facets
from forge.accounts.organisations.invitations import MAX_ADDRESSES, MAX_DAYS, MAX_PLACES
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import verbs_on
from forge.accounts.principals import Principal
from forge.accounts.serializers import OrganisationVerb, RoleJson, names_of
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, utc_timestamp


class OrganisationJson(TypedDict):
    """An organisation."""

    id: Uuid
    name: str
    title: str
    url: str
    may: list[OrganisationVerb]


class OrganisationsJson(TypedDict):
    """The person's organisations."""

    organisations: list[OrganisationJson]


class MemberJson(PersonJson):
    """A member; addresses are shown to fellow members only."""

    email: str
    role: RoleJson


class MembersJson(TypedDict):
    """The members of an organisation."""

    members: list[MemberJson]


class InvitationJson(TypedDict):
    """An open invitation. Its link is in the answer that made it and nowhere else."""

    id: Uuid
    role: RoleJson
    email: Annotated[
        str,
        "the address that it was sent to, and the only one that can join; empty for anyone with the link",
    ]
    places: Annotated[int, "how many people can join by it"]
    places_used: Annotated[int, "how many of them have"]
    created: Timestamp
    expires: Timestamp
    invited_by: str | None


class NewInvitationJson(InvitationJson):
    """An invitation with its link, which is shown this once."""

    link: str


class InvitationsJson(TypedDict):
    """The open invitations of an organisation."""

    invitations: list[InvitationJson]


Places = Annotated[int, serializers.IntegerField(min_value=1, max_value=MAX_PLACES)]

Days = Annotated[int, serializers.IntegerField(min_value=1, max_value=MAX_DAYS)]

Emails = Annotated[
    Sequence[str], serializers.ListField(child=serializers.EmailField(), min_length=1, max_length=MAX_ADDRESSES)
]
"""The fields of invitations."""


class NewOrganisationSerializer(serializers.Serializer[Any]):
    """The fields of a new organisation."""

    name = serializers.CharField()
    title = serializers.CharField(required=False, allow_blank=True, default="")


def organisation_to_json(organisation: Organisation, principal: Principal) -> OrganisationJson:
    """An organisation with what the principal may do to it."""
    return {
        "id": str(organisation.pk),
        "name": organisation.name,
        "title": organisation.title,
        "url": organisation.get_absolute_url(),
        "may": names_of(verbs_on(principal, organisation)),
    }


CHANGED_ORGANISATION: ActAnswer[Organisation] = ActAnswer(facets=organisation_facets, for_actor=organisation_to_json)


def member_to_json(membership: Membership) -> MemberJson:
    """A member. Reads the person."""
    return {**person_to_json(membership.user), "email": membership.user.email, "role": membership.role}


def invitation_to_json(invitation: Invitation) -> InvitationJson:
    """An invitation without its link. Reads who invited."""
    return {
        "id": str(invitation.pk),
        "role": invitation.role,
        "email": invitation.email,
        "places": invitation.places,
        "places_used": invitation.places_used,
        "created": utc_timestamp(invitation.created),
        "expires": utc_timestamp(invitation.expires),
        "invited_by": str(invitation.invited_by) if invitation.invited_by else None,
    }


def invitations_to_json(invitations: Iterable[Invitation]) -> InvitationsJson:
    """Invitations without their links."""
    return {"invitations": [invitation_to_json(each) for each in invitations]}


def new_link_to_json(invitation_and_link: tuple[Invitation, str]) -> NewInvitationJson:
    """An invitation with its link."""
    invitation, link = invitation_and_link
    return {**invitation_to_json(invitation), "link": link}


NEW_LINK = ActAnswer(new_link_to_json, status=201)

SENT_LINKS: ActAnswer[list[Invitation]] = ActAnswer(invitations_to_json, status=201)
