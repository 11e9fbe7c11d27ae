"""The configuration of a device."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from hmrd.server_address import ServerAddress

SERVER_RUNE: Final = "rune"
"""The name of the rune of a configuration that names none."""
RUN_SECONDS: Final = 10.0
CHECK_SECONDS: Final = 30.0
QUEUE_LENGTH: Final = 1000


class Origin(StrEnum):
    """The source of a rune: it decides which release runs."""

    SERVER = "server"
    LOCAL = "local"
    """A person at the device."""


class SourceKind(StrEnum):
    """The kinds of source of an input."""

    FILE = "file"
    PIPE = "pipe"
    """A named pipe, or `-` for the daemon's standard input."""
    COMMAND = "command"
    SOCKET = "socket"
    """`tcp://host:port`, or `unix:/path`."""


class InputFormat(StrEnum):
    """The formats of a source, whose bytes become those of an input."""

    RAW = "raw"
    """The bytes as they come."""
    WAV = "wav"
    LINES = "lines"
    """Numbers with commas or spaces between them, or a JSON array of numbers, a line each."""


class SinkKind(StrEnum):
    """The kinds of destination of answers."""

    STDOUT = "stdout"
    MQTT = "mqtt"
    HTTP = "http"
    COMMAND = "command"


@dataclass(frozen=True)
class SourceConfig:
    """The source of one input."""

    kind: SourceKind
    value: tuple[str, ...]
    """The path or the address; of a command each of its arguments."""
    format: InputFormat = InputFormat.RAW
    hop: int | None = None
    """Elements from the start of a window to that of the next; None for the length of a window."""
    size: int | None = None
    """Bytes of a window, for an input of a rune that does not say it."""
    repeats: bool = False
    """Whether a file begins anew at its end."""


@dataclass(frozen=True)
class SinkConfig:
    """A place for answers."""

    kind: SinkKind
    url: str = ""
    topic: str = ""
    user: str = ""
    password_file: str = ""
    headers_file: str = ""
    ca: str = ""
    command: tuple[str, ...] = ()
    queue: int = QUEUE_LENGTH
    """Answers that wait at most, before the oldest is dropped."""


@dataclass(frozen=True)
class RuneConfig:
    """A rune that the device runs."""

    name: str = SERVER_RUNE
    origin: Origin = Origin.SERVER
    sources: Mapping[str, SourceConfig] = field(default_factory=dict)
    sinks: tuple[SinkConfig, ...] = (SinkConfig(SinkKind.STDOUT),)
    check: tuple[str, ...] = ()
    """The owner's command, which agrees with a new rune by ending with 0."""
    check_seconds: float = CHECK_SECONDS
    seconds: float = RUN_SECONDS
    """Seconds that a run may take."""


def usual_board() -> str:
    """Returns the name of this kind of device."""
    return f"linux-{platform.machine().lower().replace(' ', '-') or 'unknown'}"


@dataclass(frozen=True)
class DoorbellConfig:
    """The broker of MQTT 5 that tells the device that there is something new. Its account comes from the server."""

    url: str
    ca: str = ""


@dataclass(frozen=True)
class SamplesConfig:
    """The limits that the device sets to requests for samples."""

    keep: bool = True
    """Whether odd windows are kept while telemetry is on, so that somebody may ask for them."""
    page: bool = True
    """Whether the answer on the device's page is followed. A device that believes a key at home never follows it."""


@dataclass(frozen=True)
class Config:
    """The whole configuration."""

    board: str = field(default_factory=usual_board)
    ca: str | None = None
    """A file of certificates that the server's is compared with; None for those of the system."""
    mirror: ServerAddress | None = None
    """An OCI registry that has the runes too."""
    runes: tuple[RuneConfig, ...] = (RuneConfig(),)
    doorbell: DoorbellConfig | None = None
    samples: SamplesConfig = SamplesConfig()
