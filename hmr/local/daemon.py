"""Asking the daemon of this device: what it runs, what it recorded, and to run a rune."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, TypeVar

from hmr.errors import HmrError
from hmr.running import RunningRune
from hmrd.local_client import DaemonAway, ask
from hmrd.protocol.local import SOCKET_NAME, STATE_FOLDER, LocalCommand, LocalRequest
from hmrd.protocol.problems import DeviceProblem
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.reports import Phase
from hmrd.protocol.wanted import LONGEST_VERSION

T = TypeVar("T")
SOCKET_VARIABLE: Final = "HMRD_SOCKET"
TRIAL_SECONDS: Final = 300.0
"""How long a rune gets until its health is confirmed: the daemon tries it for a minute, and asks the owner's check."""
_PAUSE: Final = 0.3
"""Seconds between two looks at what runs."""
_MOST_RUNES: Final = 1000
_MOST_SESSIONS: Final = 1000
_LONGEST: Final = 4000


@dataclass(frozen=True)
class RuneVersion:
    """A version of a rune, by its bytes."""

    version: str
    digest: str


@dataclass(frozen=True)
class RuneStatus:
    """A rune of `hmrd.toml`, as the daemon's status has it."""

    name: str
    is_local: bool
    phase: Phase
    running: RuneVersion | None
    wanted: RuneVersion | None
    former: RuneVersion | None
    """The rune to which a person may go back."""
    self_test: str
    problem: DeviceProblem | None
    detail: str
    """The daemon's last words to the person at the device."""

    @classmethod
    def from_json(cls, value: object) -> RuneStatus:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "a rune")
        return cls(
            fields.text("name", _LONGEST),
            fields.text("from", _LONGEST) == "local",
            fields.choice("phase", Phase),
            fields.optional("running", _version),
            fields.optional("wanted", _version),
            fields.optional("other", _healthy_version),
            fields.text("self_test", _LONGEST, default=""),
            fields.optional("problem", DeviceProblem.from_json),
            fields.text("detail", _LONGEST, default=""),
        )


@dataclass(frozen=True)
class RecordedSessions:
    """The recordings on the device. Those that were deleted, or whose last day is over, are not among them."""

    folder: Path
    files: tuple[str, ...]
    """The beginnings of the names of the files in the folder, one for each session."""


class LocalDaemon:
    """The daemon at a socket. Its methods raise `HmrError`."""

    def __init__(self, socket: str | PathLike[str] | None) -> None:
        place = socket or os.environ.get(SOCKET_VARIABLE) or Path(STATE_FOLDER) / SOCKET_NAME
        self._socket = Path(fspath(place))

    def recordings(self) -> RecordedSessions:
        """Returns the sessions that the device recorded."""
        return self._read(LocalCommand.RECORDINGS, _sessions)

    def rune_for(self, project: str) -> RuneStatus:
        """Returns the rune of `hmrd.toml` that comes from this device: the one with the project's name, or the only
        one.
        """
        runes = [each for each in self._runes() if each.is_local]
        candidates = [each for each in runes if each.name == project] or runes
        if len(candidates) == 1:
            return candidates[0]
        advice = f'Name one {project}, with from = "local", and have the daemon read it again.'
        raise HmrError("not-there", f"hmrd.toml has {len(runes) or 'no'} runes that come from this device. {advice}")

    def deploy(self, name: str, version: str, data: bytes) -> str:
        """Has the daemon try a rune. Returns the digest of its bytes."""
        arguments = {"rune": name, "version": version, "data": base64.b64encode(data).decode()}
        return self._read(LocalCommand.DEPLOY, lambda answer: answer.digest("rune"), arguments)

    def wait(self, before: RuneStatus, version: str, digest: str, seconds: float) -> RunningRune:
        """Waits until the health of a rune is confirmed, and raises `rune-refused` where it will not be."""
        end = time.monotonic() + seconds
        while True:
            status = self._status(before.name)
            if (running_rune := confirmed(status, version, digest)) is not None:
                return running_rune
            if time.monotonic() > end:
                raise HmrError("too-slow", _too_slow(before, status, version, seconds))
            time.sleep(_PAUSE)

    def _status(self, name: str) -> RuneStatus:
        for each in self._runes():
            if each.name == name:
                return each
        raise HmrError("not-there", f"hmrd.toml has no rune {name} any more.")

    def _runes(self) -> tuple[RuneStatus, ...]:
        return self._read(LocalCommand.STATUS, lambda answer: answer.items("runes", RuneStatus.from_json, _MOST_RUNES))

    def _read(
        self, command: LocalCommand, read: Callable[[Fields], T], arguments: Mapping[str, Any] | None = None
    ) -> T:
        try:
            answer = ask(self._socket, LocalRequest(command, arguments or {}))
            if answer.error:
                raise HmrError("refused", answer.error)
            return read(Fields(answer.result, "the answer"))
        except DaemonAway as error:
            raise HmrError("daemon-away", f"{error} Start hmrd, or name its socket by {SOCKET_VARIABLE}.") from None
        except BadDeviceMessage as error:
            raise HmrError("refused", f"{self._socket} did not answer as hmrd does: {error}") from None


def confirmed(status: RuneStatus, version: str, digest: str) -> RunningRune | None:
    """Returns the rune that was deployed once its health is confirmed; None until then. Raises `HmrError` where it will
    not be.
    """
    if status.wanted is not None and status.wanted.digest != digest:
        raise HmrError("refused", f"{status.wanted.version} was deployed to {status.name} while {version} was tried.")
    if status.phase is Phase.RUNNING and status.running is not None and status.running.digest == digest:
        former = "" if status.former is None else status.former.version
        return RunningRune(status.name, status.running.version, digest, status.self_test, former)
    if status.problem is None and status.phase not in (Phase.EMPTY, Phase.RUNNING):
        return None
    if status.problem is None:
        reason = "somebody at the device went back"
    else:
        reason = f"{status.problem.name}: {status.detail or status.problem.detail}".rstrip(".")
    now_runs = "Nothing runs now" if status.running is None else f"{status.running.version} runs"
    raise HmrError("rune-refused", f"{version} does not run: {reason}. {now_runs}.")


def _too_slow(before: RuneStatus, status: RuneStatus, version: str, seconds: float) -> str:
    """Says how far a rune came, with what the daemon said meanwhile."""
    detail = status.detail if status.detail != before.detail else ""
    reason = detail if status.problem is None else f"{status.problem.name}: {status.problem.detail}"
    sentence = f"{reason.rstrip('.')}. " if reason else ""
    return (
        f"The health of {version} was not confirmed within {seconds:g} s; its phase is {status.phase}. {sentence}"
        "It goes on: hmrd status says how it ends."
    )


def _version(value: object) -> RuneVersion:
    fields = Fields(value, "a version")
    return RuneVersion(fields.text("version", LONGEST_VERSION), fields.digest("rune"))


def _healthy_version(value: object) -> RuneVersion | None:
    return _version(value) if Fields(value, "a version").truth("is_healthy") else None


def _sessions(answer: Fields) -> RecordedSessions:
    files = answer.items("sessions", lambda each: Fields(each, "a session").text("files", _LONGEST), _MOST_SESSIONS)
    return RecordedSessions(Path(answer.text("folder", _LONGEST)), files)
