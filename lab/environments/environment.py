"""The environments in which converters run, what each costs, and where they are kept on this machine.

A converter's packages fit neither beside the server nor beside each other, so each has an environment of its own, which
is made from a lock with hashes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rune.user_cache import user_cache

LOCKS: Final = Path(__file__).resolve().parent
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
    """One environment. A check imports `module` and reports its version; `reads` says which files need the environment;
    `download` and `disk` are megabytes."""

    name: str
    module: str
    reads: str
    download: int
    disk: int

    @property
    def lock(self) -> Path:
        """The locked requirements: exact versions with hashes."""
        return LOCKS / f"{self.name}.txt"

    @property
    def index(self) -> str | None:
        """The index that the lock names beside the usual one, or None."""
        with self.lock.open(encoding="utf-8") as lock:
            line = lock.readline()
        return line.rpartition(": ")[2].strip() if line.startswith(INDEX_LINE) else None

    @property
    def folder(self) -> Path:
        """Where it is on this machine. A changed lock, or another version of Python, has another folder."""
        state = self.lock.read_bytes() + "{}.{}".format(*sys.version_info[:2]).encode()
        return environments_folder() / f"{self.name}-{hashlib.sha256(state).hexdigest()[:_DIGITS]}"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def is_ready(self) -> bool:
        return (self.folder / READY).is_file()

    @property
    def size_text(self) -> str:
        """Returns the text about the size of a download, which a person sees before it."""
        return f"{self.download} MB to download, {self.disk / 1000:.1f} GB on disk"


ENVIRONMENTS: Final[Mapping[str, Environment]] = {
    each.name: each
    for each in [
        Environment("tensorflow", "tensorflow", "Keras models (.keras, .h5) and SavedModels", download=320, disk=1600),
        Environment("onnx", "onnxruntime", "ONNX models (.onnx)", download=60, disk=230),
        Environment("torch", "torch", "programs of PyTorch (.pt2)", download=260, disk=900),
    ]
}
"""All environments, by name."""


def environments_folder() -> Path:
    """The folder of the environments: `RUNE_LAB_DIR`, or `rune/lab` in the user's cache."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Path(folder).absolute()
    return user_cache("lab")
