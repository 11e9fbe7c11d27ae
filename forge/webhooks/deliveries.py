"""Deliveries that are due: several processes send, and each message is leased by one of them (`forge.core.leases`).

A process that dies in the middle lets its lease run out, and another sends the message again: a receiver may get it
twice, and knows it by its `webhook-id`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from forge.accounts.principals import INSTALLATION
from forge.core.leases import Lease, unleased
from forge.webhooks.actions import stop_webhook
from forge.webhooks.models import Attempt, Delivery, DeliveryState
from forge.webhooks.schedule import wait_after
from forge.webhooks.sending import Answer

LEASE = timedelta(seconds=90)
"""Longer than an attempt takes, with a slow resolver."""
HTTP_410 = 410
"""By this status a receiver says that it wants nothing more."""


def take(now: datetime) -> Lease | None:
    """Leases the delivery that is due for longest; None where none is. A webhook gets one message at a time: one that
    answers slowly keeps no others waiting."""
    busy = Delivery.objects.filter(lease_until__gt=now).values("webhook")
    due = (
        Delivery.objects.filter(unleased(now), state=DeliveryState.WAITING, due__lte=now)
        .filter(webhook__stopped=None)
        .exclude(webhook__in=busy)
        .order_by("due", "created")
    )
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    while (delivery := due.first()) is not None:
        if lease := Lease.take(waiting, delivery, now + LEASE):
            return lease
    return None


@transaction.atomic
def finish(lease: Lease, answer: Answer, began: datetime, now: datetime) -> bool:
    """Writes down what came of an attempt; answers False, and writes nothing, where the lease was lost."""
    delivery = lease.rows.select_for_update(of=("self",)).select_related("webhook__organisation").first()
    if delivery is None:
        return False
    Attempt.objects.create(
        delivery=delivery,
        at=began,
        milliseconds=answer.milliseconds,
        status=answer.status,
        answer=answer.body,
        error=answer.error[:300],
    )
    delivery.tries += 1
    delivery.lease_until = None
    wait = wait_after(delivery.tries)
    if answer.is_taken:
        delivery.state = DeliveryState.DELIVERED
    elif wait is None or answer.status == HTTP_410:
        delivery.state = DeliveryState.GIVEN_UP
    else:
        delivery.due = now + wait
    delivery.save(update_fields=["tries", "lease_until", "state", "due"])
    if delivery.state == DeliveryState.GIVEN_UP:
        _stop_if_dead(delivery, answer)
    return True


def _stop_if_dead(delivery: Delivery, answer: Answer) -> None:
    """Stops a webhook that took nothing while one of its messages was tried again and again, or wants nothing more."""
    webhook = delivery.webhook
    took = Attempt.objects.filter(delivery__webhook=webhook, at__gt=delivery.created, status__range=(200, 299))
    if answer.status == HTTP_410 or not took.exists():
        stop_webhook(INSTALLATION, webhook, answer.error or f"It answered {answer.status}.")
