"""The desired state of a device: the rune to run, and requests that the device answers in its next report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hmrd.protocol.names import DEPLOYMENT
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.samples import SampleOffer, readable_offers

LARGEST_RUNE: Final = 256 * 1024 * 1024
"""Bytes."""
LARGEST_STATE: Final = 64 * 1024
"""Bytes of a `DesiredState` as JSON."""
SHORTEST_INTERVAL: Final = 10
LONGEST_INTERVAL: Final = 86_400
"""Seconds between two polls."""
TRIAL: Final = 60.0
"""Seconds that a new rune answers before its health is confirmed."""
LONGEST_WAIT: Final = 60
"""Seconds for which a server may hold a poll until something changes."""
MOST_REQUESTS: Final = 16
MOST_ORDERS: Final = 4
LONGEST_ORDER: Final = 12 * 1024
LONGEST_VERSION: Final = 128
LARGEST_SEED: Final = 2**32 - 1
_LONGEST_WORD: Final = 20


@dataclass(frozen=True)
class ApprovedOutputs:
    """The outputs of the approved build for generated inputs: the seed of the inputs, and the digest of the outputs."""

    seed: int
    outputs: str

    @classmethod
    def from_json(cls, value: object) -> ApprovedOutputs:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "self_test")
        return cls(fields.integer("seed", 0, LARGEST_SEED), fields.digest("outputs"))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"seed": self.seed, "outputs": self.outputs}


@dataclass(frozen=True)
class WantedRune:
    """A release of a deployment that a device shall run."""

    deployment: str
    """`acme/door-knock/gateways`, whose addresses the device composes itself."""
    number: int
    """The number of the release: it counts up with each change, also when an earlier version comes back."""
    version: str
    rune: str
    """The digest of the rune's bytes."""
    size: int
    self_test: ApprovedOutputs | None = None
    """The outputs to compare with; None where nothing is approved: the rune must load and run, and is not verified."""

    @classmethod
    def from_json(cls, value: object) -> WantedRune:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "wanted")
        return cls(
            fields.matching("deployment", DEPLOYMENT, "the name of a deployment such as acme/door-knock/gateways"),
            fields.integer("number", 1),
            fields.text("version", LONGEST_VERSION),
            fields.digest("rune"),
            fields.integer("size", 1, LARGEST_RUNE),
            fields.optional("self_test", ApprovedOutputs.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "deployment": self.deployment,
            "number": self.number,
            "version": self.version,
            "rune": self.rune,
            "size": self.size,
            "self_test": None if self.self_test is None else self.self_test.to_json(),
        }


class RequestKind(StrEnum):
    """The requests that a server may send to a device. No request has a command, a path or an address in it."""

    LOG = "log"
    """Send the last lines of the daemon's own log."""
    RESTART = "restart"
    """Restart the runes."""
    SELF_TEST = "self-test"
    """Run the running rune on the inputs of a seed, and report the digest of its outputs."""
    REPLACE_KEY = "replace-key"
    """Make a new key, and sign with it from then on."""
    HAND_OVER = "hand-over"
    """Delete what was recorded and the runes, and ask for the new organisation and its trust."""
    LEAVE = "leave"
    """Delete what was recorded, forget the organisation, and run nothing more of it."""


@dataclass(frozen=True)
class RequestToDevice:
    """A request to a device, which it answers once by its id."""

    id: int
    kind: RequestKind
    seed: int | None = None
    """The seed of a self-test."""

    @classmethod
    def from_json(cls, value: object) -> RequestToDevice:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a request")
        kind = fields.choice("kind", RequestKind)
        seed = fields.integer("seed", 0, LARGEST_SEED) if kind is RequestKind.SELF_TEST else None
        return cls(fields.integer("id", 1), kind, seed)

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"id": self.id, "kind": str(self.kind), "seed": self.seed}


class Telemetry(StrEnum):
    """The counts that a device sends (`hmrd.protocol.counts`)."""

    OFF = "off"
    """None, and none are kept."""
    DAY = "day"
    """A document for each day and rune."""
    HOUR = "hour"
    """A document for each hour, while a rollout tries the device."""

    @classmethod
    def read(cls, text: str) -> Telemetry:
        """Returns what a server asks for. A device sends nothing for a word that it does not know."""
        return cls(text) if text in list(cls) else cls.OFF


@dataclass(frozen=True)
class DesiredState:
    """The answer to a poll."""

    wanted: WantedRune | None
    """The rune that the device shall run; None while nothing is wanted: the device then keeps what it runs."""
    interval: int
    """Seconds until the next poll, before the device adds its jitter."""
    wait: int = 0
    """Seconds for which the next poll may be held until something changes; 0 where the server has no room for it."""
    requests: tuple[RequestToDevice, ...] = ()
    orders: tuple[str, ...] = ()
    """Orders of the organisation's own key (`hmrd.protocol.orders`) about `wanted`, and about what a request asks."""
    sequence: int = 0
    """The number of the last report that the server has."""
    telemetry: Telemetry = Telemetry.OFF
    """The counts that the device shall send."""
    samples: tuple[SampleOffer, ...] = ()
    """The open requests for samples, which the owner of the device may answer."""
    shadow: WantedRune | None = None
    """The rune that the device shall run beside the one that answers, to count where both agree; None for none."""

    @classmethod
    def from_json(cls, value: object) -> DesiredState:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the state")
        return cls(
            fields.optional("wanted", WantedRune.from_json),
            fields.integer("interval", SHORTEST_INTERVAL, LONGEST_INTERVAL),
            fields.integer("wait", 0, LONGEST_WAIT, default=0),
            fields.items("requests", RequestToDevice.from_json, MOST_REQUESTS),
            fields.items("orders", _order, MOST_ORDERS),
            fields.integer("sequence", default=0),
            Telemetry.read(fields.text("telemetry", _LONGEST_WORD, default=Telemetry.OFF)),
            fields.optional("samples", readable_offers) or (),
            fields.optional("shadow", WantedRune.from_json),
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "wanted": None if self.wanted is None else self.wanted.to_json(),
            "interval": self.interval,
            "wait": self.wait,
            "requests": [each.to_json() for each in self.requests],
            "orders": list(self.orders),
            "sequence": self.sequence,
            "telemetry": None if self.telemetry is Telemetry.OFF else str(self.telemetry),
            "samples": [each.to_json() for each in self.samples] or None,
            "shadow": None if self.shadow is None else self.shadow.to_json(),
        }


def _order(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ORDER:
        raise BadDeviceMessage(f"orders of the state are not texts of at most {LONGEST_ORDER} characters.")
    return value
