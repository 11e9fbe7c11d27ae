"""Sends what is due, in threads of its own: a receiver that answers slowly holds up nothing else of the server."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone

from forge.core.leases import Lease
from forge.webhooks.deliveries import finish, take
from forge.webhooks.models import Delivery
from forge.webhooks.sending import send
from forge.webhooks.signing import headers_of

_log = logging.getLogger(__name__)

THREADS = 4
"""Messages that a process sends at once."""
RETENTION = timedelta(days=30)
"""How long a delivery is shown."""


class Courier:
    """This process's threads. They start when something is due, and end when nothing is."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(THREADS)

    def look(self) -> None:
        """Starts a thread where something is due and one is free; never waits for a receiver."""
        while self._free.acquire(blocking=False):
            lease = None
            try:
                lease = take(timezone.now())
            finally:
                if lease is None:
                    self._free.release()
            if lease is None:
                return
            # Whoever ends the process does not wait: the lease runs out, and another process sends it.
            threading.Thread(target=self._work, args=(lease,), daemon=True, name="webhooks").start()

    def _work(self, lease: Lease | None) -> None:
        try:
            while lease is not None:
                deliver(lease)
                lease = take(timezone.now())
        except Exception:
            _log.exception("A message to a webhook was not sent; it is sent again when its lease has run out")
        finally:
            connections.close_all()
            self._free.release()


def deliver(lease: Lease) -> None:
    """Sends one message, and writes down what came of it."""
    delivery = Delivery.objects.select_related("webhook").filter(pk=lease.key).first()
    if delivery is None:
        return
    began = timezone.now()
    answer = send(delivery.webhook.url, headers_of(delivery, began), delivery.body, anywhere=settings.WEBHOOKS_ANYWHERE)
    finish(lease, answer, began, timezone.now())


def end_old() -> None:
    """Deletes deliveries that are older than they are shown."""
    Delivery.objects.filter(created__lt=timezone.now() - RETENTION).delete()


courier = Courier()
"""This process's."""
