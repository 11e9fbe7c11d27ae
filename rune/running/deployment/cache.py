"""The last good rune of a deployment, in a folder, which holds a whole one whatever ends a program in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from rune.digests import digest_of
from rune.running.deployment.errors import DeploymentError
from rune.running.deployment.server import ServedRelease


@dataclass(frozen=True)
class CachedRune:
    """A rune that was loaded before, with when its server last said that it is the current one."""

    served_release: ServedRelease
    data: bytes
    confirmed: float
    """Seconds since 1970."""


class RuneCache:
    """The folder of one deployment, and of what is trusted: what another key or root proved does not count."""

    def __init__(self, folder: Path, url: str, trust: str | None) -> None:
        name = hashlib.sha256(f"{url}\n{trust or ''}".encode()).hexdigest()[:32]
        self._folder = folder / name

    def read(self) -> CachedRune | None:
        """Returns the stored bytes, or None if there are none, or if they are damaged."""
        try:
            record = json.loads((self._folder / "served.json").read_text("utf-8"))
            served_release = ServedRelease.from_json(record["served"])
            data = (self._folder / _file_name(served_release)).read_bytes()
            confirmed = float(record["confirmed"])
        except (OSError, ValueError, KeyError, TypeError, DeploymentError):
            return None
        if digest_of(data) != served_release.rune:
            return None
        return CachedRune(served_release, data, confirmed)

    def write(self, served_release: ServedRelease, data: bytes) -> None:
        """Stores a rune that was verified. A folder that cannot be written is not used."""
        record = json.dumps({"served": served_release.to_json(), "confirmed": time.time()})
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            rune = self._folder / _file_name(served_release)
            if not rune.exists():
                _replace(rune, data)
            _replace(self._folder / "served.json", record.encode())
            for other in self._folder.glob("*.rune"):
                if other != rune:
                    other.unlink(missing_ok=True)
        except OSError:
            return


def default_folder() -> Path:
    """Returns where the system has files that may be deleted."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "hammer-forge" / "deployments"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "hammer-forge" / "deployments"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hammer-forge" / "deployments"


def _file_name(served_release: ServedRelease) -> str:
    return f"{served_release.rune[7:]}.rune"


def _replace(path: Path, data: bytes) -> None:
    """Writes a file beside the one of this name, and puts it in its place once it is whole."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).replace(path)
