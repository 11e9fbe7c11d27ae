"""Joining an organisation: by a code, by the device's label, or by the certificate of a batch."""

from __future__ import annotations

from collections.abc import Collection

from hmrd.machine import step
from hmrd.protocol.enrolment import Enrolment, EnrolmentRequest, PendingEnrolment, Proof
from hmrd.protocol.reports import Report
from hmrd.protocol.signatures import NEW_DEVICE
from hmrd.service.device import LocalDevice
from hmrd.state import DeviceMachine, ReportAcknowledged, Started
from hmrd.storage.identity import Identity
from hmrd.trust import TrustRefused, require_keys


class AlreadyJoined(Exception):
    """The device belongs to an organisation."""


def join(
    device: LocalDevice, server: str, proof: Proof, name: str, report: Report, fingerprints: Collection[str] = ()
) -> Enrolment | PendingEnrolment:
    """Asks to join, with the device's first report. What it pins is on the disk before this returns. With
    `fingerprints`, it pins no other keys than these, and leaves an organisation that names others.

    Raises `TrustRefused`, `AlreadyJoined`, `BadServerAddress`, `ServerFailed` and `StorageFailed`."""
    require_unjoined(device)
    client = device.client(server, NEW_DEVICE)
    answer = client.enrol(EnrolmentRequest(proof, device.folder.identity.key().public, report, name))
    if isinstance(answer, Enrolment):
        if fingerprints:
            try:
                require_keys(answer.trust, fingerprints)
            except TrustRefused:
                device.client(server, answer.device).leave()
                # The key of a device that left is refused from then on: the next attempt makes another one.
                device.folder.identity.forget()
                raise
        device.folder.identity.write(Identity.of(client.address.url, answer))
        device.connect()
        device.log.write(f"The device joined {answer.organisation} as {answer.name}.")
    return answer


def require_unjoined(device: LocalDevice) -> None:
    """Raises `AlreadyJoined` for a device that belongs to an organisation."""
    if device.connection is not None:
        organisation = device.connection.identity.trust.organisation
        raise AlreadyJoined(f"This device belongs to {organisation}. Leave it first: hmrd leave.")


def join_without_daemon(
    device: LocalDevice, rune: str, server: str, proof: Proof, name: str, fingerprints: Collection[str] = ()
) -> Enrolment | PendingEnrolment:
    """The same while no daemon runs, for the machine of a rune, which keeps the number of its report."""
    require_unjoined(device)
    file = device.folder.state_file(rune)
    machine = DeviceMachine(device.agent, device.config.board, file.read()[0])
    machine, _ = step(machine, Started(device.clock.now()))
    file.write(machine.state)
    report = first_report(machine)
    answer = join(device, server, proof, name, report, fingerprints)
    if isinstance(answer, Enrolment):
        machine, _ = step(machine, ReportAcknowledged(device.clock.now(), report.sequence))
        file.write(machine.state)
    return answer


def first_report(machine: DeviceMachine) -> Report:
    """Returns the report of a machine that no server knows yet: it waits there since the daemon started."""
    if machine.state.report is None:
        raise ValueError("the machine has not started")
    return machine.state.report
