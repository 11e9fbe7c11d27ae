"""The folder of a project on this device."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path, PurePosixPath

from hmr.errors import HmrError
from hmrd.protocol.names import PROJECT


@dataclass(frozen=True)
class LocalProject:
    """A project and its folder."""

    full_name: str
    folder: Path
    source: Path
    """The Runefile, or the folder to look for one in it."""

    @property
    def name(self) -> str:
        """The name without the organisation."""
        return self.full_name.rpartition("/")[2]

    def require_path(self, path: str) -> PurePosixPath:
        """Returns the path of a file of the project. Raises `HmrError`."""
        parts = PurePosixPath(path)
        if parts.is_absolute() or not parts.name or ".." in parts.parts or "\0" in path:
            raise HmrError("refused", f"{path!r} is not the path of a file in {self.folder}.")
        return parts

    def write(self, path: PurePosixPath, data: bytes) -> None:
        """Writes a file in place of the one of this name. Raises `HmrError`."""
        target = self.folder / path
        part = target.with_name(f".{target.name}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise HmrError("refused", f"{target} cannot be written: {error.strerror}.") from None


def local_project(organisation: str, name: str, runefile: str | PathLike[str] | None) -> LocalProject:
    """Returns the project of a Runefile, whose folder it is; without one that of the user's own folder, which is made
    where it is not there. Raises `HmrError`.
    """
    full_name = f"{organisation}/{name}"
    if PROJECT.fullmatch(full_name) is None:
        raise HmrError(
            "refused", f"{full_name!r} is not a project: names take lower-case letters, digits and . _ - between them."
        )
    if runefile is not None:
        path = Path(fspath(runefile)).absolute()
        if not path.is_file():
            raise HmrError("not-there", f"{runefile} is not a file.")
        return LocalProject(full_name, path.parent, path)
    folder = _data_home() / "hammer-forge" / "projects" / organisation / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HmrError("refused", f"{folder} cannot be made: {error.strerror}.") from None
    return LocalProject(full_name, folder, folder)


def _data_home() -> Path:
    folder = os.environ.get("XDG_DATA_HOME")
    return Path(folder) if folder else Path.home() / ".local" / "share"
