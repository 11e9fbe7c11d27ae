"""The recordings that the daemon keeps on this device, as arrays. They are read where they are and copied nowhere, so
that what is deleted meanwhile cannot be read any more."""

from __future__ import annotations

import rune
from hmr.errors import HmrError
from hmr.local.daemon import RecordedSessions
from rune.datasets.layouts.containers.files import MAX_FILE_BYTES, DataFiles
from rune.datasets.layouts.containers.folder import DataFolder


class SessionFiles(DataFiles):
    """The files of the sessions of a folder."""

    def __init__(self, folder: DataFolder, beginnings: tuple[str, ...]) -> None:
        self._folder = folder
        self.names = [name for name in folder.names if name.startswith(beginnings)]
        self._name_set = frozenset(self.names)
        self.refusals = {}

    def __contains__(self, name: object) -> bool:
        return name in self._name_set

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        return self._folder.read(name, limit)


def read_recordings(sessions: RecordedSessions) -> rune.DataSet:
    """Returns the recordings of sessions. Raises `HmrError`, `not-there` where there are none."""
    try:
        files = SessionFiles(DataFolder(sessions.folder), sessions.files)
        if files.names:
            return rune.DataSet(files)
    except FileNotFoundError:
        pass
    except PermissionError:
        raise HmrError("refused", f"{sessions.folder} is the daemon's. Read it as its user, or as root.") from None
    except (OSError, ValueError, rune.DataError) as error:
        raise HmrError("refused", f"{sessions.folder} cannot be read: {error}") from None
    raise HmrError("not-there", "This device has no recordings. hmrd collect begins to record.")
