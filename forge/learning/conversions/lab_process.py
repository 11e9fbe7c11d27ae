"""Starts `lab` for one job and follows it. `lab` is never imported: a request goes in as JSON, lines of JSON come out.

`lab` reads the model in a process of its own that is isolated from this machine; that process ends with the one that is
started here.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from forge.core.json_shape import has_shape
from forge.learning.conversions.lab_answers import ConverterEnvironmentJson, LabRefusalJson
from rune.running.isolation.toolchain_files import package_folder

TICK = 0.2
"""Seconds between two looks at the lease."""
LONGEST_LINE = 8 << 20
LONGEST_TEXT = 1000
"""Characters of a sentence."""
_PASSED_ON = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "RUNE_LAB_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_INSTALLERS = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
"""Where packages are fetched from. Nothing else of the server's variables is passed on: they may hold secrets."""

J = TypeVar("J")


class LabRefused(Exception):
    """The model is not converted, or the environment cannot be prepared; the text says why."""


class EnvironmentMissing(Exception):
    """An environment has to be prepared first."""

    def __init__(self, environment: ConverterEnvironmentJson) -> None:
        super().__init__(environment["name"])
        self.environment = environment


class LabDied(Exception):
    """The process ended without an answer, or with one that cannot be read."""


def ask_lab(
    request: Mapping[str, Any],
    shape: type[J],
    *,
    seconds: float,
    tick: Callable[[], None],
    report: Callable[[float, str], None],
) -> J:
    """Returns the result of a job of `lab`, which has this shape. What `tick` raises ends the process.

    Raises `LabRefused`, `EnvironmentMissing` and `LabDied`.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "lab.command.job"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_variables(),
            start_new_session=True,
        )
        try:
            answer = _answer(process, request, seconds, tick, report)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        if answer is None:
            raise LabDied(_last_words(errors))
    return _result(answer, shape)


def _variables() -> dict[str, str]:
    """The surroundings of the process: its packages, and where it finds and fetches environments."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    passed |= {name: value for name, value in os.environ.items() if name.startswith(_INSTALLERS)}
    return {**passed, "PYTHONPATH": str(Path(package_folder("lab")).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _answer(
    process: subprocess.Popen[bytes],
    request: Mapping[str, Any],
    seconds: float,
    tick: Callable[[], None],
    report: Callable[[float, str], None],
) -> Mapping[str, Any] | None:
    """The last line of a process, or None if it ended without one."""
    assert process.stdin is not None  # noqa: S101 (a pipe was requested)
    assert process.stdout is not None  # noqa: S101 (the same)
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
    for line in _lines(process.stdout, time.monotonic() + seconds, tick):
        message = _parsed(line)
        if "progress" not in message:
            return message
        if has_shape(message["progress"], float) and isinstance(message.get("text"), str):
            report(message["progress"], message["text"][:LONGEST_TEXT])
    return None


def _lines(source: IO[bytes], deadline: float, tick: Callable[[], None]) -> Iterator[bytes]:
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while True:
            tick()
            if time.monotonic() > deadline:
                raise LabRefused("The conversion took longer than its limit, and was stopped.")
            if not selector.select(TICK):
                continue
            received = os.read(source.fileno(), 1 << 16)
            if not received:
                return
            *lines, data = (data + received).split(b"\n")
            yield from lines
            if len(data) > LONGEST_LINE:
                raise LabDied("The converter's process answered more than a result.")


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabDied("The converter's process answered something that is not JSON.") from error
    if not isinstance(message, dict):
        raise LabDied("The converter's process answered something that is not an object.")
    return message


def _result(answer: Mapping[str, Any], shape: type[J]) -> J:
    if "refused" in answer and has_shape(answer["refused"], LabRefusalJson):
        raise LabRefused(answer["refused"]["message"][:LONGEST_TEXT])
    if "needs" in answer and has_shape(answer["needs"], ConverterEnvironmentJson):
        raise EnvironmentMissing(answer["needs"])
    if "result" not in answer or not has_shape(answer["result"], shape):
        raise LabDied("The converter's process sent a malformed answer.")
    return cast(J, answer["result"])


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    text = errors.read().decode("utf-8", "replace").strip().splitlines()
    return f"The converter's process ended without an answer: {text[-1][:300] if text else 'no message'}"
