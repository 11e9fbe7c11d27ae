"""The work of the worker that keeps the connection to the broker: accounts, bells and reports.

Nothing depends on it. What cannot be done now is done at the next turn, and devices poll meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import F

from forge.fleet.doorbell.accounts import account_of
from forge.fleet.doorbell.broker import BrokerAway, DoorbellBroker
from forge.fleet.doorbell.commands import (
    Command,
    errors_of,
    make_account,
    make_server_role,
    remove_account,
    take_server_role,
)
from forge.fleet.doorbell.reports import take_published
from forge.fleet.models import Doorbell

EVERY: Final = 1.0
"""Seconds."""
_MOST: Final = 500
"""Devices of one turn, in each of its parts."""
_log = logging.getLogger(__name__)


class Bells:
    """The connection of this process, made when it is needed first."""

    def __init__(self) -> None:
        self._broker: DoorbellBroker | None = None
        self._has_role = False
        self._is_told = False

    def turn(self) -> None:
        """Does what there is to do. A broker that is away is logged once."""
        if not settings.DEVICE_MQTT_URL:
            return
        try:
            self._work(self._connected())
        except BrokerAway as error:
            if not self._is_told:
                _log.warning("%s Devices poll meanwhile.", error)
            self._is_told = True
        else:
            self._is_told = False

    def close(self) -> None:
        """Leaves the broker."""
        if self._broker is not None:
            self._broker.close()
        self._broker, self._has_role = None, False

    def _connected(self) -> DoorbellBroker:
        if self._broker is None:
            # The setting of the address needs that of the credentials.
            credentials = settings.DEVICE_MQTT_CREDENTIALS or Path()
            self._broker = DoorbellBroker(settings.DEVICE_MQTT_URL, credentials)
        self._broker.require_ready()
        if not self._has_role:
            self._take_role(self._broker)
        return self._broker

    def _take_role(self, broker: DoorbellBroker) -> None:
        """Gives the server its role, once for a broker: the broker ends the connection with that, and it comes back."""
        self._has_role = True
        [response] = broker.command([make_server_role()])
        if not response.get("error"):
            broker.command([take_server_role(broker.user)])
            raise BrokerAway("The broker's account of this server got its role, and connects again.")

    def _work(self, broker: DoorbellBroker) -> None:
        for topic, payload in broker.reports():
            take_published(topic, payload)
        for bell in Doorbell.objects.to_remove()[:_MOST]:
            _command(broker, remove_account(str(bell.device_id)))
            Doorbell.objects.filter(pk=bell.pk).update(made=False)
        for bell in Doorbell.objects.to_make()[:_MOST]:
            _command(broker, make_account(account_of(bell.device_id)))
            Doorbell.objects.filter(pk=bell.pk).update(made=True)
        changed = Doorbell.objects.to_ring().annotate(
            wanted_revision=F("device__revision"), wanted_assignment=F("device__assignment__revision")
        )
        for bell in changed[:_MOST]:
            broker.ring(str(bell.device_id))
            # What changed since it was read rings again.
            Doorbell.objects.filter(pk=bell.pk).update(
                revision=getattr(bell, "wanted_revision"),  # noqa: B009 (annotated)
                assignment_revision=getattr(bell, "wanted_assignment") or 0,  # noqa: B009 (annotated)
            )


def _command(broker: DoorbellBroker, commands: Sequence[Command]) -> None:
    if errors := errors_of(broker.command(commands)):
        raise BrokerAway(f"The broker of the doorbell refused: {'; '.join(errors)}.")


bells = Bells()
"""Those of this process."""


def ring_bells() -> None:
    """Does a turn of this process."""
    bells.turn()
