"""Deliveries are jobs, and servers run them, which alone have a way out. A webhook gets one message at a time.

A process that dies in the middle lets its lease run out, and another sends the message again: a receiver may get it
twice, and knows it by its `webhook-id`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobPaused, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.slots import JobSlots, announce_worker, stopping
from forge.webhooks.actions import stop_webhook
from forge.webhooks.delivery.outbox import KIND
from forge.webhooks.delivery.schedule import AFTER, wait_after
from forge.webhooks.delivery.sending import ReceiverAnswer, send
from forge.webhooks.delivery.signing import headers_of
from forge.webhooks.grants import stop_without_right
from forge.webhooks.models import Attempt, Delivery, Webhook

SLOTS = 4
"""Messages that a process sends at once."""
LEASE = timedelta(seconds=90)
"""Longer than an attempt takes, with a slow resolver."""
HTTP_410 = 410
"""The status by which a receiver says that it wants nothing more."""


def run_delivery_job(job: JobContext) -> Mapping[str, Any]:
    """Sends one message, and stores the answer."""
    delivery = Delivery.objects.select_related("webhook__organisation").get(pk=job.job_id)
    webhook = delivery.webhook
    if webhook.stopped is None and not Webhook.objects.of_managers().filter(pk=webhook.pk).exists():
        with transaction.atomic():
            stop_without_right([webhook.pk])
        raise JobPaused
    if webhook.stopped is not None:
        raise JobPaused
    start = timezone.now()
    answer = send(webhook.url, headers_of(delivery, start), delivery.body, anywhere=settings.WEBHOOKS_ANYWHERE)
    is_last = answer.status == HTTP_410 or job.attempt >= DELIVERY.attempts
    with transaction.atomic():
        job.confirm_lease()
        _store(delivery, answer, start)
        if is_last and not answer.is_accepted:
            _stop_if_dead(delivery, answer)
    if answer.is_accepted:
        return {"status": answer.status}
    reason = answer.error or f"The receiver answered {answer.status}."
    raise JobFailed(reason) if is_last else AttemptFailed(reason)


def _store(delivery: Delivery, answer: ReceiverAnswer, start: datetime) -> None:
    Attempt.objects.create(
        delivery=delivery,
        at=start,
        milliseconds=answer.milliseconds,
        status=answer.status,
        answer=answer.body,
        error=answer.error[:300],
    )


def _stop_if_dead(delivery: Delivery, answer: ReceiverAnswer) -> None:
    """Stops a webhook that took nothing while one of its messages was tried again and again, or wants nothing more."""
    webhook = delivery.webhook
    took = Attempt.objects.filter(delivery__webhook=webhook, at__gt=delivery.created, status__range=(200, 299))
    if answer.status == HTTP_410 or not took.exists():
        stop_webhook(INSTALLATION, webhook, answer.error or f"It answered {answer.status}.")


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Deliveries are called by their message and the receiver's host."""
    deliveries = Delivery.objects.select_related("webhook__organisation").filter(pk__in=[job.pk for job in jobs])
    return {
        each.pk: JobTitle(f"{each.type} to {urlsplit(each.webhook.url).hostname}", each.webhook.get_absolute_url())
        for each in deliveries
    }


DELIVERY = JobKind(
    KIND,
    WorkerCapability.SEND,
    run_delivery_job,
    "Webhook delivery",
    titles=_titles,
    verb=Verb.MANAGE_WEBHOOKS,
    lease=LEASE,
    attempts=len(AFTER) + 1,
    back_off=wait_after,
)
slots = JobSlots(SLOTS, (WorkerCapability.SEND,), stopping, computes=False)
"""This process's."""


def send_due() -> None:
    """Starts threads where messages are due and slots are free; never waits for a receiver."""
    announce_worker(WorkerCapability.SEND)
    slots.start_threads("webhooks")
