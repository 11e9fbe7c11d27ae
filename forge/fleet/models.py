"""All tables of devices. Each is declared in the folder that it belongs to."""

from __future__ import annotations

from forge.fleet.devices.models import (
    Device,
    DeviceDay,
    DeviceEntry,
    DeviceLabel,
    DeviceQuerySet,
    DeviceRequest,
    HandOver,
)
from forge.fleet.doorbell.models import Doorbell
from forge.fleet.enrolment.models import Batch, Candidate, ClaimCode
from forge.fleet.groups.models import Assignment, Group, GroupKind
from forge.fleet.self_tests.models import SelfTest
from forge.fleet.stock.models import StockAccount, StockAction

__all__ = (
    "Assignment",
    "Batch",
    "Candidate",
    "ClaimCode",
    "Device",
    "DeviceDay",
    "DeviceEntry",
    "DeviceLabel",
    "DeviceQuerySet",
    "DeviceRequest",
    "Doorbell",
    "Group",
    "GroupKind",
    "HandOver",
    "SelfTest",
    "StockAccount",
    "StockAction",
)
