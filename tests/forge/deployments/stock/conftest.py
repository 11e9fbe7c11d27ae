"""A device with a stock client, and a deployment that is for its group."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from forge.accounts.models import Organisation, User
from forge.deployments.bindings.actions import bind_to_group
from forge.deployments.images.actions import store_image
from forge.deployments.models import Deployment, ReleaseImage
from forge.fleet.groups.actions import create_group
from forge.fleet.groups.models import Assignment
from forge.fleet.models import Device
from forge.fleet.stock.actions import create_stock_device
from forge.projects.models import Project
from tests.support.forge.factories.deployments import deployed, now
from tests.support.forge.stock_client import StockClient

IMAGE = b"an image that acme signed"


class StockFleet(NamedTuple):
    """A deployment and a client whose device belongs to its group."""

    deployment: Deployment
    client: StockClient
    developer: User

    @property
    def device(self) -> Device:
        """The device as it is now."""
        return Device.objects.get(name="gate-9")

    def want(self) -> None:
        """Wants what the deployment serves, as if the signer had signed it."""
        release = now(self.deployment)
        fields = {"number": release.number, "version": release.version, "rune": release.rune, "size": release.size}
        Assignment.objects.filter(deployment=self.deployment.pk).update(**fields)

    def give_image(self, image: bytes = IMAGE, name: str = "kitchen.swu") -> ReleaseImage:
        """Stores the image of the release that the deployment serves."""
        return store_image(self.developer, self.deployment, now(self.deployment).number, name, [image])


@pytest.fixture
def fleet(developer: User, reviewer: User, organisation: Organisation, project: Project) -> StockFleet:
    """Nothing is offered yet: the release has no image."""
    deployment = deployed(developer, project, "1.0", title="Gateways", kind="devices")
    new = create_stock_device(developer, organisation, "linux-armv7l", "gate-9", {"site": "berlin"})
    create_group(developer, organisation, "Berlin", "site=berlin")
    bind_to_group(developer, deployment, "berlin", 1)
    fleet = StockFleet(deployment, StockClient(new.token), developer)
    fleet.want()
    return fleet
