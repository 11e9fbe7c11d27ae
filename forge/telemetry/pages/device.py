"""The last document of counts of a device as its page shows it, byte for byte and in words, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.core.actors import Actor
from forge.fleet.devices.models import ClaimedWith
from forge.fleet.hooks import DeviceCard
from forge.fleet.models import Device
from forge.telemetry.intake.access import last_document_of
from forge.telemetry.intake.models import DeviceCounts
from hmrd.protocol.counts import DOCUMENT_SIZE, CountsDocument
from hmrd.protocol.document_fields import NEVER, DocumentField, document_fields
from hmrd.protocol.wanted import Telemetry
from rune.watch.counts import Counts
from rune.watch.description import bin_lines
from rune.watch.encoding import decode


@dataclass(frozen=True)
class FieldBytes:
    """Some bytes of a document in hexadecimal, and what they mean."""

    field: DocumentField
    data: str


@dataclass(frozen=True)
class LastDocument:
    """The last document of a device."""

    row: DeviceCounts
    hour: int | None
    """The hour (UTC) that it is about; None of a whole day."""
    counts: Counts
    lines: Sequence[str]
    """The bins that counted something, in words."""
    fields: Sequence[FieldBytes]
    """All bytes, in their order."""

    @property
    def memory(self) -> int:
        """The highest memory, in bytes."""
        return 1024 * self.counts.memory

    @staticmethod
    def of(row: DeviceCounts) -> LastDocument:
        """Returns a document with the meaning of its bytes."""
        data, layout = bytes(row.document), row.watched.layout
        document = CountsDocument.read(data)
        counts = decode(document.counts, layout)
        fields = [FieldBytes(each, data[each.offset : each.end].hex(" ")) for each in document_fields(layout)]
        return LastDocument(row, document.period.hour, counts, list(bin_lines(layout, counts)), fields)


@dataclass(frozen=True)
class DeviceCountsCard:
    """The card of a device."""

    last: LastDocument | None
    reason: str
    """The sentence that says why it sends none now, or has sent none yet; "" of one that sends."""

    size = DOCUMENT_SIZE
    never = NEVER


def device_card_of(actor: Actor, device: Device) -> DeviceCard:
    """Returns the card of a device that the caller has found with its assignment."""
    row = last_document_of(device)
    content = DeviceCountsCard(LastDocument.of(row) if row else None, _silence(device, has_sent=row is not None))
    return DeviceCard("telemetry/device-counts.html", content)


def _silence(device: Device, *, has_sent: bool) -> str:
    assignment = device.assignment
    if device.claimed_with == ClaimedWith.STOCK:
        return "Its update client counts nothing."
    if device.retired is not None:
        return "It is retired, and sends nothing."
    if device.locked_out is not None:
        return "It is locked out: nothing that it sends is taken."
    if assignment is None:
        return "It is for no deployment, and nothing asks it for counts."
    if assignment.telemetry == Telemetry.OFF:
        return f"Telemetry of {assignment.title} is off: no counts leave the device."
    return (
        "" if has_sent else "It has sent none yet. The counts of a day come after its end (UTC), with the next contact."
    )
