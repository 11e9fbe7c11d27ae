"""The report of a device: what it runs, why it does not run the wanted rune, and its events since the last report.

A report has the next number of its device. The server takes a number once: the same report again is acknowledged, an
earlier or a changed one is refused. Nothing in a report comes from an input, an output or a debug text of a rune.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from hmrd.protocol.names import BOARD, DEPLOYMENT
from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.wanted import LONGEST_VERSION, MOST_REQUESTS

LARGEST_REPORT: Final = 128 * 1024
"""Bytes of a report as JSON."""
LARGEST_LOG: Final = 64 * 1024
"""Characters of a log that a device sends."""
MOST_EVENTS: Final = 64
_AGENT_LENGTH: Final = 60


class Phase(StrEnum):
    """The steps of a device on the way to the wanted rune."""

    EMPTY = "empty"
    """Nothing is installed."""
    RUNNING = "running"
    FETCHING = "fetching"
    CHECKING = "checking"
    """The bytes are there; their signatures and the self-test are not judged yet. The rune before keeps running."""
    TRYING = "trying"
    """The new rune answers, and its health is not confirmed yet."""


@dataclass(frozen=True)
class InstalledRune:
    """A rune in a slot of a device."""

    deployment: str
    """"" for a rune that was deployed on the device itself."""
    number: int
    version: str
    rune: str

    @classmethod
    def from_json(cls, value: object) -> InstalledRune:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "an installed rune")
        deployment = fields.text("deployment", 200, default="")
        if deployment and DEPLOYMENT.fullmatch(deployment) is None:
            raise BadDeviceMessage("deployment of an installed rune is not the name of a deployment.")
        version = fields.text("version", LONGEST_VERSION)
        return cls(deployment, fields.integer("number"), version, fields.digest("rune"))

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "deployment": self.deployment,
            "number": self.number,
            "version": self.version,
            "rune": self.rune,
        }


class SelfTestOutcome(StrEnum):
    """The result of the last self-test."""

    PASSED = "passed"
    """The outputs are those of the approved build."""
    FAILED = "failed"
    NOT_VERIFIED = "not-verified"
    """The rune ran, and nothing is known to compare its outputs with."""


class EventKind(StrEnum):
    """The kinds of event of a device."""

    STARTED = "started"
    """The daemon started."""
    INSTALLED = "installed"
    """The health of a new rune was confirmed."""
    FELL_BACK = "fell-back"
    """The device went back by itself."""
    WENT_BACK = "went-back"
    """A person at the device went back."""
    REFUSED = "refused"
    """The wanted rune was not taken."""
    RESTARTED = "restarted"
    """The rune stopped and was started again."""
    SELF_TEST = "self-test"
    KEY_REPLACED = "key-replaced"
    CONFIG_CHANGED = "config-changed"
    EVENTS_DROPPED = "events-dropped"
    """The device was away for so long that the oldest events were dropped."""


@dataclass(frozen=True)
class DeviceEvent:
    """Something that happened, with the time by the device's clock."""

    kind: EventKind
    at: int
    """Seconds since 1970."""
    version: str = ""
    rune: str = ""
    """The digest of the rune that it is about, or ""."""
    seconds: int | None = None
    """How long it took."""
    problem: DeviceProblem | None = None

    @classmethod
    def from_json(cls, value: object) -> DeviceEvent:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "an event")
        return cls(
            fields.choice("kind", EventKind),
            fields.integer("at"),
            fields.text("version", LONGEST_VERSION, default=""),
            fields.digest("rune") if fields.has("rune") else "",
            fields.integer("seconds") if fields.has("seconds") else None,
            fields.optional("problem", DeviceProblem.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "kind": str(self.kind),
            "at": self.at,
            "version": self.version,
            "rune": self.rune or None,
            "seconds": self.seconds,
            "problem": None if self.problem is None else self.problem.to_json(),
        }


@dataclass(frozen=True)
class Totals:
    """Counts since the device enrolled. They never fall, so that a lost or a late report counts nothing twice."""

    restarts: int = 0
    """How often a rune was started again."""
    traps: int = 0
    slow_runs: int = 0
    fallbacks: int = 0
    answers_dropped: int = 0
    """Answers that no sink took."""

    @classmethod
    def from_json(cls, value: object) -> Totals:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "totals")
        return cls(*(fields.integer(name, default=0) for name in cls.__dataclass_fields__))

    def to_json(self) -> dict[str, int]:
        """Returns the JSON object that a message has."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class RequestAnswer:
    """The answer to a `RequestToDevice`."""

    id: int
    outputs: str = ""
    """The digest of the outputs of a self-test; "" of other requests, and where the rune did not run."""
    log: str = ""
    problem: DeviceProblem | None = None

    @classmethod
    def from_json(cls, value: object) -> RequestAnswer:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "an answer")
        return cls(
            fields.integer("id", 1),
            fields.digest("outputs") if fields.has("outputs") else "",
            fields.text("log", LARGEST_LOG, default=""),
            fields.optional("problem", DeviceProblem.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "id": self.id,
            "outputs": self.outputs or None,
            "log": self.log or None,
            "problem": None if self.problem is None else self.problem.to_json(),
        }


@dataclass(frozen=True)
class Report:
    """The state of a device, and what happened since its last report."""

    sequence: int
    """1 for the first, which comes with the enrolment."""
    agent: str
    """The client and its version: `hmrd 0.1.0`."""
    board: str
    """The kind of device: `linux-x86_64`, or what `hmrd.toml` says."""
    phase: Phase
    running: InstalledRune | None = None
    other: InstalledRune | None = None
    """The rune of the second slot: the device can switch to it without a download."""
    self_test: SelfTestOutcome | None = None
    """The outcome of the last self-test of what runs; None before the first."""
    problem: DeviceProblem | None = None
    """The reason why it does not run the wanted rune; None where it does or is on its way."""
    totals: Totals = field(default_factory=Totals)
    events: tuple[DeviceEvent, ...] = ()
    answers: tuple[RequestAnswer, ...] = ()
    shadow: InstalledRune | None = None
    """The rune that is checked and runs beside the one that answers, as long as the server wants counts."""
    shadow_problem: DeviceProblem | None = None
    """The reason why the wanted rune does not run beside it; None where it does or is on its way."""

    @classmethod
    def from_json(cls, value: object) -> Report:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the report")
        return cls(
            fields.integer("sequence", 1),
            fields.text("agent", _AGENT_LENGTH),
            fields.matching("board", BOARD, "the name of a board such as linux-x86_64"),
            fields.choice("phase", Phase),
            fields.optional("running", InstalledRune.from_json),
            fields.optional("other", InstalledRune.from_json),
            fields.choice("self_test", SelfTestOutcome) if fields.has("self_test") else None,
            fields.optional("problem", DeviceProblem.from_json),
            fields.optional("totals", Totals.from_json) or Totals(),
            fields.items("events", DeviceEvent.from_json, MOST_EVENTS),
            fields.items("answers", RequestAnswer.from_json, MOST_REQUESTS),
            fields.optional("shadow", InstalledRune.from_json),
            fields.optional("shadow_problem", DeviceProblem.from_json),
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "sequence": self.sequence,
            "agent": self.agent,
            "board": self.board,
            "phase": str(self.phase),
            "running": None if self.running is None else self.running.to_json(),
            "other": None if self.other is None else self.other.to_json(),
            "self_test": None if self.self_test is None else str(self.self_test),
            "problem": None if self.problem is None else self.problem.to_json(),
            "totals": self.totals.to_json(),
            "events": [each.to_json() for each in self.events],
            "answers": [each.to_json() for each in self.answers],
            "shadow": None if self.shadow is None else self.shadow.to_json(),
            "shadow_problem": None if self.shadow_problem is None else self.shadow_problem.to_json(),
        }
