"""The things that a token made end with the token, and a link for anyone ends with a new password."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forge.accounts.actions import (
    create_token,
    delete_token,
    invite,
    invite_by_email,
    join_as,
    send_password_link,
    set_password,
)
from forge.accounts.errors import LinkEnded
from forge.accounts.grants.access import grants_of
from forge.accounts.grants.declarations import kinds
from forge.accounts.models import ApiToken, Invitation, Membership, Organisation, Role, User
from forge.accounts.principals import Principal, acting_as
from forge.agents.actions.rights import AGENT_SCOPES, connect_agent
from forge.builds.actions import request_build
from forge.core.errors import PersonNeeded
from forge.core.models import AuditEntry
from forge.datasets.collecting.actions import make_collecting_link
from forge.datasets.collecting.task import Task
from forge.datasets.models.samples import SampleKind
from forge.deployments.actions import create_key
from forge.deployments.previews.actions import create_preview_link
from forge.fleet.enrolment.actions.batches import create_batch
from forge.fleet.enrolment.actions.candidates import enter_label
from forge.fleet.enrolment.actions.codes import create_code
from forge.fleet.hand_overs.actions import offer_device
from forge.fleet.stock.actions import create_stock_device
from forge.player.actions import make_phone_link
from forge.projects.actions import invite_to_project
from forge.projects.git.remote import Remote
from forge.projects.models import Project
from forge.registry.distribution.mirrors.actions import set_mirror
from forge.registry.tags.publishing.actions import publish_build
from forge.repositories.actions import link_branch
from forge.reviews.actions import RequestedGroup, ReviewRequest, ask_for_review, ask_when_built
from forge.reviews.guests.access import is_good
from forge.reviews.guests.actions import enter_as_guest, invite_guest
from forge.reviews.models import GuestLink
from forge.telemetry.alerts.actions import give_alert
from forge.webhooks.access import find_webhook
from forge.webhooks.actions import change_webhook, create_webhook, rotate_secret
from forge.webhooks.models import Delivery, Webhook
from forge.webhooks.serializers import webhook_to_json
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.changes import outside_change
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.devices import joined
from tests.support.forge.factories.links import secret_of
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(owner: User) -> ApiToken:
    return create_token(owner, "ci", ["admin"], None)[0]


@pytest.fixture
def program(owner: User, token: ApiToken) -> Principal:
    return acting_as(owner, token)


def expire(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk).update(expires=timezone.now() - timedelta(seconds=1))


@pytest.mark.slow
@pytest.mark.protects("roles/made-by-tokens")
@pytest.mark.parametrize("end", ["delete", "expire", "password"])
@pytest.mark.parametrize("kind", ["organisation", "project", "letter", "guest"])
def test_a_link_ends_with_its_token(
    kind: str,
    end: str,
    token: ApiToken,
    program: Principal,
    owner: User,
    developer: User,
    reviewer: User,
    stranger: User,
    organisation: Organisation,
    project: Project,
) -> None:
    if kind == "guest":
        groups = [RequestedGroup((reviewer.pk,))]
        review = ask_for_review(developer, built(developer, project), "Hears whispers", reviewers=groups)
        link, address = invite_guest(program, review, "Ana")
        assert is_good(link)
    elif kind == "project":
        _, address = invite_to_project(program, project, "maintainer")
    elif kind == "organisation":
        _, address = invite(program, organisation, "maintainer")
    else:
        invite_by_email(program, organisation, "maintainer", [stranger.email])
    ends: dict[str, Callable[[], object]] = {
        "delete": lambda: delete_token(owner, token.pk),
        "expire": lambda: expire(token),
        "password": lambda: set_password(owner, "another horse battery"),
    }
    ends[end]()
    assert not Invitation.objects.open().exists()
    assert not GuestLink.objects.alive().exists()
    assert [each for each in grants_of([owner]) if each.kind.name != "token"] == []
    if kind == "guest":
        with pytest.raises(LinkEnded):
            enter_as_guest(secret_of(address), review.pk)
    elif kind != "letter":
        with pytest.raises(LinkEnded):
            join_as(stranger, secret_of(address))
    assert not Membership.objects.filter(user=stranger, organisation=organisation).exists()


@pytest.mark.slow
@pytest.mark.protects("roles/made-by-tokens")
@pytest.mark.parametrize("end", ["delete", "expire"])
def test_a_webhook_sends_nothing_once_its_token_ended(
    end: str,
    token: ApiToken,
    program: Principal,
    owner: User,
    developer: User,
    organisation: Organisation,
    project: Project,
) -> None:
    create_webhook(program, organisation, "https://example.org/hook", ["publish"])
    if end == "delete":
        delete_token(owner, token.pk)
        assert "ended it or its token" in Webhook.objects.get().stopped_because
    else:
        expire(token)
        webhook = find_webhook(owner, organisation, Webhook.objects.get().pk)
        assert webhook_to_json(webhook)["on"] is False
        assert "token that created it has expired" in webhook.stopped_because
    publish_build(owner, approved(built(developer, project)), "latest")
    assert not Delivery.objects.exists()
    if end == "delete":
        change_webhook(owner, Webhook.objects.get(), on=True)
        assert Webhook.objects.get().created_by_token is None


@pytest.mark.protects("roles/made-by-tokens")
def test_a_token_changes_no_address_and_no_secret_of_a_persons_webhook(
    program: Principal, owner: User, organisation: Organisation
) -> None:
    webhook, _ = create_webhook(owner, organisation, "https://example.org/hook", ["publish"])
    with pytest.raises(PersonNeeded):
        change_webhook(program, webhook, url="https://example.com/mine")
    with pytest.raises(PersonNeeded):
        rotate_secret(program, webhook)
    change_webhook(program, webhook, topics=["build"])
    own, _ = create_webhook(program, organisation, "https://example.org/own", ["publish"])
    change_webhook(program, own, url="https://example.org/other")
    rotate_secret(program, own)
    assert set(Webhook.objects.values_list("url", flat=True)) == {
        "https://example.org/hook",
        "https://example.org/other",
    }


@pytest.mark.protects("roles/made-by-tokens")
def test_what_a_deleted_token_made_is_in_the_log(
    token: ApiToken, program: Principal, owner: User, organisation: Organisation
) -> None:
    invite(program, organisation, "viewer")
    delete_token(owner, token.pk)
    entry = AuditEntry.objects.get(action="token.delete")
    assert entry.data["things"] == ["Link for any one person to acme as viewer"]


@pytest.mark.protects("roles/links-of-stolen-sessions")
def test_a_new_password_ends_links_for_anyone_and_keeps_letters(
    owner: User, stranger: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    """A thief of the session may have made an owner's link for themself."""
    _, link = invite(owner, organisation, "owner")
    invite_by_email(owner, organisation, "viewer", ["new@acme.example"])
    page = compact(browser_of(owner).get(reverse("mfa_index")).content.decode())
    assert "ends your links that let in anybody who has them" in page
    set_password(owner, "another horse battery")
    with pytest.raises(LinkEnded):
        join_as(stranger, secret_of(link))
    assert Invitation.objects.open().get().email == "new@acme.example"
    entry = AuditEntry.objects.get(action="password.end")
    assert entry.data["things"] == ["Link for any one person to acme as owner"]


