"""The plan of a rollout: its stages, guards, windows and how many devices switch at once. Frozen values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rune.assessment.guards.limits import DEFAULT_LIMITS, BadLimits, GuardKind, GuardLimit, checked_limits

MOST_STAGES: Final = 10
LONGEST_SOAK: Final = 24 * 60
"""Hours of a stage."""
LONGEST_STAGE: Final = 24 * 120
MOST_AT_ONCE: Final = 1_000_000
MOST_WINDOWS: Final = 14
_MINUTES: Final = 24 * 60


OF_SHADOW: Final = frozenset({GuardKind.INSTALLS, GuardKind.DISAGREEMENT})
"""The guards that judge a rune in shadow. It answers nobody, so nothing is counted of it alone; one that fails its
self-test does not begin to run beside, and counts as a failed install."""


class BadPlan(ValueError):
    """The plan of a rollout cannot be carried out."""


class StageSize(StrEnum):
    """The way in which the devices of a stage are counted."""

    COUNT = "count"
    SHARE = "share"
    ALL = "all"


@dataclass(frozen=True)
class PlannedStage:
    """A stage: so many devices in all, with those of the stages before it."""

    size: StageSize
    amount: float = 0.0
    """Devices of `COUNT`, or a part, 0 to 1, of `SHARE`."""
    hours: int = 24
    """Hours for which its devices run the rune before the next stage."""
    longest: int = 96
    """Hours after which people are asked, if a guard that must be judged could not be."""
    must_judge: frozenset[GuardKind] = frozenset()
    """The guards without whose verdict the next stage does not begin."""
    is_shadow: bool = False
    """Whether the new rune runs beside the former one and does not answer."""

    def __post_init__(self) -> None:
        if self.size is StageSize.COUNT and not (self.amount >= 1 and self.amount == int(self.amount)):
            raise BadPlan("A stage has at least one device.")
        if self.size is StageSize.SHARE and not 0 < self.amount <= 1:
            raise BadPlan("The share of a stage is above 0 and at most 1.")
        if not 0 <= self.hours <= LONGEST_SOAK or not self.hours <= self.longest <= LONGEST_STAGE:
            raise BadPlan(f"A stage soaks for at most {LONGEST_SOAK} hours, and is no longer than {LONGEST_STAGE}.")

    def devices_of(self, group: int) -> int:
        """Returns how many devices of a group have the rune with this stage: at least one of a group that has any."""
        match self.size:
            case StageSize.COUNT:
                return min(int(self.amount), group)
            case StageSize.SHARE:
                return min(max(1, round(self.amount * group)), group)
            case StageSize.ALL:
                return group

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return {
            "size": str(self.size),
            "amount": self.amount,
            "hours": self.hours,
            "longest": self.longest,
            "must_judge": sorted(self.must_judge),
            "shadow": self.is_shadow,
        }

    @classmethod
    def from_json(cls, value: object) -> PlannedStage:
        """Reads it. Raises `BadPlan`."""
        fields = _mapping(value, "A stage")
        size, guards = fields.get("size"), _sequence(fields.get("must_judge", []))
        if size not in list(StageSize):
            raise BadPlan(f"The size of a stage is one of {', '.join(StageSize)}.")
        if not all(each in list(GuardKind) for each in guards):
            raise BadPlan(f"A guard is one of {', '.join(GuardKind)}.")
        hours = _integer(fields.get("hours", 24))
        return cls(
            StageSize(size),
            _number(fields.get("amount", 0)),
            hours,
            _integer(fields.get("longest", max(4 * hours, 24))),
            frozenset(GuardKind(each) for each in guards),
            fields.get("shadow") is True,
        )


@dataclass(frozen=True)
class SwitchWindow:
    """A time of the day, in the local time of a device, in which it may switch: from `begin` to before `end`, minutes
    after midnight. One that ends before it begins goes over midnight. `weekdays` are those on which it begins, 0 for
    Monday."""

    begin: int
    end: int
    weekdays: frozenset[int] = frozenset(range(7))

    def __post_init__(self) -> None:
        if not (0 <= self.begin < _MINUTES and 0 <= self.end < _MINUTES and self.begin != self.end):
            raise BadPlan("A window begins and ends at two times of the day.")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise BadPlan("A window has weekdays from 0, Monday, to 6.")

    def has(self, moment: datetime) -> bool:
        """Returns whether a moment of local time is in it."""
        minute, weekday = moment.hour * 60 + moment.minute, moment.weekday()
        if self.begin < self.end:
            return weekday in self.weekdays and self.begin <= minute < self.end
        if minute >= self.begin:
            return weekday in self.weekdays
        return minute < self.end and (weekday - 1) % 7 in self.weekdays

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return {"begin": self.begin, "end": self.end, "weekdays": sorted(self.weekdays)}

    @classmethod
    def from_json(cls, value: object) -> SwitchWindow:
        """Reads it. Raises `BadPlan`."""
        fields = _mapping(value, "A window")
        weekdays = [_integer(each) for each in _sequence(fields.get("weekdays", list(range(7))))]
        return cls(_integer(fields.get("begin")), _integer(fields.get("end")), frozenset(weekdays))


@dataclass(frozen=True)
class RolloutPlan:
    """The plan of a rollout."""

    stages: tuple[PlannedStage, ...]
    guards: tuple[GuardLimit, ...] = DEFAULT_LIMITS
    at_once: int | None = None
    """The most devices that are on their way to the rune at a time; None for as many as there are."""
    windows: tuple[SwitchWindow, ...] = ()
    """The windows in which devices may switch; at any time without one."""
    zone: str = "UTC"
    """The time zone of devices without a label `timezone`."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.stages) <= MOST_STAGES:
            raise BadPlan(f"A rollout has 1 to {MOST_STAGES} stages.")
        if any(each.is_shadow for each in self.stages[1:]):
            raise BadPlan("Only the first stage can be a shadow: afterwards devices answer with the new rune.")
        if self.stages[-1].is_shadow:
            raise BadPlan("A shadow answers nobody. Add a stage after it.")
        if any(each.size is StageSize.ALL for each in self.stages[:-1] if not each.is_shadow):
            raise BadPlan("No stage comes after one of all devices.")
        if self.at_once is not None and not 1 <= self.at_once <= MOST_AT_ONCE:
            raise BadPlan("At least one device switches at a time.")
        if len(self.windows) > MOST_WINDOWS:
            raise BadPlan(f"A rollout has at most {MOST_WINDOWS} windows.")
        if zone_named(self.zone) is None:
            raise BadPlan(f"{self.zone} is no time zone, such as Europe/Berlin.")
        kinds = {each.kind for each in self.guards}
        for stage in self.stages:
            if stage.must_judge - kinds:
                names = ", ".join(sorted(stage.must_judge - kinds))
                raise BadPlan(f"A stage waits for {names}, which has no limit.")

    def may_switch(self, now: datetime, zone: str) -> bool:
        """Returns whether a device may switch now. `zone` is its own time zone, or "" without one that is known."""
        if not self.windows:
            return True
        local = now.astimezone(zone_named(zone) or ZoneInfo(self.zone))
        return any(each.has(local) for each in self.windows)

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return {
            "stages": [each.to_json() for each in self.stages],
            "guards": [each.to_json() for each in self.guards],
            "at_once": self.at_once,
            "windows": [each.to_json() for each in self.windows],
            "zone": self.zone,
        }

    @classmethod
    def from_json(cls, value: object) -> RolloutPlan:
        """Reads JSON that anybody may have written. Raises `BadPlan`."""
        fields = _mapping(value, "A plan")
        at_once, guards, zone = fields.get("at_once"), fields.get("guards"), fields.get("zone", "UTC")
        if not isinstance(zone, str):
            raise BadPlan("A time zone is a text such as Europe/Berlin.")
        try:
            limits = DEFAULT_LIMITS if guards is None else tuple(map(GuardLimit.from_json, _sequence(guards)))
            checked_limits(limits)
        except BadLimits as error:
            raise BadPlan(str(error)) from error
        return cls(
            tuple(map(PlannedStage.from_json, _sequence(fields.get("stages")))),
            limits,
            None if at_once is None else _integer(at_once),
            tuple(map(SwitchWindow.from_json, _sequence(fields.get("windows", [])))),
            zone,
        )


def zone_named(name: str) -> ZoneInfo | None:
    """Returns a time zone; None for a name that is unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadPlan(f"{what} is an object.")
    return value


def _sequence(value: object) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or len(value) > 100:
        raise BadPlan("Several of them are a list of at most 100.")
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadPlan("A whole number is missing in the plan.")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPlan("A number is missing in the plan.")
    return float(value)
