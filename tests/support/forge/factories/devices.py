"""Devices of an organisation, as if they had joined."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import ClaimedWith, Device
from forge.fleet.enrolment.joining import join
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.keys import public_key_text
from hmrd.protocol.reports import InstalledRune, Phase, Report

RUNE = f"sha256:{'5e' * 32}"
"""The digest of the rune that the devices run."""


def key_of(name: str) -> str:
    """Returns the public key of the device of a name: of the same name the same, without a private half."""
    return public_key_text(hashlib.sha256(name.encode()).digest())


def first_report(**fields: Any) -> Report:
    """Returns the report of a device that runs version 1.4.0 of `acme/kitchen/gateways`."""
    running = InstalledRune("acme/kitchen/gateways", 3, "1.4.0", RUNE)
    values = {"sequence": 1, "agent": "hmrd 0.1.0", "board": "linux-x86_64", "phase": Phase.RUNNING, "running": running}
    return Report(**{**values, **fields})


def joined(
    organisation: Organisation,
    name: str = "gate-7",
    labels: Mapping[str, str] | None = None,
    by: User | None = None,
    key: str = "",
) -> Device:
    """Returns a device that joined by a code of somebody."""
    return join(
        organisation=organisation,
        public_key=key_of(key or f"{organisation.pk} {name}"),
        name=name,
        report=first_report(),
        labels=labels or {},
        note="Depot 2, gate B",
        trust=TrustKind.SERVER,
        claimed_with=ClaimedWith.CODE,
        claimed_by=by,
    )
