"""The names of what can go wrong on a device, as its log, its status and its reports have them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hmrd.protocol.reading import Fields

LONGEST_DETAIL: Final = 300


class ProblemName(StrEnum):
    """A fault. Whatever it is, the rune that ran before keeps running."""

    BOARD_WRONG = "board-wrong"
    """The rune is for another board, or needs a sensor or a library that this device does not have."""
    CHECK_REFUSED = "check-refused"
    """The owner's check command did not agree."""
    CLOCK_WRONG = "clock-wrong"
    """The device's clock is before the documents that it should judge."""
    CONFIG_WRONG = "config-wrong"
    """`hmrd.toml` has a line that cannot be used."""
    CRASHES = "crashes"
    """The rune stopped again and again."""
    DAMAGED = "damaged"
    """Bytes have not the digest that was announced, or that was stored."""
    DISK_FULL = "disk-full"
    EXPIRED = "expired"
    """The signed documents have ended."""
    INPUT_ENDED = "input-ended"
    """The source of an input ended, or cannot be opened."""
    INPUTS_DIFFER = "inputs-differ"
    """The rune does not read the inputs of the one that answers, so that it cannot run beside it."""
    KEY_REFUSED = "key-refused"
    """The server does not accept the device's key any more."""
    MEMORY_SHORT = "memory-short"
    """The device has too little memory for a second rune beside the one that answers."""
    NOT_A_RUNE = "not-a-rune"
    NO_LABELS = "no-labels"
    """The answers cannot be compared, since one of the two runes counts no labels."""
    OLDER = "older"
    """An order or a document is older than one that the device has seen."""
    ORDER_REFUSED = "order-refused"
    """No order of the organisation's own key allows the rune."""
    OUTPUT_LOST = "output-lost"
    """Answers could not be delivered, and the oldest were dropped."""
    SELF_TEST_FAILED = "self-test-failed"
    """The outputs differ from those of the approved build."""
    SERVER_AWAY = "server-away"
    SERVER_STRANGE = "server-strange"
    """The server's answer has not the form of the protocol, such as a page in HTML."""
    SIGNATURE_REFUSED = "signature-refused"
    TOO_SLOW = "too-slow"
    """A run took longer than it may."""
    TRAPPED = "trapped"
    """The rune broke off."""
    UPDATE_FAILED = "update-failed"
    """An update client of another project could not install the image. `hmrd` never reports it."""
    UNEXPECTED = "unexpected"
    """A fault of the daemon itself, which its log describes."""


@dataclass(frozen=True)
class DeviceProblem:
    """A fault with a sentence for people."""

    name: ProblemName
    detail: str = ""

    @classmethod
    def from_json(cls, value: object) -> DeviceProblem:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a problem")
        return cls(fields.choice("name", ProblemName), fields.text("detail", LONGEST_DETAIL, default=""))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"name": str(self.name), "detail": self.detail[:LONGEST_DETAIL]}
