"""Makes an archive for `tests/foreign/data_folders`: `python -m tests.foreign.keep_data_folder NAME`."""

from __future__ import annotations

import json
import sqlite3
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.live_server import LiveServer

FOLDER = Path(__file__).parent / "data_folders"
CONTENTS = "contents.json"
"""What the installation has, in the archive beside its data folder."""
DATA = "data"
PROJECT = "kept"
LEFT_OUT = ("work", "backups")
"""Folders of the data folder that a server makes anew."""


def contents_of(server: LiveServer) -> dict[str, Any]:
    """Returns what a person sees of the project: files with their digests, builds, and the published tags."""
    name = f"{server.organisation()}/{PROJECT}"
    files = server.api("GET", f"projects/{name}/files")["files"]
    builds = server.api("GET", f"projects/{name}/state")["builds"]
    tags = server.api("GET", f"projects/{name}/tags")["tags"]
    return {
        "project": name,
        "files": {file["path"]: file["digest"] for file in files},
        "builds": {str(build["number"]): build["state"] for build in builds},
        "tags": {tag["tag"]: tag["digest"] for tag in tags},
    }


def keep(name: str) -> Path:
    """Writes the archive. Raises `FileExistsError` where the file exists: an archive is never replaced."""
    target = FOLDER / f"{name}.tar.gz"
    if target.exists():
        raise FileExistsError(f"{target} exists. An archive stays as it is; choose another name.")
    with TemporaryDirectory() as folder:
        data = Path(folder) / DATA
        with LiveServer(data) as server:
            organisation = server.organisation()
            server.api("POST", "projects", json={"organisation": organisation, "name": PROJECT, "template": "sine"})
            build = server.build(f"{organisation}/{PROJECT}")
            server.api("POST", f"projects/{organisation}/{PROJECT}/tags", json={"build": build["id"], "tag": "1.0"})
            contents = contents_of(server)
        with closing(sqlite3.connect(data / "forge.sqlite3")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
        (Path(folder) / CONTENTS).write_text(json.dumps(contents, indent=2) + "\n")
        with tarfile.open(target, "x:gz", compresslevel=9) as tar:
            tar.add(Path(folder) / CONTENTS, CONTENTS)
            tar.add(data, DATA, filter=_stored_entry)
    return target


def _stored_entry(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out what a server makes anew, and who made the archive."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if entry.name.split("/")[1:2] in [[each] for each in LEFT_OUT] or entry.issym() else entry


if __name__ == "__main__":
    print(keep(sys.argv[1]))
