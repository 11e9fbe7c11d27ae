"""Puts messages to webhooks into the queue of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from forge.compute.scheduler.slots import Party
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job
from forge.jobs.queue import enqueue
from forge.webhooks.models import Delivery, Webhook

KIND: Final = "delivery"


def queue_delivery(webhook: Webhook, type: str, body: str, created: datetime | None = None) -> Delivery:  # noqa: A002
    """Queues a message, in the caller's transaction."""
    party = Party(webhook.organisation_id)
    job = enqueue(
        kind_of(KIND),
        webhook.organisation_id,
        {"message": str(uuid4())},
        party=party,
        project=webhook.project,
        key=webhook.subject,
    )
    return Delivery.objects.create(job=job, webhook=webhook, type=type, body=body, created=created or timezone.now())


def jobs_of_webhook(webhook: Webhook) -> QuerySet[Job]:
    """The jobs that send its messages."""
    return Job.objects.filter(kind=KIND, exclusive=webhook.subject)
