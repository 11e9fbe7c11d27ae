"""Starts `lab` for one job and follows it. `lab` is never imported: a request goes in as JSON, lines of JSON come out.

`lab` reads the model in a process of its own that is isolated from this machine; that process ends with the one that is
started here.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NotRequired, TypedDict, TypeVar, cast

from forge.core.errors import DiskFull
from forge.core.json_shape import has_shape
from forge.learning.lab_jobs.waiting import WaitingLab, start_lab
from rune.isolation.answer_json import UnusableAnswer, read_object
from rune.isolation.toolchain_files import package_folder

_log = logging.getLogger(__name__)

TICK = 0.2
"""Seconds between two looks at the lease."""
LONGEST_LINE = 8 << 20
LONGEST_TEXT = 1000
"""Characters of a sentence."""
_PASSED_ON = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "RUNE_LAB_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_INSTALLERS = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
"""The variables that say where packages are fetched from. Nothing else of the server's variables is passed on: they may
hold secrets."""

J = TypeVar("J")


class ConverterEnvironmentJson(TypedDict):
    """An environment of a converter; sizes in megabytes."""

    name: str
    reads: str
    download: int
    disk: int


class LabRefusalJson(TypedDict):
    """The reason why a model is not converted. `detail` has text of a recording, of the model or of a library."""

    reason: str
    message: str
    detail: NotRequired[str]


class LabRefused(Exception):
    """The model is not converted or trained, or the environment cannot be prepared; the text says why. `reason` is
    the name of the refusal (`lab.refusal.Reason`), for programs.

    `with_detail` also has text of recordings, models and libraries. It is for who may play all recordings of the job.
    """

    def __init__(self, message: str, reason: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.with_detail = f"{message} {detail}".rstrip()


class EnvironmentMissing(Exception):
    """Environments have to be prepared first."""

    def __init__(self, environment: ConverterEnvironmentJson) -> None:
        super().__init__(environment["name"])
        self.environment = environment

    @property
    def advice(self) -> str:
        """The size of the environment, and what the operator of the server does."""
        environment = self.environment
        size = f"{environment['download']} MB to download, {environment['disk']} MB on disk"
        command = f"`python -m lab.environments prepare {environment['name']}`"
        advice = f"The operator of this server prepares them with {command}."
        return f"It needs packages for {environment['reads']}: {size}. {advice}"


class LabDied(Exception):
    """The process ended without an answer, or with one that cannot be read."""


@dataclass(frozen=True)
class LabJobLimit:
    """The time limit of a job of `lab`, and its name."""

    seconds: float
    work: str


def ask_lab(
    request: Mapping[str, Any],
    shape: type[J],
    *,
    seconds: float,
    tick: Callable[[], None],
    report: Callable[[float, str], None],
    receive: Callable[[Any], None] | None = None,
    command: Callable[[], str | None] | None = None,
    work: str = "conversion",
    waiting: WaitingLab | None = None,
) -> J:
    """Returns the result of a job of `lab`, which has this shape. What `tick` raises ends the process.

    `receive` gets the events that the job sends, which nobody has checked. `command` is asked several times a second
    for what the job is to be told. `work` is what the job is called in messages. The job is given to the process that
    is `waiting`, if there is one; the caller prepares the next one when it has time for that.

    Raises `LabRefused`, `EnvironmentMissing`, `LabDied`, and `DiskFull` where the server's disk is full.
    """
    lab_process = start_lab(lab_variables()) if waiting is None else waiting.take(lab_variables())
    process = lab_process.process
    try:
        _write_line(process, request)
        if command is None:
            _close(process.stdin)

        def watch() -> None:
            tick()
            if command is not None and (instruction := command()) is not None:
                _write_line(process, {"command": instruction})

        answer = _answer(process, LabJobLimit(seconds, work), watch, report, receive)
        if answer is None:
            # The last line may have something of a recording: it is for the operator.
            _log.warning("A process of lab ended without an answer: %s", _last_words(lab_process.errors))
            raise LabDied(
                f"The process of the {work} ended without an answer. The server's log says what it said last."
            )
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        lab_process.end()
    return _result(answer, shape)


def lab_variables() -> dict[str, str]:
    """The surroundings of the process: its packages, and where it finds and fetches environments."""
    variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    variables |= {name: value for name, value in os.environ.items() if name.startswith(_INSTALLERS)}
    return {**variables, "PYTHONPATH": str(Path(package_folder("lab")).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _answer(
    process: subprocess.Popen[bytes],
    limits: LabJobLimit,
    tick: Callable[[], None],
    report: Callable[[float, str], None],
    receive: Callable[[Any], None] | None,
) -> Mapping[str, Any] | None:
    """The last line of a process, or None if it ended without one."""
    assert process.stdout is not None  # noqa: S101 (a pipe was requested)
    for line in _lines(process.stdout, limits, tick):
        message = read_line(line)
        if "event" in message:
            if receive is not None:
                receive(message["event"])
            continue
        if "progress" not in message:
            return message
        if has_shape(message["progress"], float) and isinstance(message.get("text"), str):
            report(message["progress"], message["text"][:LONGEST_TEXT])
    return None


def _write_line(process: subprocess.Popen[bytes], message: Mapping[str, Any]) -> None:
    assert process.stdin is not None  # noqa: S101 (a pipe was requested)
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with suppress(OSError):
            pipe.close()


def _lines(source: IO[bytes], limits: LabJobLimit, tick: Callable[[], None]) -> Iterator[bytes]:
    data = b""
    deadline = time.monotonic() + limits.seconds
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            tick()
            if time.monotonic() > deadline:
                raise LabRefused(f"The {limits.work} took longer than its limit, and was stopped.", "out-of-time")
            if not selector.select(TICK):
                continue
            chunk = os.read(source.fileno(), 1 << 16)
            if not chunk:
                return
            *lines, data = (data + chunk).split(b"\n")
            yield from lines
            if len(data) > LONGEST_LINE:
                raise LabDied("The converter's process answered more than a result.")


def read_line(line: bytes) -> Mapping[str, Any]:
    """Returns the object of a line, which every database takes. Raises `LabDied`."""
    try:
        return read_object(line)
    except UnusableAnswer as unusable:
        raise LabDied(f"The converter's process sent a malformed answer: {unusable}.") from None


def _result(answer: Mapping[str, Any], shape: type[J]) -> J:
    if "refused" in answer and has_shape(answer["refused"], LabRefusalJson):
        refusal = answer["refused"]
        if refusal["reason"] == "full-disk":
            raise DiskFull
        detail = refusal.get("detail", "")[:LONGEST_TEXT]
        raise LabRefused(refusal["message"][:LONGEST_TEXT], refusal["reason"][:40], detail)
    if "needs" in answer and has_shape(answer["needs"], ConverterEnvironmentJson):
        raise EnvironmentMissing(answer["needs"])
    if "result" not in answer or not has_shape(answer["result"], shape):
        raise LabDied("The converter's process sent a malformed answer.")
    return cast(J, answer["result"])


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    text = errors.read().decode("utf-8", "replace").strip().splitlines()
    return text[-1][:300] if text else "no message"
