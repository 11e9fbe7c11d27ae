"""The place of the acts on a group of devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb, scope_of
from forge.accounts.place import ORGANISATION, organisation_of
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.api.acts import ActPlace
from forge.core.errors import AddressChanged
from forge.fleet.groups.access import find_group
from forge.fleet.groups.models import DeviceGroup


def _find(request: Request | HttpRequest, verb: Verb, names: Mapping[str, Any]) -> DeviceGroup:
    organisation = organisation_of(request, names["organisation"], verb)
    return find_group(principal_of(request), organisation, names["group"])


def _require(actor: Actor, verb: Verb, group: DeviceGroup) -> None:
    require_in(actor, verb, group.organisation)


DEVICE_GROUP = ActPlace(
    f"{ORGANISATION.route}device-groups/<str:group>/", _find, _require, principal_of, scope_of, (AddressChanged,)
)
