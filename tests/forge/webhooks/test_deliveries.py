"""Events are delivered: signed, once where all goes well, again until the receiver takes them, and given up in the
end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from forge.accounts.models import Membership, Organisation, User
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.jobs import queue
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.queue import JobLease
from forge.jobs.workers.running import RunningJob
from forge.notices.models import Notice
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, ask_for_review, begin_thread, close_review, give_verdict
from forge.webhooks import delivery_jobs as deliveries
from forge.webhooks.actions import (
    MOST,
    change_webhook,
    create_webhook,
    delete_webhook,
    ping,
    repeat,
    rotate_secret,
)
from forge.webhooks.delivery.schedule import AFTER, wait_after
from forge.webhooks.delivery.sending import ReceiverAnswer, send
from forge.webhooks.delivery.signing import BOTH_FOR, headers_of, secret_of
from forge.webhooks.delivery_jobs import DELIVERY, LEASE
from forge.webhooks.errors import TooManyWebhooks
from forge.webhooks.models import Attempt, Delivery, DeliveryState, Webhook
from tests.support.forge.factories.builds import built, failed_build
from tests.support.servers.webhook_receiver import receiving

pytestmark = pytest.mark.django_db

TOPICS = ["build", "review", "publish"]
ACCEPTED, REFUSED = ReceiverAnswer(5, status=200), ReceiverAnswer(5, status=500, body="no")


@pytest.fixture
def anywhere(settings: Any) -> None:
    settings.WEBHOOKS_ANYWHERE = True


@pytest.fixture
def webhook(organisation: Organisation, owner: User) -> Webhook:
    return create_webhook(owner, organisation, "https://example.com/hook", TOPICS)[0]


def take(now: datetime | None = None) -> JobLease | None:
    return queue.take((WorkerCapability.SEND,), now)


def attempt(now: datetime | None = None, answer: ReceiverAnswer | None = None) -> Delivery:
    """Sends the message that is next; with an answer, nothing is sent in truth."""
    lease = take(now)
    assert lease is not None
    run(lease, answer)
    return Delivery.objects.get(pk=lease.job.pk)


def run(lease: JobLease, answer: ReceiverAnswer | None = None) -> None:
    with patch.object(deliveries, "send", send if answer is None else lambda *_, **__: answer):
        RunningJob(lease, threading.Event()).run()


def fail(delivery: Delivery, answer: ReceiverAnswer = REFUSED) -> None:
    """Makes an attempt that fails, at the moment at which it is due."""
    assert attempt(Job.objects.get(pk=delivery.pk).due, answer).pk == delivery.pk


@pytest.mark.slow
def test_what_happens_to_a_project_is_told_by_topic(
    webhook: Webhook, project: Project, owner: User, developer: User, reviewer: User
) -> None:
    failed_build(developer, project)
    build = built(developer, project)
    review = ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    give_verdict(reviewer, build, "approve")
    begin_thread(reviewer, build, "A comment is sent to nobody outside.")
    close_review(developer, review)
    publish_build(owner, build, "1.0")
    types = list(Delivery.objects.order_by("created").values_list("type", flat=True))
    assert types == ["build.failed", "review.requested", "review.verdict", "review.closed", "rune.published"]
    body = json.loads(Delivery.objects.get(type="review.verdict").body)
    assert body["data"]["verdict"] == "approved"
    assert body["data"]["project"]["name"] == "acme/kitchen"
    assert body["data"]["actor"]["name"] == str(reviewer)
    assert "@" not in "".join(Delivery.objects.values_list("body", flat=True))


@pytest.mark.slow
@pytest.mark.protects("connections/webhook-owners")
def test_a_webhook_is_told_of_its_topics_and_its_project_alone(
    organisation: Organisation, project: Project, owner: User
) -> None:
    other = Project.objects.create(organisation=organisation, name="pantry", created_by=owner)
    create_webhook(owner, organisation, "https://example.com/1", ["review"])
    create_webhook(owner, organisation, "https://example.com/2", ["build"], other.name)
    mine, _ = create_webhook(owner, organisation, "https://example.com/3", ["build"], project.name)
    elsewhere = Organisation.objects.create(name="elsewhere")
    Webhook.objects.create(organisation=elsewhere, url="https://example.com/4", topics=TOPICS)
    failed_build(owner, project)
    assert list(Delivery.objects.values_list("webhook", flat=True)) == [mine.pk]


@pytest.mark.slow
@pytest.mark.protects("connections/forged-messages")
def test_a_receiver_that_was_down_first_gets_the_message_signed(
    anywhere: None, organisation: Organisation, project: Project, owner: User
) -> None:
    with receiving() as before:
        port = before.port
    _, secret = create_webhook(owner, organisation, f"http://127.0.0.1:{port}/hook", ["build"])
    failed_build(owner, project)
    delivery = attempt()
    assert (delivery.state, delivery.job.attempt) == (DeliveryState.WAITING, 1)
    assert take() is None
    with receiving(port=port) as receiver:
        delivery = attempt(delivery.job.due)
    assert delivery.state == DeliveryState.DELIVERED
    headers, body = receiver.got[0]
    payload = Verifier(secret).verify(body, headers)
    assert payload["type"] == "build.failed"
    assert headers["webhook-id"] == f"msg_{delivery.pk.hex}"
    assert [attempt.status for attempt in delivery.attempts.all()] == [204, None]
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace("failed", "passed"), headers)


@pytest.mark.protects("connections/lost-messages")
def test_of_several_processes_one_sends_a_message(webhook: Webhook, owner: User) -> None:
    ping(owner, webhook)
    assert take() is not None
    assert take() is None


@pytest.mark.protects("connections/lost-messages")
def test_what_a_process_held_that_died_is_sent_by_another_and_the_dead_one_writes_nothing(
    webhook: Webhook, owner: User
) -> None:
    ping(owner, webhook)
    now = timezone.now()
    dead = take(now)
    assert dead is not None
    assert queue.sweep(now + LEASE - timedelta(seconds=1)) == ()
    assert queue.sweep(now + LEASE + timedelta(seconds=1)) == (dead.job.pk,)
    lease = take()
    assert lease is not None
    run(dead, ACCEPTED)
    assert not Attempt.objects.exists()
    run(lease, ACCEPTED)
    assert Attempt.objects.count() == 1


@pytest.mark.protects("connections/slow-receivers")
def test_a_webhook_gets_one_message_at_a_time_and_keeps_no_other_webhook_waiting(
    webhook: Webhook, organisation: Organisation, owner: User
) -> None:
    other, _ = create_webhook(owner, organisation, "https://example.com/other", TOPICS)
    first, _, third = ping(owner, webhook), ping(owner, webhook), ping(owner, other)
    jobs = [lease.job.pk for _ in range(3) if (lease := take())]
    assert jobs == [first.pk, third.pk]


@pytest.mark.slow
def test_a_message_is_tried_for_three_days_then_given_up_and_the_owner_told(
    webhook: Webhook, owner: User, reviewer: User
) -> None:
    delivery = ping(owner, webhook)
    assert timedelta(days=3) < sum(AFTER, timedelta()) < timedelta(days=4)
    for wait in AFTER:
        now = timezone.now()
        fail(delivery)
        job = Job.objects.get(pk=delivery.pk)
        assert job.state == JobState.QUEUED
        assert wait <= job.due - now < wait + timedelta(minutes=1)
    fail(delivery)
    webhook.refresh_from_db()
    assert Delivery.objects.get().state == DeliveryState.FAILED
    assert webhook.stopped_because == "It answered 500."
    assert AuditEntry.objects.filter(action="webhook.stop", subject=webhook.subject).count() == 1
    assert list(Notice.objects.values_list("person", "reason")) == [(owner.pk, "requested")]


@pytest.mark.slow
def test_a_webhook_that_takes_other_messages_goes_on(webhook: Webhook, owner: User) -> None:
    delivery = ping(owner, webhook)
    fail(delivery)
    other = ping(owner, webhook)
    assert attempt(answer=ACCEPTED).pk == other.pk
    for _ in AFTER:
        fail(delivery)
    webhook.refresh_from_db()
    assert webhook.stopped is None


@pytest.mark.slow
def test_who_answers_gone_gets_nothing_more_until_it_is_switched_on(
    webhook: Webhook, project: Project, owner: User
) -> None:
    delivery = ping(owner, webhook)
    ping(owner, webhook)
    fail(delivery, ReceiverAnswer(1, status=410))
    webhook.refresh_from_db()
    assert webhook.stopped is not None
    failed_build(owner, project)
    assert Delivery.objects.count() == 2
    assert take() is None
    with pytest.raises(Invalid, match="off"):
        ping(owner, webhook)
    change_webhook(owner, webhook, on=True)
    assert take() is not None


def test_a_message_that_was_taken_while_its_webhook_was_switched_off_waits(webhook: Webhook, owner: User) -> None:
    delivery = ping(owner, webhook)
    lease = take()
    assert lease is not None
    change_webhook(owner, webhook, on=False)
    run(lease, REFUSED)
    job = Job.objects.get(pk=delivery.pk)
    assert (job.state, job.paused, job.attempt) == (JobState.QUEUED, True, 0)
    assert not Attempt.objects.exists()
    assert DELIVERY.retention is not None
    queue.delete_old(timezone.now() + DELIVERY.retention + timedelta(days=1))
    assert not Delivery.objects.exists()


@pytest.mark.protects("connections/webhook-owners")
@pytest.mark.parametrize("way", ["demoted", "switched off", "removed"])
def test_a_message_is_not_sent_once_its_makers_right_ended(webhook: Webhook, owner: User, way: str) -> None:
    delivery = ping(owner, webhook)
    lease = take()
    assert lease is not None
    # Past every action, as a command of the operator or a later feature might.
    membership = Membership.objects.filter(user=owner, organisation=webhook.organisation)
    match way:
        case "demoted":
            membership.update(role="viewer")
        case "switched off":
            User.objects.filter(pk=owner.pk).update(is_active=False)
        case _:
            membership.delete()
    run(lease, ACCEPTED)
    job = Job.objects.get(pk=delivery.pk)
    assert (job.state, job.paused, job.attempt) == (JobState.QUEUED, True, 0)
    assert not Attempt.objects.exists()
    webhook.refresh_from_db()
    assert "may no longer manage webhooks" in webhook.stopped_because


def test_a_webhook_that_is_deleted_leaves_no_jobs(webhook: Webhook, owner: User) -> None:
    ping(owner, webhook)
    delete_webhook(owner, webhook)
    assert not Job.objects.exists()


def test_owners_alone_see_deliveries_among_the_jobs(
    webhook: Webhook, owner: User, developer: User, browser_of: Any
) -> None:
    delivery = ping(owner, webhook)
    address = "/api/v1/organisations/acme/jobs?kind=delivery"
    assert browser_of(developer).get(address).json()["results"] == []
    (job,) = browser_of(owner).get(address).json()["results"]
    assert (job["id"], job["title"]) == (str(delivery.pk), "webhook.ping to example.com")


def test_a_delivery_is_sent_again_under_its_id(webhook: Webhook, owner: User) -> None:
    delivery = ping(owner, webhook)
    delivery = attempt(answer=ACCEPTED)
    assert delivery.state == DeliveryState.DELIVERED
    repeat(owner, webhook, delivery.pk)
    assert attempt(answer=ACCEPTED).pk == delivery.pk
    assert delivery.attempts.count() == 2


def test_a_rotated_secret_signs_beside_the_one_before_for_a_day(webhook: Webhook, owner: User) -> None:
    old = secret_of(webhook)
    new = rotate_secret(owner, webhook).secret
    delivery = ping(owner, webhook)
    now = timezone.now()
    for secret in (old, new):
        Verifier(secret).verify(delivery.body, dict(headers_of(delivery, now)))
    after = headers_of(delivery, now + BOTH_FOR)
    assert len(after["webhook-signature"].split()) == 1


@pytest.mark.protects("connections/stored-secrets")
def test_no_table_holds_a_secret(webhook: Webhook, owner: User) -> None:
    secret = rotate_secret(owner, webhook).secret
    rows = [*Webhook.objects.values(), *AuditEntry.objects.values()]
    assert secret not in str(rows)
    assert secret.removeprefix("whsec_") not in str(rows)


def test_a_secret_is_another_for_each_webhook_and_each_server(
    organisation: Organisation, owner: User, webhook: Webhook, settings: Any
) -> None:
    other, secret = create_webhook(owner, organisation, "https://example.com/hook", TOPICS)
    assert secret_of(webhook) != secret
    settings.SECRET_KEY = "another key"
    assert secret_of(other) != secret


@pytest.mark.protects("connections/webhook-owners")
def test_only_owners_manage_webhooks(webhook: Webhook, organisation: Organisation, developer: User) -> None:
    acts: list[Callable[[], object]] = [
        lambda: create_webhook(developer, organisation, "https://example.com/hook", TOPICS),
        lambda: change_webhook(developer, webhook, on=False),
        lambda: rotate_secret(developer, webhook),
        lambda: delete_webhook(developer, webhook),
        lambda: ping(developer, webhook),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_an_organisation_has_so_many_webhooks_and_no_more(organisation: Organisation, owner: User) -> None:
    for number in range(MOST):
        create_webhook(owner, organisation, f"https://example.com/{number}", ["build"])
    with pytest.raises(TooManyWebhooks):
        create_webhook(owner, organisation, "https://example.com/more", ["build"])


@pytest.mark.parametrize("topics", [[], ["builds"], ["build", "everything"]])
def test_topics_that_there_are_not_are_refused(organisation: Organisation, owner: User, topics: list[str]) -> None:
    with pytest.raises(Invalid):
        create_webhook(owner, organisation, "https://example.com/hook", topics)


@pytest.mark.protects("connections/stored-secrets")
def test_the_page_shows_the_secret_once(organisation: Organisation, owner: User, browser_of: Any) -> None:
    browser: Client = browser_of(owner)
    response = browser.post("/acme/-/settings/webhooks", {"url": "https://example.com/hook", "topics": ["build"]})
    assert b"whsec_" in response.content
    assert b"whsec_" not in browser.get("/acme/-/settings/webhooks").content
    assert b"whsec_" not in browser.get(Webhook.objects.get().get_absolute_url()).content


def test_the_list_stands_in_the_frame_of_its_organisation(owner: User, browser_of: Any) -> None:
    page = browser_of(owner).get("/acme/-/settings/webhooks").content.decode()
    assert '<a href="/acme/-/settings" aria-current="page">Settings</a>' in page
    assert '<label for="field-project">Project</label>' in page


def test_waits_grow_and_end() -> None:
    assert [wait_after(tries) for tries in range(1, len(AFTER) + 1)] == sorted(AFTER)
    assert DELIVERY.attempts == len(AFTER) + 1
