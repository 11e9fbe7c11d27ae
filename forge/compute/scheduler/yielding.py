"""Reports to operators whether the processes that compute can yield the processor on this machine, and by what.

`forge.compute.scheduler.priority` does it by both means wherever it may; which of them has an effect, the system
decides.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from forge.compute.scheduler.priority import BACK_TO_USUAL
from rune.isolation.linux import is_linux

PROC = Path("/proc")
CONTROL_GROUPS = Path("/sys/fs/cgroup")
_AUTOGROUP = "sys/kernel/sched_autogroup_enabled"


class YieldsBy(Enum):
    """The mechanism that gives a process less of the processor."""

    SESSIONS = "the priority of sessions"
    PROCESSES = "the priority of processes"


class YieldsToNobody(Exception):
    """Processes of a server cannot yield; the text says why, and what to do."""


def yields_by(server: int, proc: Path = PROC, groups: Path = CONTROL_GROUPS) -> YieldsBy:
    """Returns the mechanism for the processes of a server. Raises `YieldsToNobody`."""
    if not is_linux():
        raise YieldsToNobody("only Linux lets a process raise its priority again")
    in_group = _shares_by_group(server, proc, groups)
    if not in_group and _read(proc / _AUTOGROUP) == "1":
        return YieldsBy.SESSIONS
    limit = _nice_limit(server, proc)
    if limit >= BACK_TO_USUAL:
        return YieldsBy.PROCESSES
    where = "in a control group" if in_group else f"without {_AUTOGROUP.replace('sys/', '', 1).replace('/', '.')}"
    raise YieldsToNobody(f"{where} the limit of the priority (RLIMIT_NICE) must be {BACK_TO_USUAL}, and it is {limit}")


def _shares_by_group(server: int, proc: Path, groups: Path) -> bool:
    """Returns whether the processor is shared among control groups here, which know no sessions."""
    for line in _read(proc / str(server) / "cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(",") and path != "/":
            return True
        if number == "0":
            own = groups / path.lstrip("/")
            around = [own, *own.parents]
            # The root of the whole hierarchy has no weight: there is nothing beside it.
            if any((one / "cpu.weight").exists() for one in around if one.is_relative_to(groups)):
                return True
    return False


def _nice_limit(server: int, proc: Path) -> int:
    for line in _read(proc / str(server) / "limits").splitlines():
        if line.startswith("Max nice priority"):
            soft = line.split()[3]
            return BACK_TO_USUAL if soft == "unlimited" else int(soft)
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
