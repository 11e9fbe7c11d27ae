"""The files of a folder without those that may hold secrets, and without links that lead out of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from rune.project.files import FileError, FileNotInProject, FolderFiles, normal_path

_ENDINGS: Final = (
    ".env",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".kdbx",
    ".ppk",
    ".gpg",
    ".asc",
)
_STEMS: Final = frozenset(
    {
        "credential",
        "credentials",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "id_rsa",
        "password",
        "passwords",
        "secret",
        "secrets",
    }
)
_PRIVATE_KEY: Final = b"PRIVATE KEY-----"
LARGEST_FILE: Final = 256 << 20
"""Bytes that a tool reads of one file."""


def may_hold_secrets(path: str) -> bool:
    """Returns whether a file is never read or written: a hidden one, such as `.env`, and one with the name of a key."""
    parts = PurePosixPath(path.lower()).parts
    if any(part.startswith(".") for part in parts):
        return True
    name = parts[-1] if parts else ""
    return name.endswith(_ENDINGS) or name.partition(".")[0] in _STEMS


class GuardedFiles:
    """The files of a folder, which tools may read and list."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files = FolderFiles(self._folder, LARGEST_FILE)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        self._require_readable(path)
        data = self._files.read(path)
        if _PRIVATE_KEY in data:
            raise FileNotInProject(path, "it holds a private key, and is not read")
        return data

    def size(self, path: str) -> int:
        """The bytes that a file has. Raises `FileError`."""
        self._require_readable(path)
        return self._files.size(path)

    def paths(self) -> tuple[str, ...]:
        """Returns the files that can be read, without links that lead out."""
        return tuple(path for path in self._files.paths() if self._is_readable(path))

    def _is_readable(self, path: str) -> bool:
        try:
            self._require_readable(path)
        except FileError:
            return False
        return True

    def _require_readable(self, path: str) -> None:
        """Raises `FileNotInProject` for a file with a name of secrets, also behind a link, and for one outside."""
        inside = normal_path(path)
        try:
            target = (self._folder / inside).resolve().relative_to(self._folder).as_posix()
        except (ValueError, OSError, RuntimeError):
            raise FileNotInProject(path, "a link leads out of the folder") from None
        if may_hold_secrets(inside) or may_hold_secrets(target):
            raise FileNotInProject(path, "files that may hold secrets are neither read nor written")
