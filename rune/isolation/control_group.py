"""Control groups (cgroup v2): the kernel holds a process to a limit of memory together with all that it starts.

Groups are made in a part of the hierarchy that an administrator delegated to this process: by systemd with `Delegate=`,
or by giving its user the folder. Nothing is done to any other part.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "pids")
MOUNT_POINT = Path("/sys/fs/cgroup")
"""Where cgroup v2 is on every system of today; with both versions, the second one has no memory controller there."""
_DELEGATION_ATTRIBUTES = ("user.delegate", "trusted.delegate")
"""Extended attributes by which systemd marks what it delegates."""
_LEAF = "server"
"""The group for the processes that are in a delegated group itself: a group with limited groups in it has none."""
_PREFIX = "computes-"
_ENDING_SECONDS = 1.0


class NotDelegated(Exception):
    """No part of the hierarchy is this process's to make groups in; the text says why, for an operator."""


@dataclass(frozen=True)
class DelegatedGroup:
    """A part of the hierarchy in which groups with limits may be made."""

    folder: Path

    def prepare(self) -> None:
        """Lets groups be made, and removes those that a server which was killed left. Raises `NotDelegated`."""
        try:
            _move_processes(self.folder)
            (self.folder / "cgroup.subtree_control").write_text(" ".join(f"+{one}" for one in CONTROLLERS), "ascii")
        except OSError as error:
            raise NotDelegated(f"the system refused it: {error.strerror or error}") from error
        for stale_group in self.folder.glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):  # one that has processes is another server's
                stale_group.rmdir()

    def new_group(self, name: str, *, memory: int, processes: int) -> ControlGroup:
        """A group of at most so many bytes of memory, files in memory included, and processes with their threads.

        A name that is in use raises `FileExistsError`, and what the system refuses another `OSError`.
        """
        group = ControlGroup(self.folder / f"{_PREFIX}{name}")
        group.folder.mkdir()
        try:
            group.set("memory.max", memory)
            group.set("pids.max", processes)
            group.set("memory.oom.group", 1)
            with contextlib.suppress(FileNotFoundError):  # a kernel without swap
                group.set("memory.swap.max", 0)
        except OSError:
            group.folder.rmdir()
            raise
        return group


@dataclass(frozen=True)
class ControlGroup:
    """A group with limits, for one process and all that it starts."""

    folder: Path

    def set(self, name: str, value: int) -> None:
        (self.folder / name).write_text(str(value), "ascii")

    def open_entrance(self) -> int:
        """A descriptor for `enter`; it needs no path of the hierarchy."""
        return os.open(self.folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended processes of the group because they reached its limit."""
        try:
            events = dict(line.split() for line in (self.folder / "memory.events").read_text("ascii").splitlines())
        except OSError:
            return False
        return int(events.get("oom_kill", 0)) > 0

    def remove(self) -> None:
        """Removes the group once its processes, which were killed, are gone.

        What is left after a second, the next `DelegatedGroup.prepare` removes.
        """
        deadline = time.monotonic() + _ENDING_SECONDS
        while time.monotonic() < deadline:
            try:
                self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.005)
            else:
                return


def enter(entrance: int) -> None:
    """Puts this process into the group of the descriptor, with all that it starts from now on, and closes it."""
    try:
        os.write(entrance, b"0")
    finally:
        os.close(entrance)


def delegated_to(pid: int) -> DelegatedGroup:
    """The part that is delegated to a process. Changes nothing. Raises `NotDelegated`."""
    if not (MOUNT_POINT / "cgroup.controllers").exists():
        raise NotDelegated("the system has no control groups of version 2")
    return delegated_at(MOUNT_POINT / _path_of(pid).lstrip("/"), MOUNT_POINT)


def delegated_at(own: Path, mount_point: Path) -> DelegatedGroup:
    """The group around a process's `own`, or its own, whichever an administrator delegated. Raises `NotDelegated`."""
    folder = next((one for one in (own.parent, own) if one.is_relative_to(mount_point) and _is_delegated(one)), None)
    if folder is None:
        raise NotDelegated("no control group is delegated to this server")
    lacking = set(CONTROLLERS) - set((folder / "cgroup.controllers").read_text("ascii").split())
    if lacking:
        raise NotDelegated(f"the control group that is delegated has no {' and no '.join(sorted(lacking))}")
    return DelegatedGroup(folder)


def _path_of(pid: int) -> str:
    """The group of a process, as this process sees it. Raises `NotDelegated`."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text("utf-8").splitlines()
    except OSError as error:
        raise NotDelegated(f"the system does not tell the control group: {error.strerror}") from error
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/..")
    if "/.." in path:
        raise NotDelegated("the server's control group is outside of what is mounted here")
    return path


def _is_delegated(folder: Path) -> bool:
    """Returns whether an administrator said so. To root every group is writable, so that for root only a mark
    counts."""
    for name in _DELEGATION_ATTRIBUTES:
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    files = ("cgroup.procs", "cgroup.subtree_control")
    return os.geteuid() != 0 and all(os.access(folder / name, os.W_OK) for name in files)


def _move_processes(folder: Path) -> None:
    leaf = folder / _LEAF
    for pid in (folder / "cgroup.procs").read_text("ascii").split():
        leaf.mkdir(exist_ok=True)
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            (leaf / "cgroup.procs").write_text(pid, "ascii")
