"""Devices of the organisation, and requests of members to the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import Device
from tests.support.forge.factories.devices import joined

Send = Callable[..., Any]
"""Sends a request to the API: who, a method, a path below the organisation, a body and headers."""


@pytest.fixture
def device(organisation: Organisation, owner: User) -> Device:
    return joined(organisation, "gate-7", {"site": "berlin"}, by=owner)


@pytest.fixture
def send(browser_of: Callable[[User | None], Client]) -> Send:
    def sent(
        person: User,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        place: str = "acme",
        **headers: str,
    ) -> Any:
        data = json.dumps({} if body is None else body)
        address = f"/api/v1/organisations/{place}/{path}"
        return browser_of(person).generic(method, address, data, "application/json", headers=headers)

    return sent
