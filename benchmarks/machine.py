"""The machine and the versions in words: what a figure is worth nothing without. No names of hosts, no paths."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

import rune
from benchmarks.figure import CannotMeasure
from tools.browser import chromium


def machine() -> str:
    """One paragraph."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()} GB of memory; {_system()}; "
        f"Python {platform.python_version()}, Node {_output('node', '--version').lstrip('v')}, {_browser()}; "
        f"Hammer Forge {rune.__version__} at commit {_output('git', 'rev-parse', '--short=10', 'HEAD')}."
    )


def load() -> str:
    """Says how busy the machine was with other work; a figure of a busy machine is an upper bound."""
    return f"{os.getloadavg()[0]:.1f} processes on average wanted a core in the minute before."


def wait_until_idle(seconds: float = 2.0, most: float = 120.0) -> None:
    """Returns when the processors were idle for so long, nine tenths of each half second. Raises `CannotMeasure` after
    `most` seconds."""
    end, idle_for = time.monotonic() + most, 0.0
    while idle_for < seconds:
        if time.monotonic() > end:
            raise CannotMeasure(f"the machine was not idle for {seconds:g} s within {most:g} s")
        idle, every = _processor_ticks()
        time.sleep(_GLANCE)
        idle_now, every_now = _processor_ticks()
        idle_for = idle_for + _GLANCE if idle_now - idle >= 0.9 * (every_now - every) else 0.0


_GLANCE = 0.5
"""Seconds."""


def _processor_ticks() -> tuple[int, int]:
    """Ticks of all processors since the system started: idle ones, and all."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process and its children have used, those that ended and were waited for too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own + sum(_time_if_alive(child) for child in children_of(pid))


def _time_if_alive(pid: int) -> float:
    """0 for a process that ended meanwhile: its parent counts it."""
    try:
        return processor_time(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that run; those of all of its threads. None of one that ended."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for task in tasks for child in _children_of_thread(task)]


def _children_of_thread(task: Path) -> list[str]:
    """Returns the processes that a thread started; none for a thread that ended meanwhile: its children belong to
    another one of the process."""
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_of(pid: int) -> str:
    """The command line of a process, its words separated by spaces."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def _browser() -> str:
    path = chromium()
    return " ".join(_output(path, "--version").split()[:2]) if path else "no Chromium"


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip() or "unknown"
    except OSError:
        return "none"
