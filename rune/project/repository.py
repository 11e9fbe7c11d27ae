"""The Git repository around a folder: what belongs together on somebody's disk, and may link to each other."""

from __future__ import annotations

import stat
from pathlib import Path

_GITDIR = b"gitdir: "


def enclosing_repository(folder: Path) -> Path | None:
    """The top of the nearest working tree around a folder, resolved; None without one.

    That of a worktree or a submodule is its own, where the file `.git` stands, not that of the repository behind it.
    """
    start = folder.resolve()
    return next((each for each in (start, *start.parents) if _is_top(each)), None)


def _is_top(folder: Path) -> bool:
    """Returns whether `.git` is what Git makes: a folder with a HEAD, or a file that names one. A link is neither."""
    git = folder / ".git"
    try:
        mode = git.lstat().st_mode
        if stat.S_ISDIR(mode):
            return stat.S_ISREG((git / "HEAD").lstat().st_mode)
        if not stat.S_ISREG(mode):
            return False
        with git.open("rb") as file:
            return file.read(len(_GITDIR)) == _GITDIR
    except OSError:
        return False
