"""The two slots of a rune: files whose bytes are compared with their digests whenever they are read."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO, Final

from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.wanted import WantedRune
from hmrd.storage.files import StorageFailed, make_folder, read_file, storage_failure, sync_folder
from rune.digests import digest_of

RESERVE: Final = 16 * 1024 * 1024
"""Bytes that stay free on the disk, so that states can always be written."""


class Slots:
    """The slots of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, slot: int, rune: WantedRune) -> bytes | None:
        """Returns the bytes of a rune in a slot; None where they are damaged or gone."""
        data = read_file(self.path(slot))
        return data if data is not None and digest_of(data) == rune.rune else None

    def path(self, slot: int) -> Path:
        """Returns the file of a slot."""
        return self._folder / f"slot-{slot}.rune"

    def fetched_bytes(self, rune: WantedRune) -> int:
        """Returns how many bytes of a rune are there already, after a download that broke off."""
        try:
            size = self._part(rune).stat().st_size
        except OSError:
            return 0
        return size if size <= rune.size else 0

    def open_part(self, rune: WantedRune, start: int) -> BinaryIO:
        """Returns the file to which the bytes from `start` on are appended. Raises `StorageFailed`."""
        part = self._part(rune)
        try:
            make_folder(self._folder)
            for other in self._folder.glob("*.part"):
                if other != part:
                    other.unlink(missing_ok=True)
            free = shutil.disk_usage(self._folder).free
            missing = rune.size - start
            if free < missing + RESERVE:
                detail = (
                    f"The rune needs {missing:,} more bytes, and the disk has {free:,} with a reserve of {RESERVE:,}."
                )
                raise StorageFailed(DeviceProblem(ProblemName.DISK_FULL, detail))
            file = part.open("ab")
            file.truncate(start)
        except OSError as error:
            raise storage_failure(part, error) from None
        return file

    def finish(self, slot: int, rune: WantedRune) -> bool:
        """Brings the whole bytes of a download into a slot. False, and the download is gone, if they have another
        digest. Raises `StorageFailed`."""
        part = self._part(rune)
        try:
            with part.open("rb+") as file:
                is_whole = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" == rune.rune
                os.fsync(file.fileno())
            if is_whole:
                part.replace(self.path(slot))
                sync_folder(self._folder)
            else:
                part.unlink()
        except OSError as error:
            raise storage_failure(part, error) from None
        return is_whole

    def incoming(self, rune: WantedRune) -> Path:
        """Returns the file of a rune that a person at the device deployed."""
        return self._folder / f"incoming-{rune.rune.removeprefix('sha256:')}.rune"

    def put(self, slot: int, rune: WantedRune, data: bytes) -> None:
        """Writes bytes that are there into a slot. Raises `StorageFailed`."""
        with self.open_part(rune, 0) as file:
            try:
                file.write(data)
                file.flush()
            except OSError as error:
                raise storage_failure(self.path(slot), error) from None
        self.finish(slot, rune)

    def clear(self) -> None:
        """Deletes the runes of both slots and what was downloaded."""
        for path in (*self._folder.glob("*.rune"), *self._folder.glob("*.part")):
            path.unlink(missing_ok=True)

    def _part(self, rune: WantedRune) -> Path:
        return self._folder / f"{rune.rune.removeprefix('sha256:')}.part"
