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
    RolloutRole,
)
from forge.fleet.doorbell.models import Doorbell
from forge.fleet.enrolment.models import ClaimCode, DeviceBatch, DeviceCandidate
from forge.fleet.groups.models import Assignment, DeviceGroup, GroupKind
from forge.fleet.self_tests.models import SelfTest
from forge.fleet.stock.models import StockAccount, StockAction

__all__ = (
    "Assignment",
    "ClaimCode",
    "Device",
    "DeviceBatch",
    "DeviceCandidate",
    "DeviceDay",
    "DeviceEntry",
    "DeviceGroup",
    "DeviceLabel",
    "DeviceQuerySet",
    "DeviceRequest",
    "Doorbell",
    "GroupKind",
    "HandOver",
    "RolloutRole",
    "SelfTest",
    "StockAccount",
    "StockAction",
)
