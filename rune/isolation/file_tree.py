"""A root of its own for a process: what it may read, mounted read-only where it lies outside, and a folder in memory.

Needs a mount namespace of its own, and its privileges. Nothing of the tree that was there before can be reached then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rune.isolation.landlock import AllowedPaths
from rune.isolation.linux import (
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    mount,
    pivot_root,
    unmount,
)

_INODES = 20_000
_MOUNT_FLAGS = {
    os.ST_NOSUID: MS_NOSUID,
    os.ST_NODEV: MS_NODEV,
    os.ST_NOEXEC: MS_NOEXEC,
    os.ST_NOATIME: 0x400,
    os.ST_NODIRATIME: 0x800,
    os.ST_RELATIME: 0x200000,
}
"""Flags of a file system that must not be lost when it is mounted again, as a mount knows them."""


def enter_file_tree(access: AllowedPaths, folder: str, size: int) -> None:
    """Makes the tree the root of this process, with `folder`, of at most `size` bytes with all else that is written.

    `folder` must be there; what is in it outside is not seen inside. Raises `OSError`.
    """
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},nr_inodes={_INODES},mode=755")
    root = Path(folder)
    visible_paths: list[str] = []
    for path in (*access.readable, *access.runnable, *access.devices):
        _show(path, root, visible_paths)
    _mount_processes(root)
    own = root / folder.lstrip("/")
    own.mkdir(parents=True, exist_ok=True)
    before = root / "before"
    before.mkdir()
    pivot_root(str(root), str(before))
    os.chdir("/")
    unmount("/before")
    os.rmdir("/before")
    os.chdir(folder)


def give_folder(folder: str, user: int) -> None:
    """Makes the folder of the tree a user's own."""
    os.chown(folder, user, user)


def _show(path: str, root: Path, visible_paths: list[str]) -> None:
    """Lets a path be seen: its symbolic links as they are, and the folder or file at their end, read-only."""
    real = os.path.realpath(path)
    for link, target in _links(path):
        place = root / link.lstrip("/")
        if not os.path.lexists(place) and not _is_within(link, visible_paths):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)
    if real.startswith("/proc/") or real == "/proc" or _is_within(real, visible_paths):
        return
    place = root / real.lstrip("/")
    if os.path.isdir(real):
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    mount(real, str(place), None, MS_BIND | MS_REC)
    flags = os.statvfs(place).f_flag
    flags_to_keep = sum(ours for theirs, ours in _MOUNT_FLAGS.items() if flags & theirs)
    mount("none", str(place), None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | flags_to_keep)
    visible_paths.append(real)


def _links(path: str) -> Iterator[tuple[str, str]]:
    """Each symbolic link on the way to a path, with its target, as long as it takes to arrive."""
    place = "/"
    remaining = [part for part in path.split("/") if part]
    while remaining:
        place = os.path.join(place, remaining.pop(0))
        if os.path.islink(place):
            target = os.readlink(place)
            yield place, target
            remaining = [
                part for part in os.path.normpath(os.path.join(os.path.dirname(place), target)).split("/") if part
            ] + remaining
            place = "/"


def _is_within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _mount_processes(root: Path) -> None:
    """`/proc` of the own processes. A container may let nobody mount one: then what it shows itself is shown."""
    place = root / "proc"
    place.mkdir()
    try:
        mount("proc", str(place), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        mount("/proc", str(place), None, MS_BIND | MS_REC)
