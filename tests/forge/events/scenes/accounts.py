"""Scenes of people, teams and organisations, and of roles in a project."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.test import Client

from forge.accounts import actions as accounts
from forge.accounts.models import BrowserSession, Team, User
from forge.accounts.sign_in.actions.second_factor import note_second_factor
from forge.projects import actions as projects
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.factories.links import secret_of


@scene(accounts.join_as)
def someone_with_an_account_joins(world: EventWorld) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "viewer")
    return lambda: accounts.join_as(world.stranger, secret_of(link))


@scene(accounts.join_as)
def a_member_gets_a_higher_role(world: EventWorld) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "owner")
    return lambda: accounts.join_as(world.developer, secret_of(link))


@scene(accounts.join_new)
def someone_makes_an_account(world: EventWorld) -> Act:
    _, link = accounts.invite(world.owner, world.organisation, "developer")
    person = accounts.NewPerson("Vi", "vi@acme.example", "a long enough one")
    return lambda: accounts.join_new(secret_of(link), person)


@scene(accounts.redeem_sign_in_link)
def a_new_address_joins_the_first_organisation(world: EventWorld) -> Act:
    link = accounts.make_sign_in_link("new@acme.example")
    return lambda: accounts.redeem_sign_in_link(secret_of(link))


@scene(accounts.change_role)
def the_one_who_follows_may_edit_no_more(world: EventWorld) -> Act:
    return lambda: accounts.change_role(world.owner, world.organisation, world.developer.pk, "viewer")


@scene(accounts.change_role)
def another_becomes_an_owner(world: EventWorld) -> Act:
    return lambda: accounts.change_role(world.owner, world.organisation, world.reviewer.pk, "owner")


@scene(accounts.remove_member)
def a_member_leaves(world: EventWorld) -> Act:
    return lambda: accounts.remove_member(world.reviewer, world.organisation, world.reviewer.pk)


@scene(accounts.remove_member)
def the_follower_is_removed(world: EventWorld) -> Act:
    return lambda: accounts.remove_member(world.owner, world.organisation, world.developer.pk)


@scene(accounts.hand_over)
def the_organisation_is_handed_over_to_the_one_who_follows(world: EventWorld) -> Act:
    return lambda: accounts.hand_over(world.owner, world.organisation, world.developer.pk)


@scene(accounts.join_as)
def somebody_joins_the_project_alone(world: EventWorld) -> Act:
    _, link = projects.invite_to_project(world.owner, world.project, "viewer")
    return lambda: accounts.join_as(world.stranger, secret_of(link))


@scene(projects.give_project_role)
def the_one_who_follows_becomes_a_maintainer_of_the_project(world: EventWorld) -> Act:
    return lambda: projects.give_project_role(world.owner, world.project, world.developer.pk, "maintainer")


@scene(projects.end_project_role)
def the_role_in_the_project_of_the_one_who_follows_ends(world: EventWorld) -> Act:
    projects.give_project_role(world.owner, world.project, world.developer.pk, "maintainer")
    return lambda: projects.end_project_role(world.owner, world.project, world.developer.pk)


def _team(world: EventWorld) -> Team:
    """A team in which the one who follows is, and which has a role in the project."""
    team = accounts.create_team(world.owner, world.organisation, "audio")
    accounts.add_to_team(world.owner, team, [world.developer.pk])
    projects.give_team_role(world.owner, team, [world.project], "maintainer")
    return team


@scene(accounts.create_team)
def a_team_is_created(world: EventWorld) -> Act:
    return lambda: accounts.create_team(world.owner, world.organisation, "audio")


@scene(accounts.update_team)
def a_team_gets_another_name(world: EventWorld) -> Act:
    team = _team(world)
    return lambda: accounts.update_team(world.owner, team, name="sound")


@scene(accounts.add_to_team)
def the_one_who_follows_may_more_by_a_team(world: EventWorld) -> Act:
    team = _team(world)
    accounts.remove_from_team(world.owner, team, world.developer.pk)
    return lambda: accounts.add_to_team(world.owner, team, [world.developer.pk])


@scene(accounts.remove_from_team)
def the_one_who_follows_leaves_the_team(world: EventWorld) -> Act:
    team = _team(world)
    return lambda: accounts.remove_from_team(world.developer, team, world.developer.pk)


@scene(accounts.delete_team)
def the_team_of_the_one_who_follows_is_deleted(world: EventWorld) -> Act:
    team = _team(world)
    return lambda: accounts.delete_team(world.owner, team)


@scene(projects.give_team_role)
def the_team_of_the_one_who_follows_has_another_role(world: EventWorld) -> Act:
    team = _team(world)
    return lambda: projects.give_team_role(world.owner, team, [world.project], "viewer")


@scene(projects.end_team_role)
def the_role_of_the_team_of_the_one_who_follows_ends(world: EventWorld) -> Act:
    team = _team(world)
    return lambda: projects.end_team_role(world.owner, team, world.project)


@scene(accounts.update_organisation)
def an_organisation_gets_another_name_and_title(world: EventWorld) -> Act:
    return lambda: accounts.update_organisation(world.owner, world.organisation, name="acme-labs", title="Labs")


@scene(accounts.update_profile)
def the_one_who_follows_has_another_name(world: EventWorld) -> Act:
    return lambda: accounts.update_profile(world.developer, name="Joanna Okafor")


@scene(accounts.set_password)
def the_one_who_follows_has_a_new_password(world: EventWorld) -> Act:
    return lambda: accounts.set_password(world.developer, "another long one")


@scene(accounts.reset_password)
def the_one_who_follows_sets_a_new_password_by_a_link(world: EventWorld) -> Act:
    link = f"{world.developer.pk.hex}.{default_token_generator.make_token(world.developer)}"
    return lambda: accounts.reset_password(link, "another long one")


@scene(accounts.require_second_factor)
def a_second_factor_is_required_of_the_one_who_follows(world: EventWorld) -> Act:
    Authenticator.objects.create(user=world.owner, type=Authenticator.Type.TOTP, data={})
    return lambda: accounts.require_second_factor(world.owner, world.organisation, required=True)


@scene(note_second_factor)
def the_one_who_follows_sets_up_a_second_factor(world: EventWorld) -> Act:
    return lambda: note_second_factor(world.developer, "add", "totp")


@scene(accounts.disable_person)
def the_one_who_follows_is_disabled(world: EventWorld) -> Act:
    return lambda: accounts.disable_person(world.developer.email)


@scene(accounts.end_connections)
def the_one_who_follows_signs_out(world: EventWorld) -> Act:
    return lambda: accounts.end_connections(world.developer)


@scene(accounts.end_session)
def a_session_of_the_one_who_follows_is_ended(world: EventWorld) -> Act:
    session = _signed_in(world.developer)
    return lambda: accounts.end_session(world.developer, session.pk)


@scene(accounts.end_other_sessions)
def the_other_sessions_of_the_one_who_follows_are_ended(world: EventWorld) -> Act:
    _signed_in(world.developer)
    return lambda: accounts.end_other_sessions(world.developer, "another")


def _signed_in(person: User) -> BrowserSession:
    Client().force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return BrowserSession.objects.filter(user=person).latest("created")
