"""The samples of a version of a project's data, as arrays."""

from __future__ import annotations

import tempfile
import weakref
from pathlib import Path

import rune
from hmr.errors import HmrError
from hmr.server import ProjectServer
from rune.datasets.export.data_folder import DATA_FOLDER


def pull(server: ProjectServer, number: int | None, limit: int) -> rune.DataSet:
    """Fetches a version into a temporary folder, which ends with the data set. Raises `HmrError`."""
    version = server.run(lambda: server.data.version(number))
    folder = tempfile.TemporaryDirectory(prefix="hmr-")
    file = Path(folder.name) / "data.zip"
    with file.open("wb") as target:
        server.run(lambda: server.data.download_export(version.number, DATA_FOLDER.name, target, limit_bytes=limit))
    try:
        data = rune.load_data(file)
    except rune.DataError as error:
        raise HmrError("refused", f"The data of {server.full_name} cannot be read: {error}") from None
    weakref.finalize(data, folder.cleanup)
    return data
