"""Devices of a deployment that counts, and what they send."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.deployments.bindings.actions import bind_to_group
from forge.deployments.models import Deployment
from forge.fleet.groups.actions import create_group
from forge.fleet.models import Device
from forge.projects.models import Project
from forge.telemetry.models import DeploymentTelemetry
from forge.telemetry.switch.actions import turn_on
from hmrd.protocol.addresses import COUNTS
from hmrd.protocol.counts import CountedPeriod, CountsDocument, device_key, rune_key
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from tests.support.forge.devices import DeviceClient, DeviceKey, device_client
from tests.support.forge.factories.deployments import deployed, now, published
from tests.support.watch import counted, with_watch

MODULE = b"\0asm\1\0\0\0"
WATCHING = with_watch(MODULE)


@dataclass
class CountingFleet:
    """A device of a deployment that counts since a month, as the device does."""

    client: DeviceClient
    deployment: Deployment

    @property
    def rune(self) -> str:
        """The digest of the rune that the deployment serves."""
        return now(self.deployment).rune

    def document(
        self,
        counts: Counts | None = None,
        *,
        day: date | None = None,
        hour: int | None = None,
        rune: str = "",
        device: str = "",
        key: DeviceKey | None = None,
    ) -> bytes:
        """A document of the device, about yesterday."""
        period = CountedPeriod(day or yesterday(), hour)
        owner = device_key(UUID(device or self.client.device))
        document = CountsDocument(period, owner, rune_key(rune or self.rune), encode(counts or counted()))
        return document.signed((key or self.client.key).sign)

    def send(self, *documents: bytes) -> Any:
        """Sends documents in one request."""
        return self.client.send("POST", COUNTS, message(documents))

    def names(self, *documents: bytes) -> list[str]:
        """Sends documents in one request. Returns the name of each answer."""
        answer = self.send(*documents)
        assert answer.status_code == 200, answer.content
        return [each["name"] for each in answer.json()["answers"]]


def message(documents: Sequence[bytes]) -> dict[str, Any]:
    """Documents as a request has them."""
    return {"documents": [base64.b64encode(each).decode() for each in documents]}


def yesterday(back: int = 1) -> date:
    """A day before today in UTC."""
    return (timezone.now() - timedelta(days=back)).date()


def counting_fleet(
    organisation: Organisation, project: Project, developer: User, rune: bytes = WATCHING
) -> CountingFleet:
    """Returns a device of a deployment that serves a rune, and counts."""
    client = device_client(organisation)
    published(developer, project, "1.0", rune)
    deployment = deployed(developer, project, "1.0", title="Gateways", kind="devices")
    create_group(developer, organisation, "Berlin", "site=berlin")
    bind_to_group(developer, deployment, "berlin", 1)
    turn_on(developer, deployment)
    month = timezone.now() - timedelta(days=30)
    Device.objects.update(claimed=month)
    DeploymentTelemetry.objects.update(changed=month)
    return CountingFleet(client, deployment)
