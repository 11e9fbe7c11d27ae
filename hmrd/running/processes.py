"""Commands that a person at the device configured: without a shell, in a group of their own, ended with all they
started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.running.failure import RunFailed
from hmrd.running.stop_signal import StopSignal

_GRACE = 2.0
"""Seconds that a command has to end by itself."""


@contextmanager
def command(arguments: Sequence[str], **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A running command, which ends with the block. Raises `RunFailed` if it cannot be started."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes}
    try:
        process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL, start_new_session=True, **pipes)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a command"
        raise RunFailed(ProblemName.CONFIG_WRONG, f"{arguments[0]} cannot be started: {reason}.") from None
    try:
        yield process
    finally:
        end_group(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a command and all of its group: asked first, then killed."""
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()


def owner_refuses(arguments: Sequence[str], seconds: float, stop: StopSignal) -> DeviceProblem | None:
    """Runs the owner's check command. Returns why it does not agree; None if it ends with 0, or was stopped."""
    try:
        with command(arguments) as process:
            descriptor = os.pidfd_open(process.pid)
            try:
                if not stop.wait_readable(descriptor, seconds):
                    return None if stop.is_set else _refused(f"It did not end within {seconds:g} s.")
            finally:
                os.close(descriptor)
            status = process.wait()
    except RunFailed:
        return _refused("It cannot be started.")
    return None if status == 0 else _refused(f"It ended with {status}.")


def _refused(why: str) -> DeviceProblem:
    return DeviceProblem(ProblemName.CHECK_REFUSED, f"The owner's check command does not agree. {why}")


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group may outlive its first process, whose number is its own until it is waited for.
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return
