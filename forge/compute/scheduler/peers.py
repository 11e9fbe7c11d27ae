"""Reports between the processes of one installation on one machine: the parties that compute in them, and the times.

A web server answers editors, a worker builds, and both use the same processor. Each has a working folder of its own in
the data folder that they share, and writes there what the others read several times a second. On other machines, and
with data folders of their own, processes do not see each other's reports.
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
PUBLISH_EVERY, READ_EVERY = 0.2, 0.1
"""Seconds."""
OUTDATED_AFTER = 2.0
"""Seconds after which a report does not count: its process computes nothing, or died."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class PeerReport:
    """The report of a process about itself."""

    at: float
    """The time by `time.monotonic`, which all processes of a machine share."""
    computing: frozenset[UUID] = frozenset()
    """Organisations for which it computes."""
    usage: Mapping[UUID, float] = field(default_factory=dict)
    """Seconds that it computed for each lately, as of then."""

    def to_json(self) -> str:
        usage = {str(one): round(seconds, 3) for one, seconds in self.usage.items()}
        report = {"machine": machine(), "at": self.at, "computing": sorted(map(str, self.computing)), "served": usage}
        return json.dumps(report)


class Peers:
    """Reports to and from the other processes of this machine. Used by one thread at a time."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """`folder` returns this process's folder; those of the others are beside it."""
        self._folder = folder
        self._last_report = PeerReport(float("-inf"))
        self._reports: tuple[PeerReport, ...] = ()
        self._read_at = float("-inf")

    def publish(self, report: PeerReport) -> None:
        """Writes a report for the others, unless the same organisations computed a moment ago.

        On a full disk nothing is written: then kinds of work are less fair to each other, and nothing else is lost.
        """
        if report.computing == self._last_report.computing and report.at - self._last_report.at < PUBLISH_EVERY:
            return
        self._last_report = report
        with contextlib.suppress(OSError):
            place = self._folder() / FILE
            new = place.with_suffix(".new")
            new.write_text(report.to_json(), "utf-8")
            new.replace(place)

    def read(self, now: float) -> tuple[PeerReport, ...]:
        """The last reports of the others that are not outdated."""
        if now - self._read_at >= READ_EVERY:
            self._read_at = now
            own = self._folder()
            places = (folder / FILE for folder in own.parent.glob("process-*") if folder != own)
            reports = (read_report(place) for place in places)
            self._reports = tuple(report for report in reports if report is not None)
        return tuple(report for report in self._reports if now - report.at < OUTDATED_AFTER)


def read_report(place: Path) -> PeerReport | None:
    """Reads the report of a process of this machine; None where the file holds none."""
    try:
        report = json.loads(place.read_text("utf-8"))
        if report["machine"] != machine():
            return None
        usage = {UUID(one): float(seconds) for one, seconds in report["served"].items()}
        return PeerReport(float(report["at"]), frozenset(map(UUID, report["computing"])), usage)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


@cache
def machine() -> str:
    """Tells this machine, since its last start, from others that share the data folder; containers on it are alike."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return os.uname().nodename
