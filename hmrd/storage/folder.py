"""The folder of a daemon, with all that it keeps."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

from hmrd.protocol.local import SOCKET_NAME, STATE_FOLDER
from hmrd.storage.counts import CountsFiles
from hmrd.storage.files import make_folder, storage_failure
from hmrd.storage.identity import IdentityFiles
from hmrd.storage.pairs import PairsFile
from hmrd.storage.slots import Slots
from hmrd.storage.states import StateFile
from hmrd.storage.windows import WindowFiles

DEFAULT: Final = Path(STATE_FOLDER)


class FolderInUse(Exception):
    """Another process works with the folder."""


class StateFolder:
    """The places below the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.socket = root / SOCKET_NAME
        self.log = root / "log" / "hmrd.log"
        self.documents = root / "documents"
        """The signed documents that the device has seen, of which it takes no older ones."""
        self.recordings = root / "recordings"
        self.identity = IdentityFiles(root / "identity")

    def state_file(self, rune: str) -> StateFile:
        """Returns the state of the machine of this name."""
        return StateFile(self._rune(rune) / "state.json")

    def slots(self, rune: str) -> Slots:
        """Returns the slots of the machine of this name."""
        return Slots(self._rune(rune))

    def counts(self, rune: str) -> CountsFiles:
        """Returns the counts of the machine of this name."""
        return CountsFiles(self._rune(rune) / "counts")

    def windows(self, rune: str) -> WindowFiles:
        """Returns the odd windows of the machine of this name."""
        return WindowFiles(self._rune(rune) / "windows")

    def pairs(self, rune: str) -> PairsFile:
        """Returns the pairs of labels of the machine of this name."""
        return PairsFile(self._rune(rune) / "counts")

    def lock(self) -> int:
        """Keeps other processes out until this one ends, and returns the descriptor. Raises `FolderInUse`, and
        `StorageFailed`."""
        try:
            make_folder(self.root)
            descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise storage_failure(self.root, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise FolderInUse(f"Another hmrd works with {self.root}.") from None
        return descriptor

    def forget_documents(self) -> None:
        """Deletes the documents of a former organisation."""
        shutil.rmtree(self.documents, ignore_errors=True)

    def _rune(self, name: str) -> Path:
        return self.root / "runes" / name
