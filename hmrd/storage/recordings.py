"""The data set on the device: what a person had it keep, with label, consent and end. Nothing sends it anywhere.

Below `data` is a folder a label, as `rune.load_data` reads it; `sessions.json` says who agreed to what, and until when.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.storage.files import StorageFailed, delete_file, read_file, write_file
from hmrd.storage.slots import RESERVE

LONGEST_CONSENT: Final = 500
MOST_SESSIONS: Final = 1000
MOST_WINDOWS: Final = 1_000_000
_LARGEST_FILE: Final = 4 * 1024 * 1024
_LABEL: Final = re.compile(r"[\w](?:[\w .+-]{0,58}[\w])?")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadSession(ValueError):
    """A session of recordings cannot be as it was asked for."""


@dataclass(frozen=True)
class RecordingSession:
    """DeviceRecordings that a person started."""

    id: int
    label: str
    consent: str
    """The consent in the person's own words: who agreed to what."""
    until: str
    """The last day on which the recordings are kept, such as 2027-01-31."""
    began: float
    seconds: float | None = None
    """How long it records; None until it is ended."""
    last: int | None = None
    """How many windows it keeps, the newest; None for all."""
    is_over: bool = False

    @property
    def files(self) -> str:
        """The beginning of the names of its files in the folder of the recordings."""
        return f"{self.label}/session-{self.id}-"

    def to_json(self) -> dict[str, Any]:
        """Returns the session as JSON."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: object) -> RecordingSession:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a session")
        return cls(
            fields.integer("id", 1),
            fields.matching("label", _LABEL, "a label"),
            fields.text("consent", LONGEST_CONSENT),
            fields.matching("until", _DATE, "a date"),
            fields.item("began", _number),
            fields.optional("seconds", _number),
            fields.integer("last", 1, MOST_WINDOWS) if fields.has("last") else None,
            fields.truth("is_over"),
        )


class DeviceRecordings:
    """The sessions of a device and their files. Several threads may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.data = folder / "data"
        """The folder of the recordings."""
        self._lock = threading.Lock()
        self._sessions = tuple(self._read())
        self._numbers: dict[int, int] = {}

    @property
    def sessions(self) -> tuple[RecordingSession, ...]:
        """All sessions that are not deleted."""
        return self._sessions

    @property
    def running(self) -> RecordingSession | None:
        """The session that records now."""
        return next((each for each in self._sessions if not each.is_over), None)

    def count(self, session: RecordingSession) -> int:
        """Returns how many recordings a session has."""
        return len(self._files(session))

    def begin(
        self, label: str, consent: str, until: str, now: float, *, seconds: float | None = None, last: int | None = None
    ) -> RecordingSession:
        """Starts a session, and ends the one before. Raises `BadSession` and `StorageFailed`."""
        if _LABEL.fullmatch(label) is None:
            raise BadSession("A label takes letters, digits and spaces, with . + - _ between them.")
        if not consent.strip() or len(consent) > LONGEST_CONSENT or not consent.isprintable():
            raise BadSession(f"Say who agreed to the recording, in at most {LONGEST_CONSENT} characters.")
        if _end(until) is None or _is_expired(until, now):
            raise BadSession(f"{until} is not a day from today on, such as 2027-01-31.")
        with self._lock:
            if len(self._sessions) >= MOST_SESSIONS:
                raise BadSession(f"There are {MOST_SESSIONS} sessions. Delete some.")
            number = max((each.id for each in self._sessions), default=0) + 1
            session = RecordingSession(number, label, consent, until, now, seconds, last)
            self._write((*(replace(each, is_over=True) for each in self._sessions), session))
        return session

    def keep(self, ending: str, data: bytes, now: float) -> DeviceProblem | None:
        """Keeps a window in the running session. Returns why it was not kept."""
        with self._lock:
            session = self.running
            if session is None:
                return None
            if session.seconds is not None and now > session.began + session.seconds:
                self._write(tuple(replace(each, is_over=True) for each in self._sessions))
                return None
            return self._keep(session, ending, data)

    def end(self) -> None:
        """Ends the running session. Raises `StorageFailed`."""
        with self._lock:
            self._write(tuple(replace(each, is_over=True) for each in self._sessions))

    def delete(self, session: RecordingSession) -> None:
        """Deletes a session with its recordings. Raises `StorageFailed`."""
        with self._lock:
            for path in self._files(session):
                delete_file(path)
            self._write(tuple(each for each in self._sessions if each.id != session.id))

    def delete_all(self) -> None:
        """Deletes all recordings. Raises `StorageFailed`."""
        with self._lock:
            shutil.rmtree(self.data, ignore_errors=True)
            self._write(())

    def delete_expired(self, now: float) -> tuple[RecordingSession, ...]:
        """Deletes the sessions whose last day is over, and returns them. Raises `StorageFailed`."""
        expired = tuple(each for each in self._sessions if _is_expired(each.until, now))
        for session in expired:
            self.delete(session)
        return expired

    def _keep(self, session: RecordingSession, ending: str, data: bytes) -> DeviceProblem | None:
        files = self._files(session) if session.id not in self._numbers or session.last is not None else []
        if session.id not in self._numbers:
            self._numbers[session.id] = max((int(path.stem.rpartition("-")[2]) for path in files), default=0)
        try:
            if shutil.disk_usage(self._folder).free < RESERVE + len(data):
                raise StorageFailed(
                    DeviceProblem(ProblemName.DISK_FULL, "Nothing is recorded any more: the disk is full.")
                )
            self._numbers[session.id] += 1
            name = f"{session.files}{self._numbers[session.id]:07}.{ending}"
            write_file(self.data / name, data)
            if session.last is not None:
                for path in sorted(files)[: max(0, len(files) + 1 - session.last)]:
                    delete_file(path)
        except StorageFailed as error:
            return error.problem
        return None

    def _files(self, session: RecordingSession) -> list[Path]:
        return list(self.data.glob(f"{session.files}*"))

    def _write(self, sessions: tuple[RecordingSession, ...]) -> None:
        if sessions != self._sessions:
            value: Mapping[str, Any] = {"sessions": [each.to_json() for each in sessions]}
            write_file(self._folder / "sessions.json", written(value), mode=0o600)
            self._sessions = sessions

    def _read(self) -> Iterator[RecordingSession]:
        data = read_file(self._folder / "sessions.json")
        if data is None:
            return
        try:
            fields = Fields(parsed(data, _LARGEST_FILE), "the sessions")
            yield from fields.items("sessions", RecordingSession.from_json, MOST_SESSIONS)
        except BadDeviceMessage:
            # Without the list nobody knows who agreed to what, so nothing may be kept.
            shutil.rmtree(self.data, ignore_errors=True)


def _is_expired(until: str, now: float) -> bool:
    end = _end(until)
    return end is None or now >= end


def _end(until: str) -> float | None:
    """Returns the moment at which the last day is over."""
    try:
        day = date.fromisoformat(until) if _DATE.fullmatch(until) else None
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 86_400
    except (ValueError, OverflowError):
        return None


def day_after(now: float, days: int) -> str:
    """Returns the date so many days from now."""
    return (datetime.fromtimestamp(now, UTC) + timedelta(days=days)).date().isoformat()


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadDeviceMessage("a time of a session is not a number.")
    return float(value)