@pytest.mark.slow
@pytest.mark.protects("roles/webhooks-of-stolen-sessions")
def test_whoever_sets_a_new_password_sees_the_webhook_that_a_stolen_session_made(
    owner: User, organisation: Organisation, browser_of: Callable[[User | None], Client]
) -> None:
    create_webhook(owner, organisation, "https://thief.example/hook", ["publish"])
    fields = {"old": "correct horse battery", "password": "another horse battery"}
    page = compact(browser_of(owner).post("/accounts/password", fields, follow=True).content.decode())
    assert "Webhook to thief.example" in page
    assert "end those that you did not create" in page
    again = compact(browser_of(owner).get("/accounts/made").content.decode())
    assert "end those that you did not create" not in again


def test_whoever_made_nothing_stays_on_the_page_of_the_password(
    owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    fields = {"old": "correct horse battery", "password": "another horse battery"}
    assert browser_of(owner).post("/accounts/password", fields)["Location"] == "/accounts/security?saved"


@pytest.mark.slow
@pytest.mark.protects("roles/webhooks-of-stolen-sessions")
@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_leads_to_what_still_works_after_signing_in(
    owner: User, organisation: Organisation, mailoutbox: list[Any]
) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    create_webhook(owner, organisation, "https://thief.example/hook", ["publish"])
    send_password_link(owner.email)
    secret = secret_of(next(line for line in str(mailoutbox[0].body).splitlines() if "#token=" in line)).strip()
    browser, fields = Client(), {"token": secret, "step": "password", "password": "another horse battery"}
    page = compact(browser.post("/accounts/reset", fields).content.decode())
    address = "/accounts/login/?next=/accounts/made%3Fnew-password"
    assert f'href="{address}"' in page
    signed_in = browser.post(address, {"login": owner.email, "password": "another horse battery"}, follow=True)
    assert "Webhook to thief.example" in signed_in.content.decode()


MAKERS: dict[str, Callable[[Principal, User, Project], object]] = {
    "agent": lambda program, owner, project: connect_agent(
        program, "Claude", "client", AGENT_SCOPES, [project.stream], timezone.now() + timedelta(days=7)
    ),
    "awaited-review": lambda program, owner, project: ask_when_built(
        program, request_build(owner, project), ReviewRequest("x", reviewers=(RequestedGroup(judges_of(project)),))
    ),
    "collecting": lambda program, owner, project: make_collecting_link(
        program, project, Task(SampleKind.SOUND, "knock")
    ),
    "deployment-key": lambda program, owner, project: create_key(program, deployed(owner, project), "site"),
    "device-batch": lambda program, owner, project: create_batch(
        program, project.organisation, "Line 3", 10, timezone.now().date() + timedelta(days=30)
    ),
    "device-code": lambda program, owner, project: create_code(program, project.organisation),
    "device-label": lambda program, owner, project: enter_label(
        program, project.organisation, "0123456789abcdef", "ab" * 16
    ),
    "device-offer": lambda program, owner, project: offer_device(program, joined(project.organisation), _buyer()),
    "preview-link": lambda program, owner, project: create_preview_link(program, outside_change(owner, project)),
    "guest-link": lambda program, owner, project: invite_guest(
        program,
        ask_for_review(owner, built(owner, project), "x", reviewers=[RequestedGroup(judges_of(project))]),
        "Ana",
    ),
    "invitation": lambda program, owner, project: invite(program, project.organisation, "viewer"),
    "linked-branch": lambda program, owner, project: link_branch(
        program, project, Remote("https://git.example/acme/kitchen.git", "main")
    ),
    "mirror": lambda program, owner, project: set_mirror(
        program, project, "to", "https://registry.example", "team/door"
    ),
    "phone": lambda program, owner, project: make_phone_link(program, project),
    "stock-account": lambda program, owner, project: create_stock_device(program, project.organisation, "gateway"),
    "watch-alert": lambda program, owner, project: _owned_alert(program, owner, project),
    "token": lambda program, owner, project: create_token(program, "next", ["read"], None),
    "webhook": lambda program, owner, project: create_webhook(
        program, project.organisation, "https://example.org/hook", ["publish"]
    ),
}


def _buyer() -> str:
    """The name of another organisation."""
    return Organisation.objects.create(name="buyer", title="Buyer").name


def judges_of(project: Project) -> tuple[UUID, ...]:
    return (Membership.objects.get(organisation=project.organisation, role=Role.REVIEWER).user_id,)


def _owned_alert(program: Principal, owner: User, project: Project) -> object:
    deployment = deployed(owner, project)
    alert = watch_alert(watched_rune(deployment))
    return give_alert(program, deployment, alert.pk, owner.pk)


def test_each_kind_of_grant_is_tried_with_a_token() -> None:
    assert set(MAKERS) == set(kinds())


@pytest.mark.slow
@pytest.mark.protects("roles/made-by-tokens")
@pytest.mark.parametrize("kind", MAKERS)
def test_what_a_token_makes_is_the_tokens_or_is_refused(
    kind: str, owner: User, reviewer: User, project: Project
) -> None:
    token = create_token(owner, "all", ["read", "write", "admin"], None)[0]
    before = {each.grant.id for each in grants_of([owner])}
    with suppress(PersonNeeded):
        MAKERS[kind](acting_as(owner, token), owner, project)
    things = [each.grant for each in grants_of([owner]) if each.kind.name == kind and each.grant.id not in before]
    assert {each.token for each in things} <= {token.pk}
