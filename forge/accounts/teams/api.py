"""Teams of an organisation over HTTP. Every view hands on to an action."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import Team
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.accounts.serializers import RoleJson
from forge.accounts.teams import actions
from forge.accounts.teams.access import named_team, people_of, roles_of, teams_of
from forge.accounts.teams.etag_facets import team_facets
from forge.core.api.json_types import Uuid
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict


class TeamJson(TypedDict):
    """A team."""

    id: Uuid
    name: str
    description: str
    url: str


class TeamsJson(TypedDict):
    """The teams of an organisation, by name."""

    teams: list[TeamJson]


class TeamRoleJson(TypedDict):
    """The role of a team in a project."""

    project: Annotated[Uuid, "the id of the project"]
    role: RoleJson


class TeamDetailJson(TeamJson):
    """A team with its people and its roles."""

    people: list[PersonJson]
    roles: list[TeamRoleJson]


class NewTeamSerializer(serializers.Serializer[Any]):
    """The fields of a new team."""

    name = serializers.CharField()
    description = serializers.CharField(required=False, allow_blank=True, default="")


class TeamChangeSerializer(serializers.Serializer[Any]):
    """The changed fields of a team; omitted fields stay."""

    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)


def team_to_json(team: Team) -> TeamJson:
    """A team without its people."""
    return {
        "id": str(team.pk),
        "name": team.name,
        "description": team.description,
        "url": team.get_absolute_url(),
    }


def detail_to_json(team: Team) -> TeamDetailJson:
    """A team with its people and its roles. Two queries."""
    return {
        **team_to_json(team),
        "people": [person_to_json(each.user) for each in people_of(team)],
        "roles": [{"project": str(each.project), "role": each.role} for each in roles_of(team)],
    }


class TeamView(OrganisationView):
    """A view below a team's address."""

    def team(self, request: Request, organisation: str, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Team:
        """The team of the address. Raises what `OrganisationView.organisation` raises, and `NotFound`."""
        return named_team(self.organisation(request, organisation, verb), name)


class Teams(OrganisationView):
    """The teams of an organisation, and making one."""

    needs = needing(get=Scope.ORGANISATION_READ, post=Scope.MEMBER_MANAGE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="teams_list", responses=TeamsJson)
    def get(self, request: Request, organisation: str) -> Response:
        target = self.organisation(request, organisation)
        return Response({"teams": [team_to_json(each) for each in teams_of(target)]})

    @extend_schema(request=NewTeamSerializer, responses={201: TeamDetailJson})
    def post(self, request: Request, organisation: str) -> Response:
        target = self.organisation(request, organisation, Verb.MANAGE_MEMBERS)
        body = self.read_body(request, NewTeamSerializer)
        team = actions.create_team(signed_in(request), target, body["name"], body["description"])
        return Response(detail_to_json(team), status=status.HTTP_201_CREATED)


class TeamDetail(TeamView):
    """A team: its people and roles, another name, deleting it."""

    needs = needing(get=Scope.ORGANISATION_READ, patch=Scope.MEMBER_MANAGE, delete=Scope.MEMBER_MANAGE)
    raises = raising(patch=(Conflict, *REFUSALS), delete=REFUSALS)

    @extend_schema(responses=TeamDetailJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, team: str) -> Response:
        """Returns a team. Changing it takes the `ETag`."""
        return _answer(self.team(request, organisation, team))

    @extend_schema(request=TeamChangeSerializer, responses=TeamDetailJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def patch(self, request: Request, organisation: str, team: str) -> Response:
        target = self.team(request, organisation, team, Verb.MANAGE_MEMBERS)
        body = self.read_body(request, TeamChangeSerializer)
        return _answer(
            actions.update_team(signed_in(request), target, **body, precondition=request_precondition(request))
        )

    @extend_schema(
        responses={204: OpenApiResponse(description="its people no longer have a role by it")},
        parameters=[REQUIRED_IF_MATCH],
    )
    def delete(self, request: Request, organisation: str, team: str) -> Response:
        target = self.team(request, organisation, team, Verb.MANAGE_MEMBERS)
        actions.delete_team(signed_in(request), target, precondition=request_precondition(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TeamMember(TeamView):
    """A person in a team: adding them, removing them."""

    needs = needing(put=Scope.MEMBER_MANAGE, delete=Scope.MEMBER_MANAGE)
    raises = raising(put=REFUSALS)

    @extend_schema(request=None, responses=TeamDetailJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def put(self, request: Request, organisation: str, team: str, member: UUID) -> Response:
        target = self.team(request, organisation, team, Verb.MANAGE_MEMBERS)
        actions.add_to_team(signed_in(request), target, [member], precondition=request_precondition(request))
        return _answer(target)

    @extend_schema(responses={204: OpenApiResponse(description="no longer in the team")})
    def delete(self, request: Request, organisation: str, team: str, member: UUID) -> Response:
        target = self.team(request, organisation, team)
        actions.remove_from_team(principal_of(request), target, member)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(team: Team) -> Response:
    """A team with its state, for the next act."""
    return with_etag(Response(detail_to_json(team)), team_facets(team))
