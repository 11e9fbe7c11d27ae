"""The source of an input: a file, a named pipe, a command or a socket. Blocks of bytes come as they arrive."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from hmrd.config.model import SourceConfig, SourceKind
from hmrd.protocol.problems import ProblemName
from hmrd.running.failure import RunFailed
from hmrd.running.processes import command
from hmrd.running.stop_signal import StopSignal

_BLOCK = 64 * 1024
_CONNECT_SECONDS = 10.0
_PIPE_MODE = 0o660
"""The daemon's group may write into a pipe that it made."""


def blocks(source: SourceConfig, stop: StopSignal) -> Generator[bytes]:
    """Yields the bytes of a source; an empty block where what follows begins anew. Ends with the file, or when it is
    stopped. Raises `RunFailed`.
    """
    match source.kind:
        case SourceKind.FILE:
            return _file_blocks(source, stop)
        case SourceKind.PIPE:
            return _pipe_blocks(source.value[0], stop)
        case SourceKind.COMMAND:
            return _command_blocks(source, stop)
        case SourceKind.SOCKET:
            return _socket_blocks(source.value[0], stop)


def _file_blocks(source: SourceConfig, stop: StopSignal) -> Generator[bytes]:
    while not stop.is_set:
        is_empty = True
        with _opened(source.value[0], os.O_RDONLY) as descriptor:
            while not stop.is_set and (block := os.read(descriptor, _BLOCK)):
                is_empty = False
                yield block
        if not source.repeats:
            return
        if is_empty:
            raise RunFailed(ProblemName.INPUT_ENDED, f"{source.value[0]} is empty.")
        yield b""


def _pipe_blocks(path: str, stop: StopSignal) -> Generator[bytes]:
    """A pipe outlives its writers: where one ends, the next one begins anew."""
    if path == "-":
        yield from _until_end(0, stop)
        raise RunFailed(ProblemName.INPUT_ENDED, "The standard input ended.")
    _make_pipe(Path(path))
    while not stop.is_set:
        # A pipe that was just opened has no end before its first writer left, so this waits for one.
        with _opened(path, os.O_RDONLY | os.O_NONBLOCK) as descriptor:
            if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                raise RunFailed(ProblemName.CONFIG_WRONG, f"{path} is not a pipe. Delete it.")
            yield from _until_end(descriptor, stop)
        yield b""


def _make_pipe(path: Path) -> None:
    """Makes a pipe where nothing is: a folder such as `/run/hmrd` is empty after each start of the machine."""
    try:
        os.mkfifo(path, _PIPE_MODE)
        path.chmod(_PIPE_MODE)  # whatever the umask is
    except FileExistsError:
        return
    except OSError as error:
        raise RunFailed(ProblemName.INPUT_ENDED, f"The pipe {path} cannot be made: {error.strerror}.") from None


def _command_blocks(source: SourceConfig, stop: StopSignal) -> Generator[bytes]:
    with command(source.value, stdout=subprocess.PIPE) as process:
        if process.stdout is not None:
            yield from _until_end(process.stdout.fileno(), stop)
    if not stop.is_set:
        raise RunFailed(ProblemName.INPUT_ENDED, f"{source.value[0]} ended.")


def _socket_blocks(address: str, stop: StopSignal) -> Generator[bytes]:
    kind, _, place = address.partition(":")
    try:
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(_CONNECT_SECONDS)
            connection.connect(place)
        else:
            host, _, port = place.removeprefix("//").rpartition(":")
            connection = socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS)
    except (OSError, OverflowError) as error:
        raise RunFailed(ProblemName.INPUT_ENDED, f"{address} cannot be reached: {error}.") from None
    with connection:
        yield from _until_end(connection.fileno(), stop)
    if not stop.is_set:
        raise RunFailed(ProblemName.INPUT_ENDED, f"{address} ended.")


def _until_end(descriptor: int, stop: StopSignal) -> Generator[bytes]:
    while stop.wait_readable(descriptor):
        try:
            block = os.read(descriptor, _BLOCK)
        except BlockingIOError:
            continue
        except OSError as error:
            raise RunFailed(ProblemName.INPUT_ENDED, f"The input cannot be read: {error.strerror}.") from None
        if not block:
            return
        yield block


@contextmanager
def _opened(path: str, flags: int) -> Iterator[int]:
    try:
        descriptor = os.open(Path(path), flags | os.O_CLOEXEC)
    except OSError as error:
        raise RunFailed(ProblemName.INPUT_ENDED, f"{path} cannot be opened: {error.strerror}.") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)
