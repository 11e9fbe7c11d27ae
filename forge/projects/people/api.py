"""The people of a project over HTTP: who reads it and as what, invitations to it alone, and roles in it."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import open_invitations
from forge.accounts.models import Team
from forge.accounts.organisations.serializers import InvitationsJson, invitations_to_json
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.project_people import Teammate, find_teammate, team_of
from forge.accounts.scopes import Scope
from forge.accounts.serializers import RoleChoiceSerializer
from forge.accounts.teams.access import find_team, named_team, role_in, team_in, teams_in
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition, with_etag
from forge.core.api.views import needing, raising
from forge.projects.models import Project
from forge.projects.people.actions import roles, teams
from forge.projects.people.etag_facets import team_role_facets, teammate_facets
from forge.projects.people.serializers import (
    PeopleJson,
    ProjectTeamJson,
    ProjectTeamsJson,
    TeammateJson,
    team_role_to_json,
    teammate_to_json,
)
from forge.projects.place import ProjectView


class ProjectPeople(ProjectView):
    """Everyone who reads the project, and by which role. Addresses are for members of the organisation."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="project_people", responses=PeopleJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        shows = can(principal_of(request), Verb.SEE_ORGANISATION, project.organisation)
        return Response({"people": [teammate_to_json(mate, shows) for mate in team_of(project)]})


class ProjectPerson(ProjectView):
    """A person's role in the project: giving them another, or ending it."""

    needs = needing(get=Scope.PROJECT_READ, patch=Scope.PROJECT_MANAGE, delete=Scope.PROJECT_MANAGE)
    raises = raising(patch=REFUSALS)

    @extend_schema(operation_id="project_person", responses=TeammateJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, person: UUID) -> Response:
        """Returns a person and their roles. Giving them a role takes the `ETag`."""
        project = self.project(request, organisation, name, Verb.READ)
        return _teammate(request, project, find_teammate(project, person))

    @extend_schema(request=RoleChoiceSerializer, responses=TeammateJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def patch(self, request: Request, organisation: str, name: str, person: UUID) -> Response:
        project = self.project(request, organisation, name, Verb.MANAGE)
        body, precondition = self.read_body(request, RoleChoiceSerializer), request_precondition(request)
        mate = roles.give_project_role(signed_in(request), project, person, body["role"], precondition=precondition)
        return _teammate(request, project, mate)

    @extend_schema(responses={204: OpenApiResponse(description="the person has no role of their own in it")})
    def delete(self, request: Request, organisation: str, name: str, person: UUID) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        roles.end_project_role(signed_in(request), project, person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _teammate(request: Request, project: Project, mate: Teammate) -> Response:
    """A person with the state of their roles, for the next act."""
    shows = can(principal_of(request), Verb.SEE_ORGANISATION, project.organisation)
    return with_etag(Response(teammate_to_json(mate, shows)), teammate_facets(mate))


class ProjectTeams(ProjectView):
    """The teams that have a role in the project."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(operation_id="project_teams_list", responses=ProjectTeamsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.READ)
        return Response({"teams": [team_role_to_json(each) for each in teams_in(project.pk)]})


class ProjectTeam(ProjectView):
    """A team's role in the project: giving it, changing it, ending it."""

    needs = needing(get=Scope.PROJECT_READ, put=Scope.PROJECT_MANAGE, delete=Scope.PROJECT_MANAGE)
    raises = raising(put=REFUSALS)

    @extend_schema(operation_id="project_team", responses=ProjectTeamJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, name: str, team: str) -> Response:
        """The role of a team in the project. Members of the organisation see those without a role too, and giving one
        takes the `ETag`; who has a role in the project alone sees the teams that the list names."""
        project = self.project(request, organisation, name, Verb.READ)
        is_member = can(principal_of(request), Verb.SEE_ORGANISATION, project.organisation)
        return _team(named_team(project.organisation, team) if is_member else team_in(project.pk, team), project)

    @extend_schema(request=RoleChoiceSerializer, responses=ProjectTeamJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def put(self, request: Request, organisation: str, name: str, team: str) -> Response:
        project = self.project(request, organisation, name, Verb.MANAGE)
        body, precondition = self.read_body(request, RoleChoiceSerializer), request_precondition(request)
        target = find_team(principal_of(request), project.organisation.name, team)
        teams.give_team_role(signed_in(request), target, [project], body["role"], precondition=precondition)
        return _team(target, project)

    @extend_schema(responses={204: OpenApiResponse(description="the team has no role in it")})
    def delete(self, request: Request, organisation: str, name: str, team: str) -> Response:
        project = self.project(request, organisation, name, Verb.MANAGE)
        teams.end_team_role(signed_in(request), team_in(project.pk, team), project)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _team(team: Team, project: Project) -> Response:
    """A team's role in a project with its state, for the next act."""
    role = role_in(project.pk, team)
    answer: ProjectTeamJson = {"team": team.name, "role": role.value if role else None}
    return with_etag(Response(answer), team_role_facets(team, project, role))


class ProjectInvitations(ProjectView):
    """Open invitations to the project alone."""

    needs = needing(get=Scope.PROJECT_MANAGE)

    @extend_schema(operation_id="project_invitations_list", responses=InvitationsJson)
    def get(self, request: Request, organisation: str, name: str) -> Response:
        project = self.project(request, organisation, name, Verb.MANAGE)
        return Response(invitations_to_json(open_invitations(project.organisation, project.pk)))
