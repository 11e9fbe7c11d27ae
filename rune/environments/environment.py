"""Environments of packages that are prepared when somebody first needs them: what each costs, and where it is kept on
this machine. `lab.environments` makes them, each from a lock with hashes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rune.user_cache import user_cache

LOCKS: Final = Path(__file__).resolve().parent
"""The folder of locks, for an environment that names none."""
FOLDER_VARIABLE: Final = "RUNE_LAB_DIR"
"""Names the folder of the environments; without it they are in the user's cache."""
READY: Final = "ready.json"
"""The file that an environment has once it was made and checked."""
_DIGITS = 16
"""The digits of the digest that is in a folder's name."""
INDEX_LINE: Final = "# index of "
"""How the first line of a lock begins whose packages are not all in the usual index: then come the package and where it
is."""


@dataclass(frozen=True)
class Environment:
    """An environment of packages. A check imports `module` and reports its version; `reads` says what needs it;
    `download` and `disk` are megabytes.

    An environment that `is_apart` is in a folder that is there before it: an isolated process that may read that folder
    sees an environment that is prepared later.
    """

    name: str
    module: str
    reads: str
    download: int
    disk: int
    locks: Path | None = None
    is_apart: bool = False

    @property
    def lock(self) -> Path:
        """The locked requirements: exact versions with hashes."""
        return (self.locks or LOCKS) / f"{self.name}.txt"

    @property
    def index(self) -> str | None:
        """The index that the lock names beside the usual one, or None."""
        with self.lock.open(encoding="utf-8") as lock:
            line = lock.readline()
        return line.rpartition(": ")[2].strip() if line.startswith(INDEX_LINE) else None

    @property
    def folder(self) -> Path:
        """The folder on this machine. A changed lock, or another version of Python, has another folder."""
        state = self.lock.read_bytes() + "{}.{}".format(*sys.version_info[:2]).encode()
        digest = hashlib.sha256(state).hexdigest()[:_DIGITS]
        return self.place / digest if self.is_apart else self.place / f"{self.name}-{digest}"

    @property
    def place(self) -> Path:
        """The folder that its folder is in."""
        return environments_folder() / self.name if self.is_apart else environments_folder()

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def is_ready(self) -> bool:
        return (self.folder / READY).is_file()

    @property
    def size_text(self) -> str:
        """Returns the text about the size of its download."""
        return size_text([self])


def environments_folder() -> Path:
    """The folder of the environments: `RUNE_LAB_DIR`, or `rune/lab` in the user's cache."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Path(folder).absolute()
    return user_cache("lab")


class EnvironmentNeeded(Exception):
    """Environments are not prepared on this machine; the text says what to do."""

    def __init__(self, *environments: Environment) -> None:
        names = [each.name for each in environments]
        noun = "environment" if len(names) == 1 else "environments"
        super().__init__(
            f"This needs the {noun} {' and '.join(names)}: {size_text(environments)}. "
            f"Prepare with `python -m lab.environments prepare {' '.join(names)}`."
        )
        self.environments = environments


def size_text(environments: Sequence[Environment]) -> str:
    """Returns the text about the size of a download, which a person sees before it."""
    download, disk = (sum(getattr(each, name) for each in environments) for name in ("download", "disk"))
    return f"{download} MB to download, {disk / 1000:.1f} GB on disk"
