"""The draw of devices: an order by chance that each rollout has of its own, and that nobody chose. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

MOST_COMPARED = 300
"""Devices that stay and are compared with. More say little more."""


def drawn(rollout: UUID, devices: Iterable[UUID]) -> Sequence[UUID]:
    """Returns devices in the order in which a rollout draws them. It follows from their ids and the rollout's, so the
    same devices come in the same order each time, and neither age nor name puts one in front."""
    return sorted(devices, key=lambda device: hashlib.sha256(rollout.bytes + device.bytes).digest())


def compared(order: Sequence[UUID], first_stage: int) -> Sequence[UUID]:
    """Returns the devices that are compared with: the last of the draw, of those that are not in the first stage."""
    rest = order[first_stage:]
    return rest[-MOST_COMPARED:]
