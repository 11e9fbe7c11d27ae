"""What the processes of one installation on one machine tell each other: who computes in them, and how long they did.

A web server answers editors, a worker builds, and both use the same processor. Each has a working folder of its own in
the data folder that they share, and writes there what the others read several times a second. On other machines, and
with data folders of their own, processes do not hear of each other.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

FILE = "computing.json"
TELL_EVERY, HEAR_EVERY = 0.2, 0.1
"""Seconds."""
OUTDATED = 2.0
"""Seconds after which what was told does not count: its process computes nothing, or died."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Told:
    """What one process says of itself."""

    at: float
    """By `time.monotonic`, which all processes of a machine share."""
    computing: frozenset[UUID] = frozenset()
    """Organisations for which it computes."""
    served: Mapping[UUID, float] = field(default_factory=dict)
    """Seconds that it computed for each lately, as of then."""

    def to_json(self) -> str:
        served = {str(one): round(seconds, 3) for one, seconds in self.served.items()}
        told = {"machine": machine(), "at": self.at, "computing": sorted(map(str, self.computing)), "served": served}
        return json.dumps(told)


class Neighbours:
    """The other processes, as this one hears them. Used by one thread at a time."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """`folder` gives this process's own; those of the others are beside it."""
        self._folder = folder
        self._said = Told(float("-inf"))
        self._heard: tuple[Told, ...] = ()
        self._heard_at = float("-inf")

    def tell(self, told: Told) -> None:
        """Says it to the others, unless the same organisations computed a moment ago.

        On a full disk nothing is said: then kinds of work are less fair to each other, and nothing else is lost.
        """
        if told.computing == self._said.computing and told.at - self._said.at < TELL_EVERY:
            return
        self._said = told
        with contextlib.suppress(OSError):
            place = self._folder() / FILE
            new = place.with_suffix(".new")
            new.write_text(told.to_json(), "utf-8")
            new.replace(place)

    def hear(self, now: float) -> tuple[Told, ...]:
        """What the others said last, if it is not outdated."""
        if now - self._heard_at >= HEAR_EVERY:
            self._heard_at = now
            own = self._folder()
            places = (folder / FILE for folder in own.parent.glob("process-*") if folder != own)
            found = (read_told(place) for place in places)
            self._heard = tuple(told for told in found if told is not None)
        return tuple(told for told in self._heard if now - told.at < OUTDATED)


def read_told(place: Path) -> Told | None:
    """What a process of this machine wrote; None if there is nothing of the kind."""
    try:
        told = json.loads(place.read_text("utf-8"))
        if told["machine"] != machine():
            return None
        served = {UUID(one): float(seconds) for one, seconds in told["served"].items()}
        return Told(float(told["at"]), frozenset(map(UUID, told["computing"])), served)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


@cache
def machine() -> str:
    """Tells this machine, since its last start, from others that share the data folder; containers on it are alike."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return os.uname().nodename
