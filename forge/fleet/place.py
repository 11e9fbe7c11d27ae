"""The place of the acts on a device of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb, scope_of
from forge.accounts.place import organisation_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.errors import AddressChanged
from forge.fleet.access import find_device
from forge.fleet.models import Device


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> Device:
    organisation = organisation_of(request, names["organisation"], verb)
    return find_device(principal_of(request), organisation, names["device"])


def _require(actor: Actor, verb: Verb, device: Device) -> None:
    require_in(actor, verb, device.organisation)


DEVICE = ActPlace(
    "organisations/<str:organisation>/devices/<str:device>/", _find, _require, principal_of, scope_of, (AddressChanged,)
)
