"""The order of a key at home by which a device leaves its organisation."""

from __future__ import annotations

from forge.fleet.devices.models import Device
from forge.fleet.devices.trust import pinned_keys
from forge.fleet.errors import OrderNeeded
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.orders import LeaveOrder, OrderRefused, read_order


def require_order_to_leave(device: Device, order: str) -> None:
    """Raises `OrderNeeded` where a device believes a key at home, and this is not that key's order to leave. A device
    that believes the server takes none."""
    if device.trust != TrustKind.HOME:
        if order:
            raise OrderNeeded(f"{device.name} believes the keys of this server, and takes no order.")
        return
    leave_order = LeaveOrder(device.organisation.name, str(device.pk))
    if not order:
        raise OrderNeeded(f"{device.name} believes a key at home. Sign the order for it to leave with that key.")
    try:
        signed = read_order(order, pinned_keys(device.organisation_id, device.trusted_keys))
    except OrderRefused as error:
        raise OrderNeeded(str(error)) from None
    if signed != leave_order:
        raise OrderNeeded(f"The order is not the one for {device.name} to leave {device.organisation.name}.")
