"""Grants: what a person made ends, or is handed over, when the right ends that it works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import (
    add_to_team,
    change_role,
    create_team,
    create_token,
    delete_team,
    invite,
    invite_by_email,
    join_as,
    remove_member,
)
from forge.accounts.errors import LinkEnded
from forge.accounts.grants.access import grants_of
from forge.accounts.grants.actions import end_own_thing, hand_over_thing
from forge.accounts.grants.declarations import declare, kinds
from forge.accounts.models import Invitation, Membership, Organisation, Role, User
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import find_token
from forge.builds.actions import request_build
from forge.core.errors import Invalid, NotFound
from forge.core.models import AuditEntry
from forge.datasets.collecting.actions import make_collecting_link
from forge.datasets.collecting.task import Task
from forge.datasets.models.samples import SampleKind
from forge.deployments.actions import create_key
from forge.deployments.models import PreviewLink
from forge.deployments.previews.actions import create_preview_link
from forge.fleet.enrolment.actions.batches import create_batch
from forge.fleet.enrolment.actions.candidates import enter_label
from forge.fleet.enrolment.actions.codes import create_code
from forge.fleet.hand_overs.actions import offer_device
from forge.fleet.models import ClaimCode, DeviceBatch, HandOver, StockAccount
from forge.fleet.stock.actions import create_stock_device
from forge.player.actions import make_phone_link
from forge.player.models import PhonePass
from forge.projects.actions import end_project_role, give_project_role, give_team_role, invite_to_project
from forge.projects.git.remote import Remote
from forge.projects.models import Project
from forge.registry.distribution.mirrors.actions import set_mirror
from forge.registry.tags.publishing.actions import publish_build
from forge.repositories.actions import link_branch
from forge.reviews.actions import RequestedGroup, ReviewRequest, ask_for_review, ask_when_built
from forge.reviews.guests.actions import invite_guest
from forge.reviews.models import AwaitedReview
from forge.webhooks.actions import change_webhook, create_webhook
from forge.webhooks.models import Delivery, Webhook
from tests.support.forge.agents import agent_of
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.changes import outside_change
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.devices import joined
from tests.support.forge.factories.links import secret_of
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


def test_a_kind_is_declared_once_and_tested_here() -> None:
    assert tuple(sorted(kinds())) == KINDS
    with pytest.raises(TypeError):
        declare(kinds()["invitation"])


def _make(kind: str, maker: User, project: Project) -> models.Model:
    """Makes a grant of a kind, by an owner of the organisation."""
    organisation = project.organisation
    if kind == "invitation":
        return invite(maker, organisation, "owner", places=3)[0]
    if kind == "agent":
        return agent_of(maker, project).grant
    if kind == "token":
        return create_token(maker, "ci", ["build:run"], None, [project.stream])[0]
    if kind == "webhook":
        return create_webhook(maker, organisation, "https://example.org/hook", ["publish"])[0]
    if kind == "deployment-key":
        make_member(organisation, "judge@acme.example", "Judge", Role.REVIEWER)
        return create_key(maker, deployed(maker, project), "site key")[0]
    if kind == "linked-branch":
        return link_branch(maker, project, Remote("https://git.example/acme/kitchen.git", "main"))
    if kind == "mirror":
        return set_mirror(acting_as(maker), project, "to", "https://registry.example", "team/door")
    if kind == "phone":
        make_phone_link(maker, project)
        return PhonePass.objects.get()
    if kind == "collecting":
        return make_collecting_link(maker, project, Task(SampleKind.SOUND, "knock"))[0]
    if kind == "device-code":
        create_code(maker, organisation)
        return ClaimCode.objects.get()
    if kind == "device-label":
        return enter_label(maker, organisation, "0123456789abcdef", "ab" * 16)
    if kind == "device-batch":
        create_batch(maker, organisation, "Line 3", 10, timezone.now().date() + timedelta(days=30))
        return DeviceBatch.objects.get()
    if kind == "device-offer":
        Organisation.objects.create(name="buyer", title="Buyer")
        offer_device(maker, joined(organisation), "buyer")
        return HandOver.objects.get()
    if kind == "stock-account":
        create_stock_device(maker, organisation, "gateway")
        return StockAccount.objects.get()
    if kind == "preview-link":
        create_preview_link(maker, outside_change(maker, project))
        return PreviewLink.objects.get()
    if kind == "awaited-review":
        return _awaited_review(maker, project)
    if kind == "watch-alert":
        make_member(organisation, "judge@acme.example", "Judge", Role.REVIEWER)
        return watch_alert(watched_rune(deployed(maker, project)), owner=maker)
    return _guest_link(maker, project)


def _awaited_review(maker: User, project: Project) -> models.Model:
    judge = make_member(project.organisation, "judge@acme.example", "Judge", Role.REVIEWER)
    request = ReviewRequest("Hears whispers", reviewers=(RequestedGroup((judge.pk,)),))
    ask_when_built(maker, request_build(maker, project), request)
    return AwaitedReview.objects.get()


def _guest_link(maker: User, project: Project) -> models.Model:
    judge = make_member(project.organisation, "judge@acme.example", "Judge", Role.REVIEWER)
    groups = [RequestedGroup((judge.pk,))]
    review = ask_for_review(maker, built(maker, project), "Hears whispers", reviewers=groups)
    link, _ = invite_guest(maker, review, "Ana")
    return link


def _works(person: User) -> list[str]:
    return [each.kind.name for each in grants_of([person]) if each.works]


KINDS = (
    "agent",
    "awaited-review",
    "collecting",
    "deployment-key",
    "device-batch",
    "device-code",
    "device-label",
    "device-offer",
    "guest-link",
    "invitation",
    "linked-branch",
    "mirror",
    "phone",
    "preview-link",
    "stock-account",
    "token",
    "watch-alert",
    "webhook",
)


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_ends_with_the_membership_and_does_not_come_back_with_its_maker(
    kind: str, project: Project, owner: User, organisation: Organisation, second: User
) -> None:
    _make(kind, owner, project)
    assert _works(owner) == [kind]
    remove_member(second, organisation, owner.pk)
    assert grants_of([owner]) == []
    entry = AuditEntry.objects.get(action="grant.lose")
    assert (entry.organisation, entry.data["member"]) == (organisation.pk, str(owner.pk))
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    assert grants_of([owner]) == []


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_works_only_while_its_maker_has_the_right(
    kind: str, project: Project, owner: User, organisation: Organisation
) -> None:
    """However the right ended: here without any action that could have ended what was made."""
    _make(kind, owner, project)
    Membership.objects.filter(user=owner).delete()
    assert _works(owner) == []
    assert [each.kind.name for each in grants_of([owner])] == [kind]


@pytest.mark.protects("roles/rights-that-end")
def test_who_leaves_ends_what_they_made_and_no_link_of_others(
    organisation: Organisation, owner: User, second: User
) -> None:
    invite(owner, organisation, "viewer")
    _, other = invite(second, organisation, "viewer")
    remove_member(owner, organisation, owner.pk)
    assert Invitation.objects.open().get().invited_by == second
    join_as(owner, secret_of(other))


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_roles_in_one_project_end_what_was_made_with_them(
    project: Project, owner: User, stranger: User, organisation: Organisation
) -> None:
    _, link = invite_to_project(owner, project, "maintainer", places=9)
    join_as(stranger, secret_of(link))
    _, own = invite_to_project(stranger, project, "maintainer", places=2)
    give_project_role(owner, project, stranger.pk, "viewer")
    for secret in (secret_of(own), secret_of(link)):
        with pytest.raises(LinkEnded):
            join_as(stranger, secret)
    make_phone_link(stranger, project)
    end_project_role(owner, project, stranger.pk)
    assert grants_of([stranger]) == []


@pytest.mark.protects("roles/rights-that-end")
@pytest.mark.parametrize("end", ["delete", "lower"])
def test_a_role_by_a_team_ends_what_was_made_with_it(
    end: str, project: Project, owner: User, viewer: User, organisation: Organisation
) -> None:
    team = create_team(owner, organisation, "audio")
    add_to_team(owner, team, [viewer.pk])
    give_team_role(owner, team, [project], "maintainer")
    invite_to_project(viewer, project, "maintainer")
    assert _works(viewer) == ["invitation"]
    if end == "delete":
        delete_team(owner, team)
    else:
        give_team_role(owner, team, [project], "developer")
    assert grants_of([viewer]) == []


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_what_can_be_handed_over_works_on_with_the_heirs_right(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    _make("webhook", owner, project)
    _make("guest-link", owner, project)
    invite(owner, organisation, "viewer")
    invite_by_email(owner, organisation, "viewer", ["new@acme.example"])
    remove_member(second, organisation, owner.pk, second.pk)
    assert sorted(_works(second)) == ["guest-link", "invitation", "webhook"]
    # A link for anyone is known to who made it: it ends.
    assert Invitation.objects.open().get().email == "new@acme.example"
    entry = AuditEntry.objects.get(action="grant.hand-over")
    assert entry.data["heir"] == "Second"
    assert len(entry.data["things"]) == 3


@pytest.mark.protects("roles/rights-that-end")
def test_nothing_is_handed_over_to_somebody_without_the_right(
    project: Project, owner: User, second: User, developer: User, organisation: Organisation
) -> None:
    webhook = _make("webhook", owner, project)
    with pytest.raises(Invalid, match="does not have the right"):
        hand_over_thing(second, organisation, owner.pk, "webhook", webhook.pk, developer.pk)
    hand_over_thing(second, organisation, owner.pk, "webhook", webhook.pk, second.pk)
    assert Webhook.objects.get().created_by == second
    remove_member(second, organisation, owner.pk, developer.pk)
    assert Webhook.objects.get().stopped is None


@pytest.mark.slow
@pytest.mark.protects("roles/rights-that-end")
def test_a_webhook_sends_nothing_with_the_right_of_somebody_who_lost_it(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    Membership.objects.filter(user=owner).update(role=Role.DEVELOPER)
    _publish(owner, project)
    assert not Delivery.objects.exists()
    change_role(second, organisation, owner.pk, "viewer")
    webhook.refresh_from_db()
    assert "may no longer manage webhooks" in webhook.stopped_because
    change_webhook(second, webhook, on=True)
    assert Webhook.objects.get().created_by == second


@pytest.mark.slow
@pytest.mark.protects("roles/turned-webhooks")
def test_a_webhook_works_with_the_right_of_who_chose_its_address(
    owner: User, second: User, organisation: Organisation
) -> None:
    """Else somebody who leaves goes on reading by a webhook of a colleague, which they turned to themself before."""
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    change_webhook(second, webhook, topics=["build"])
    assert (_works(owner), _works(second)) == (["webhook"], [])
    change_webhook(second, webhook, url="https://second.example/mine")
    assert (_works(owner), _works(second)) == ([], ["webhook"])
    remove_member(owner, organisation, second.pk)
    assert not Webhook.objects.on().exists()


def _publish(author: User, project: Project) -> None:
    publish_build(author, approved(built(author, project)), "latest")


@pytest.mark.protects("roles/rights-that-end")
def test_a_restricted_token_ends_and_a_free_one_goes_on_elsewhere(
    project: Project, owner: User, second: User, organisation: Organisation
) -> None:
    _, restricted_secret = create_token(owner, "ci", ["build:run"], None, [project.stream])
    _, free = create_token(owner, "all", ["read"], None)
    remove_member(second, organisation, owner.pk)
    assert find_token(restricted_secret) is None
    assert find_token(free) is not None


@pytest.mark.protects("roles/rights-that-end")
def test_one_ends_ones_own_and_nobody_elses(organisation: Organisation, owner: User, second: User) -> None:
    invitation, _ = invite(owner, organisation, "viewer")
    with pytest.raises(NotFound):
        end_own_thing(second, "invitation", invitation.pk)
    end_own_thing(owner, "invitation", invitation.pk)
    assert not Invitation.objects.open().exists()
    assert AuditEntry.objects.get(action="grant.end").data["thing"] == "Link for any one person to acme as viewer"
