"""Names of devices: unique in their organisation."""

from __future__ import annotations

import secrets
from typing import Final

from forge.accounts.models import Organisation
from forge.fleet.devices.models import Device
from forge.fleet.errors import BadDeviceName, DeviceNameInUse
from hmrd.protocol.names import is_device_name

PAGES: Final = frozenset({"claim", "do", "exposure", "groups", "labels"})
"""The names of pages beside those of devices, which no device has."""


def require_free_name(organisation: Organisation, name: str) -> str:
    """Returns a name that neither a page nor a device of the organisation has, also none that was retired. Raises
    `BadDeviceName` and `DeviceNameInUse`.

    Call it with the organisation locked.
    """
    if not is_device_name(name) or name in PAGES:
        raise BadDeviceName
    if Device.objects.filter(organisation=organisation, name=name).exists():
        raise DeviceNameInUse(name)
    return name


def new_name(organisation: Organisation) -> str:
    """Returns a free name such as `device-3fa0c1`, for a device whose person chose none."""
    while Device.objects.filter(organisation=organisation, name=(name := f"device-{secrets.token_hex(3)}")).exists():
        pass
    return name
