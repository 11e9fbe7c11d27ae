"""Teams: what a role of a team gives, to whom, and until when."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forge.accounts.actions import (
    add_to_team,
    create_team,
    create_token,
    delete_team,
    remove_from_team,
    remove_member,
    update_team,
)
from forge.accounts.audit.sentences import render_entries
from forge.accounts.errors import BadName, NameInUse
from forge.accounts.models import Membership, Organisation, ProjectMembership, Role, Team, TeamRole, User
from forge.accounts.permissions import ALLOWED_VERBS, Verb, can, projects_where
from forge.accounts.principals import acting_as
from forge.accounts.project_people import ByTeam, ids_of_team, team_of
from forge.accounts.roles import highest
from forge.core.actors import ProjectRole
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.projects.actions import end_team_role, give_project_role, give_team_role
from forge.projects.models import Project
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db

TEAM_ROLES = [role for role in Role if role != Role.OWNER]

Browser = Callable[[User | None], Client]


@pytest.fixture
def team(owner: User, organisation: Organisation, viewer: User) -> Team:
    """The team `audio`, in which the viewer is."""
    audio = create_team(owner, organisation, "audio", "All that listens")
    add_to_team(owner, audio, [viewer.pk])
    return audio


@pytest.fixture
def beside(organisation: Organisation, owner: User) -> Project:
    return Project.objects.create(organisation=organisation, name="beside", created_by=owner)


def test_the_order_of_roles_is_that_of_what_they_allow() -> None:
    roles = list(Role)
    assert all(ALLOWED_VERBS[more] > ALLOWED_VERBS[less] for more, less in pairwise(roles))
    assert highest([Role.VIEWER, Role.MAINTAINER, Role.REVIEWER]) == Role.MAINTAINER


def test_a_team_gives_its_people_a_role_in_its_projects_alone(
    team: Team, owner: User, viewer: User, reviewer: User, project: Project, beside: Project
) -> None:
    assert not can(acting_as(viewer), Verb.EDIT, project)
    give_team_role(owner, team, [project], "developer")
    principal = acting_as(viewer)
    assert can(principal, Verb.EDIT, project)
    assert not can(principal, Verb.EDIT, beside)
    assert not can(principal, Verb.MANAGE_MEMBERS, team.organisation)
    assert not can(acting_as(reviewer), Verb.EDIT, project)
    mates = {mate.user: mate for mate in team_of(project, Verb.EDIT)}
    assert mates[viewer].by_teams == (ByTeam("audio", Role.DEVELOPER),)
    assert (mates[viewer].role, mates[viewer].in_organisation) == (Role.DEVELOPER, Role.VIEWER)
    assert viewer.pk in ids_of_team(team.organisation_id, project.pk)


@pytest.mark.slow
def test_of_several_roles_in_a_project_the_one_that_allows_most_counts(
    team: Team, owner: User, organisation: Organisation, viewer: User, project: Project
) -> None:
    others = create_team(owner, organisation, "leads")
    add_to_team(owner, others, [viewer.pk])
    give_project_role(owner, project, viewer.pk, "reviewer")
    add_to_team(owner, others, [owner.pk])
    give_team_role(owner, others, [project], "maintainer")
    give_team_role(owner, team, [project], "viewer")
    assert acting_as(viewer).project_roles == {project.pk: ProjectRole(Role.MAINTAINER, organisation.pk)}
    assert acting_as(owner).project_roles == {}
    delete_team(owner, others)
    assert acting_as(viewer).project_roles == {project.pk: ProjectRole(Role.REVIEWER, organisation.pk)}
    assert Membership.objects.filter(user=viewer).exists()
    assert ProjectMembership.objects.filter(user=viewer).exists()


def test_roles_by_teams_are_read_in_the_one_query_of_all_roles(
    team: Team, owner: User, viewer: User, project: Project
) -> None:
    give_team_role(owner, team, [project], "developer")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert acting_as(viewer).project_roles
    with CaptureQueriesContext(connection) as two:
        assert team_of(project)
    assert (len(one), len(two)) == (1, 2)


@pytest.mark.slow
@pytest.mark.parametrize("verb", [Verb.READ, Verb.EDIT, Verb.MANAGE])
def test_queries_of_projects_name_those_alone_in_which_a_team_gives_more_and_agree_with_what_each_is_asked(
    verb: Verb, team: Team, owner: User, viewer: User, project: Project, beside: Project
) -> None:
    membership = Membership.objects.get(user=viewer, organisation=team.organisation)
    for own, team_role in product(Role, TEAM_ROLES):
        Membership.objects.filter(pk=membership.pk).update(role=own)
        give_team_role(owner, team, [project], team_role)
        principal = acting_as(viewer)
        matching = set(Project.objects.filter(projects_where(principal, verb)))
        assert matching == {each for each in (project, beside) if can(principal, verb, each)}, (own, team_role)
        count = str(projects_where(principal, verb)).count(repr(project.pk))
        assert count == (verb in ALLOWED_VERBS[team_role] and verb not in ALLOWED_VERBS[own]), (own, team_role)


@pytest.mark.slow
@pytest.mark.protects("roles/team-roles")
def test_the_role_ends_with_the_team_the_place_in_it_the_membership_and_the_grant(
    team: Team, owner: User, viewer: User, developer: User, project: Project
) -> None:
    give_team_role(owner, team, [project], "maintainer")
    add_to_team(owner, team, [developer.pk, viewer.pk])
    remove_from_team(developer, team, developer.pk)
    assert not can(acting_as(developer), Verb.MANAGE, project)
    remove_member(owner, team.organisation, viewer.pk)
    assert not can(acting_as(viewer), Verb.SEE, project)
    assert not team.members.exists()
    add_to_team(owner, team, [developer.pk])
    end_team_role(owner, team, project)
    assert not can(acting_as(developer), Verb.MANAGE, project)
    with pytest.raises(NotFound):
        end_team_role(owner, team, project)


@pytest.mark.protects("roles/team-roles")
def test_who_comes_back_to_the_organisation_is_in_none_of_its_teams(team: Team, owner: User, viewer: User) -> None:
    remove_member(owner, team.organisation, viewer.pk)
    Membership.objects.create(organisation=team.organisation, user=viewer, role=Role.VIEWER)
    assert not team.members.exists()


@pytest.mark.protects("roles/team-roles")
def test_a_token_and_a_second_factor_hold_back_a_teams_role_too(
    team: Team, owner: User, viewer: User, project: Project, beside: Project
) -> None:
    give_team_role(owner, team, [project], "developer")
    token, _ = create_token(viewer, "x", ["read", "write"], None, [beside.stream])
    assert not can(acting_as(viewer, token), Verb.EDIT, project)
    Organisation.objects.filter(pk=team.organisation_id).update(requires_second_factor=True)
    assert not can(acting_as(viewer), Verb.READ, project)


@pytest.mark.protects("roles/team-roles")
def test_teams_have_members_of_their_organisation_alone(team: Team, owner: User, stranger: User) -> None:
    with pytest.raises(NotFound, match="Invite"):
        add_to_team(owner, team, [stranger.pk])
    with pytest.raises(Invalid):
        add_to_team(owner, team, [])
    elsewhere = Membership.objects.get(user=stranger).organisation
    theirs = Project.objects.create(organisation=elsewhere, name="theirs", created_by=stranger)
    with pytest.raises(NotFound):
        give_team_role(stranger, team, [theirs], "developer")
    make_member(elsewhere, "both@acme.example", "Both", Role.OWNER)
    both = User.objects.get(email="both@acme.example")
    Membership.objects.create(organisation=team.organisation, user=both, role=Role.OWNER)
    with pytest.raises(NotFound, match="no team"):
        give_team_role(both, team, [theirs], "developer")


@pytest.mark.protects("roles/team-lists")
def test_owners_make_teams_and_maintainers_give_them_roles(
    team: Team, owner: User, maintainer: User, developer: User, viewer: User, stranger: User, project: Project
) -> None:
    for act in (
        lambda: create_team(maintainer, team.organisation, "more"),
        lambda: update_team(maintainer, team, name="more"),
        lambda: delete_team(maintainer, team),
        lambda: add_to_team(maintainer, team, [developer.pk]),
        lambda: remove_from_team(maintainer, team, viewer.pk),
        lambda: give_team_role(developer, team, [project], "developer"),
    ):
        with pytest.raises(Forbidden):
            act()
    give_team_role(maintainer, team, [project], "developer")
    with pytest.raises(Invalid, match="no owner"):
        give_team_role(maintainer, team, [project], "owner")
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamRole.objects.update(role=Role.OWNER)
    # A maintainer of one project, who is no member, learns of no team that has nothing to do with it.
    ProjectMembership.objects.create(
        organisation=team.organisation, project=project.pk, user=stranger, role=Role.MAINTAINER
    )
    with pytest.raises(NotFound):
        give_team_role(acting_as(stranger), team, [project], "viewer")


@pytest.mark.slow
@pytest.mark.protects("roles/project-roles")
def test_who_has_a_role_in_one_project_alone_sees_the_teams_that_have_one_there_and_no_other(
    team: Team, owner: User, viewer: User, stranger: User, project: Project, browser_of: Browser
) -> None:
    create_team(owner, team.organisation, "secret")
    give_team_role(owner, team, [project], "developer")
    ProjectMembership.objects.create(
        organisation=team.organisation, project=project.pk, user=stranger, role=Role.VIEWER
    )
    teams = "/api/v1/projects/acme/kitchen/teams"
    partner, member = browser_of(stranger), browser_of(viewer)
    names = [each["team"] for each in partner.get(teams).json()["teams"]]
    assert names == ["audio"]
    assert partner.get(f"{teams}/audio").json() == {"team": "audio", "role": "developer"}
    answers = [partner.get(f"{teams}/{name}") for name in ("secret", "absent")]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = {
        answer.content.replace(name, b"NAME") for answer, name in zip(answers, (b"secret", b"absent"), strict=True)
    }
    assert len(bodies) == 1
    assert member.get(f"{teams}/secret").json() == {"team": "secret", "role": None}
    end_team_role(owner, team, project)
    assert partner.get(f"{teams}/audio").status_code == 404


def test_roles_in_several_projects_are_given_together_or_not_at_all(
    team: Team, owner: User, maintainer: User, project: Project, beside: Project
) -> None:
    give_team_role(owner, team, [project, beside], "reviewer")
    assert set(TeamRole.objects.values_list("project", "role")) == {(project.pk, "reviewer"), (beside.pk, "reviewer")}
    elsewhere = Organisation.objects.create(name="elsewhere")
    foreign = Project.objects.create(organisation=elsewhere, name="foreign")
    with pytest.raises(NotFound):
        give_team_role(owner, team, [project, foreign], "maintainer")
    assert set(TeamRole.objects.values_list("role", flat=True)) == {"reviewer"}


def test_a_name_is_well_formed_and_one_of_its_organisation(team: Team, owner: User, stranger: User) -> None:
    for bad in ("", "Audio Team", "-", "a" * 61):
        with pytest.raises(BadName):
            create_team(owner, team.organisation, bad)
    with pytest.raises(NameInUse):
        create_team(owner, team.organisation, "audio")
    other = create_team(owner, team.organisation, "vision")
    with pytest.raises(NameInUse):
        update_team(owner, other, name="audio")
    with pytest.raises(Invalid):
        update_team(owner, team, description="x" * 201)
    assert create_team(stranger, Membership.objects.get(user=stranger).organisation, "audio")
    assert update_team(owner, team, name="sound").get_absolute_url() == "/acme/-/teams/sound"


def test_an_organisation_has_so_many_teams(team: Team, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.accounts.teams.actions.MAX_TEAMS", 1)
    with pytest.raises(Invalid, match="at most 1"):
        create_team(owner, team.organisation, "more")


@pytest.mark.slow
def test_each_act_is_told_in_the_audit_log_by_todays_names(
    team: Team, owner: User, viewer: User, project: Project
) -> None:
    give_team_role(owner, team, [project], "developer")
    give_team_role(owner, team, [project], "viewer")
    update_team(owner, team, name="sound")
    end_team_role(owner, team, project)
    remove_from_team(owner, team, viewer.pk)
    entries = AuditEntry.objects.filter(organisation=team.organisation_id, action__contains="team").order_by("at")
    assert [entry.sentence for entry in render_entries(list(entries))] == [
        "Mika Kallio created the team audio.",
        "Mika Kallio added Vera Lind to the team sound.",
        "Mika Kallio changed the role of the team sound in acme/kitchen from none to developer.",
        "Mika Kallio changed the role of the team sound in acme/kitchen from developer to viewer.",
        "Mika Kallio changed the team audio: name from audio to sound.",
        "Mika Kallio ended the role of the team sound in acme/kitchen.",
        "Mika Kallio removed Vera Lind from the team sound.",
    ]


@pytest.mark.slow
def test_the_pages_of_teams_do_what_their_forms_say(
    owner: User, viewer: User, developer: User, project: Project, beside: Project, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    assert browser.post("/acme/-/teams", {"name": "audio"}).headers["Location"] == "/acme/-/teams/audio"
    assert b"already" in browser.post("/acme/-/teams", {"name": "audio"}).content
    do, sound = "/acme/-/teams/audio/do", "/acme/-/teams/sound/do"
    assert browser.post(do, etag_form(do, do="add", person=viewer.email)).status_code == 302
    response = browser.post(do, {"do": "add", "person": "nobody@acme.example"})
    assert (response.status_code, b"Invite them first" in response.content) == (400, True)
    form = etag_form(do, do="give", projects="kitchen, beside", role="developer")
    assert browser.post(do, form).status_code == 302
    assert b"no project zzz" in browser.post(do, {"do": "give", "projects": "zzz", "role": "viewer"}).content
    assert TeamRole.objects.count() == 2
    page = browser.get("/acme/-/teams/audio").content.decode()
    assert "Vera Lind" in page
    assert "kitchen" in page
    share_page = "/acme/kitchen/share/teams"
    assert browser.post(share_page, etag_form(share_page, team="audio", role="reviewer")).status_code == 302
    share = browser_of(viewer).get("/acme/kitchen/share").content.decode()
    assert "reviewer by audio" in share
    assert 'name="team"' not in share
    assert browser.post("/acme/kitchen/share/teams", {"team": "audio", "remove": "1"}).status_code == 302
    assert browser.post(do, {"do": "end", "project": "beside"}).status_code == 302
    assert not TeamRole.objects.exists()
    assert ">audio</a>" in browser.get("/acme/-/members").content.decode()
    assert browser_of(viewer).post(do, {"do": "remove", "person": str(viewer.pk)}).status_code == 302
    assert browser_of(developer).post(do, {"do": "delete"}).status_code == 403
    assert browser.post(do, etag_form(do, do="rename", name="sound")).headers["Location"] == "/acme/-/teams/sound"
    assert browser.post(sound, etag_form(sound, do="delete")).headers["Location"] == "/acme/-/teams"
    assert browser.post(do, {"do": "dance"}).status_code == 404
    # Handing over names a member by their address too, whichever page of members is shown.
    assert browser.post("/acme/-/hand-over", {"member": "nobody@acme.example"}).status_code == 400
    assert browser.post("/acme/-/hand-over", {"member": developer.email}).status_code == 302
    assert Membership.objects.get(user=developer).role == Role.OWNER


def test_making_a_team_locks_the_organisation_before_its_teams_are_counted(
    organisation: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks: list[Organisation] = []
    monkeypatch.setattr("forge.accounts.teams.actions.locked", locks.append)
    create_team(owner, organisation, "audio")
    assert locks == [organisation]
