"""Roles in one project: what they let in to, what they leave closed, and how they come and go."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import (
    create_token,
    hand_over,
    invite,
    invite_by_email,
    join_as,
    remove_member,
)
from forge.accounts.errors import LinkEnded
from forge.accounts.models import Invitation, Membership, Organisation, ProjectMembership, Role, User
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.projects.actions import (
    delete_project,
    end_project_role,
    give_project_role,
    invite_to_project,
    invite_to_project_by_email,
    revoke_project_invitation,
)
from forge.projects.models import Project

pytestmark = pytest.mark.django_db


def secret_of(link: str) -> str:
    return link.partition("token=")[2]


def let_in(by: User, project: Project, person: User, role: str = "viewer") -> None:
    join_as(person, secret_of(invite_to_project(by, project, role)[1]))


@pytest.fixture
def beside(organisation: Organisation, owner: User) -> Project:
    """Another private project of the organisation."""
    return Project.objects.create(organisation=organisation, name="beside", created_by=owner)


def test_a_viewer_of_one_project_sees_that_one_and_no_other(
    project: Project, beside: Project, owner: User, stranger: User
) -> None:
    let_in(owner, project, stranger)
    principal = acting_as(stranger)
    assert can(principal, Verb.READ, project)
    assert not can(principal, Verb.EDIT, project)
    assert not can(principal, Verb.SEE, beside)
    assert not can(principal, Verb.SEE_ORGANISATION, project.organisation)
    acme = Project.objects.of_member(principal).filter(organisation=project.organisation)
    assert list(acme) == [project]


def test_a_role_in_a_project_adds_to_the_one_in_the_organisation(
    project: Project, beside: Project, owner: User, viewer: User
) -> None:
    give_project_role(owner, project, viewer.pk, "developer")
    principal = acting_as(viewer)
    assert can(principal, Verb.EDIT, project)
    assert can(principal, Verb.READ, beside)
    assert not can(principal, Verb.EDIT, beside)


def test_a_lower_role_in_a_project_takes_nothing_away(project: Project, owner: User, developer: User) -> None:
    give_project_role(owner, project, developer.pk, "viewer")
    assert can(acting_as(developer), Verb.EDIT, project)


def test_a_token_of_another_project_is_not_let_in_by_a_role(
    project: Project, beside: Project, owner: User, stranger: User
) -> None:
    let_in(owner, project, stranger)
    let_in(owner, beside, stranger)
    token, _ = create_token(stranger, "x", ["read"], None, [beside.stream])
    principal = acting_as(stranger, token)
    assert not can(principal, Verb.READ, project)
    assert list(Project.objects.of_member(principal)) == [beside]


@pytest.mark.protects("roles/project-roles")
def test_who_lacks_the_organisations_second_factor_is_kept_out_of_the_project(
    project: Project, owner: User, stranger: User
) -> None:
    let_in(owner, project, stranger)
    Organisation.objects.filter(pk=project.organisation_id).update(requires_second_factor=True)
    principal = acting_as(stranger)
    assert not can(principal, Verb.READ, project)
    assert project.organisation_id in principal.blocked_organisations


def test_only_those_who_choose_who_sees_it_invite(
    project: Project, maintainer: User, developer: User, stranger: User
) -> None:
    with pytest.raises(Forbidden):
        invite_to_project(developer, project, "viewer")
    let_in(maintainer, project, stranger, "maintainer")
    assert invite_to_project(acting_as(stranger), project, "viewer")


def test_nobody_owns_one_project(project: Project, owner: User, viewer: User) -> None:
    with pytest.raises(Invalid, match="no owner"):
        invite_to_project(owner, project, "owner")
    with pytest.raises(Invalid, match="no owner"):
        give_project_role(owner, project, viewer.pk, "owner")


def test_somebody_who_cannot_read_it_is_invited_first(project: Project, owner: User, stranger: User) -> None:
    with pytest.raises(NotFound, match="Invite them first"):
        give_project_role(owner, project, stranger.pk, "viewer")


def test_a_role_ends_by_who_gave_it_and_by_leaving(project: Project, owner: User, stranger: User, viewer: User) -> None:
    let_in(owner, project, stranger)
    with pytest.raises(Forbidden):
        end_project_role(viewer, project, stranger.pk)
    end_project_role(acting_as(stranger), project, stranger.pk)
    assert not can(acting_as(stranger), Verb.SEE, project)
    with pytest.raises(NotFound):
        end_project_role(owner, project, stranger.pk)


@pytest.mark.protects("roles/project-roles")
def test_who_is_taken_out_of_the_organisation_keeps_no_role_in_its_projects(
    project: Project, owner: User, viewer: User
) -> None:
    give_project_role(owner, project, viewer.pk, "developer")
    remove_member(owner, project.organisation, viewer.pk)
    assert not can(acting_as(viewer), Verb.SEE, project)


def test_a_deleted_project_is_nobodys(project: Project, owner: User, stranger: User) -> None:
    let_in(owner, project, stranger)
    delete_project(owner, project)
    assert list(Project.objects.visible_to(acting_as(stranger)).filter(pk=project.pk)) == []


@pytest.mark.protects("mail/shared-links")
def test_a_link_lets_in_as_many_as_it_says_and_nobody_twice(
    organisation: Organisation, owner: User, developer: User, stranger: User
) -> None:
    invitation, link = invite(owner, organisation, "viewer", places=2, days=1)
    newcomer = User.objects.create_user("a@x.example", name="A")
    for joining in (stranger, stranger, developer, newcomer):
        join_as(joining, secret_of(link))
    with pytest.raises(LinkEnded):
        join_as(User.objects.create_user("b@x.example", name="B"), secret_of(link))
    invitation.refresh_from_db()
    assert (invitation.places_used, invitation.places) == (2, 2)
    assert Membership.objects.get(user=developer).role == Role.DEVELOPER


@pytest.mark.protects("mail/shared-links")
def test_a_link_ends_after_the_days_it_says(organisation: Organisation, owner: User, stranger: User) -> None:
    invitation, link = invite(owner, organisation, "viewer", days=1)
    assert timedelta(hours=23) < invitation.expires - timezone.now() <= timedelta(days=1)
    Invitation.objects.update(expires=timezone.now())
    with pytest.raises(LinkEnded):
        join_as(stranger, secret_of(link))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [({"places": 0}, "people"), ({"places": 101}, "people"), ({"days": 0}, "days"), ({"days": 31}, "days")],
)
def test_a_link_for_too_many_or_for_too_long_is_refused(
    terms: Any, reason: str, organisation: Organisation, owner: User
) -> None:
    with pytest.raises(Invalid, match=reason):
        invite(owner, organisation, "viewer", **terms)


def test_each_address_gets_a_letter_with_a_link_of_its_own(
    project: Project, owner: User, stranger: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invitations = invite_to_project_by_email(
            owner, project, "reviewer", [stranger.email.upper(), "ben@x.example", stranger.email]
        )
    assert [each.email for each in invitations] == [stranger.email, "ben@x.example"]
    links = [next(word for word in letter.body.split() if "token=" in word) for letter in mail.outbox]
    assert len(set(links)) == 2
    assert "acme/kitchen" in mail.outbox[0].subject
    join_as(stranger, secret_of(links[0]))
    assert ProjectMembership.objects.get(user=stranger).role == Role.REVIEWER


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        ([], "at least one"),
        (["nobody"], "does not look like"),
        ([f"{'a' * 245}@x.example"], "at most 254 characters"),
        ([f"a{n}@x.example" for n in range(21)], "at most 20"),
    ],
)
def test_letters_that_cannot_be_sent_are_refused_and_none_goes(
    addresses: list[str], reason: str, organisation: Organisation, owner: User
) -> None:
    with pytest.raises(Invalid, match=reason):
        invite_by_email(owner, organisation, "viewer", addresses)
    assert not Invitation.objects.exists()


@pytest.mark.protects("mail/spam")
def test_an_organisation_sends_so_many_letters_in_a_day(
    organisation: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.accounts.organisations.invitations.MAX_EMAILS_PER_DAY", 1)
    invite_by_email(owner, organisation, "viewer", ["a@x.example"])
    with pytest.raises(Invalid, match="in a day"):
        invite_by_email(owner, organisation, "viewer", ["b@x.example"])
    Invitation.objects.update(created=timezone.now() - timedelta(days=2))
    assert invite_by_email(owner, organisation, "viewer", ["b@x.example"])


def test_a_revoked_invitation_to_a_project_lets_nobody_in(project: Project, owner: User, stranger: User) -> None:
    invitation, link = invite_to_project(owner, project, "viewer")
    revoke_project_invitation(owner, project, invitation.pk)
    with pytest.raises(LinkEnded):
        join_as(stranger, secret_of(link))
    with pytest.raises(NotFound):
        revoke_project_invitation(owner, project, invitation.pk)


def test_handing_over_makes_an_owner_and_a_maintainer(
    organisation: Organisation, owner: User, developer: User, stranger: User
) -> None:
    hand_over(owner, organisation, developer.pk)
    roles = dict(Membership.objects.filter(organisation=organisation).values_list("user", "role"))
    assert roles == {owner.pk: Role.MAINTAINER, developer.pk: Role.OWNER}
    with pytest.raises(Forbidden):
        hand_over(owner, organisation, owner.pk)
    with pytest.raises(NotFound):
        hand_over(developer, organisation, stranger.pk)
    with pytest.raises(Invalid):
        hand_over(developer, organisation, developer.pk)


def test_each_act_is_in_the_audit_log_where_it_happened(project: Project, owner: User, stranger: User) -> None:
    let_in(owner, project, stranger)
    give_project_role(owner, project, stranger.pk, "developer")
    end_project_role(owner, project, stranger.pk)
    entries = AuditEntry.objects.filter(project=project.pk, organisation=project.organisation_id)
    actions = set(entries.values_list("action", flat=True))
    assert {"invitation.create", "project.join", "project.role", "project.leave"} <= actions


def test_a_role_is_offered_to_members_whom_it_would_give_more(
    project: Project, owner: User, developer: User, viewer: User, browser_of: Callable[[User | None], Client]
) -> None:
    page = browser_of(owner).get(f"{project.get_absolute_url()}/share").content.decode()
    offers = {person: f'aria-label="Give {person} a role' in page for person in (owner, developer, viewer)}
    assert offers == {owner: False, developer: True, viewer: True}
    of_developer = page.partition(f"Role of {developer} in this project")[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"', of_developer) == ["maintainer"]
