"""Makes archives for `tests/foreign/storage/data_folders`: `python -m tests.foreign.storage.keep_data_folder NAME`.

One has a database of SQLite, `NAME.tar.gz`; with `--postgresql` one has a dump of PostgreSQL, `NAME-postgresql.tar.gz`.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tarfile
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.foreign.storage.folder_contents import PROJECT, contents_of
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tests.support.servers.services import program, running_services

FOLDER = Path(__file__).parent / "data_folders"
CONTENTS = "contents.json"
"""The file in the archive, beside its data folder, with everything that people read of the installation."""
DATA = "data"
DUMP = "database.sql"
"""The database of an installation with PostgreSQL, as statements."""
LEFT_OUT = ("work", "backups")
"""Folders of the data folder that a server makes anew."""
FILL = "from tests.foreign.storage.filled_data_folder import fill; fill({!r})"


def keep(name: str) -> Path:
    """Writes the archive of an installation with SQLite. Raises `FileExistsError` where there is one of that name."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / DATA
        (Path(folder) / CONTENTS).write_text(_make(data, {}))
        with closing(sqlite3.connect(data / "forge.sqlite3")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
        return _packed(name, Path(folder), (CONTENTS, DATA))


def keep_postgresql(name: str) -> Path:
    """Writes the archive of an installation with PostgreSQL. Raises `FileExistsError` and `ServiceMissing`."""
    with TemporaryDirectory() as folder, running_services() as services:
        variables = services.environment("kept")
        (Path(folder) / CONTENTS).write_text(_make(Path(folder) / DATA, variables))
        dump = [program("pg_dump"), "--no-owner", "--file", str(Path(folder) / DUMP), variables["DATABASE_URL"]]
        subprocess.run(dump, check=True)
        return _packed(f"{name}-postgresql", Path(folder), (CONTENTS, DATA, DUMP))


def _make(data: Path, environment: Mapping[str, str]) -> str:
    """Makes an installation with a project that it built, fills it, and answers its contents as JSON."""
    with LiveServer(data, environment) as server:
        organisation = server.organisation()
        server.api("POST", "projects", json={"organisation": organisation, "name": PROJECT, "template": "sine"})
        build = server.build(f"{organisation}/{PROJECT}")
        server.publish(f"{organisation}/{PROJECT}", build["id"], "1.0")
    fill = [sys.executable, "manage.py", "shell", "-c", FILL.format(organisation)]
    subprocess.run(fill, cwd=REPOSITORY, env=server.environment, check=True)
    return json.dumps(read_contents(data, environment), indent=2) + "\n"


def read_contents(data: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Starts a server on a data folder, and answers what people read."""
    server = LiveServer(data, environment)
    server.start()
    try:
        server.sign_in(server.link())
        return contents_of(server)
    finally:
        server.__exit__()


def _packed(name: str, folder: Path, names: tuple[str, ...]) -> Path:
    target = FOLDER / f"{name}.tar.gz"
    with target.open("xb") as out, tarfile.open(fileobj=out, mode="w:gz", compresslevel=9) as tar:
        for each in names:
            tar.add(folder / each, each, filter=_stored_entry)
    return target


def _stored_entry(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out what a server makes anew, and who made the archive."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return None if entry.name.split("/")[1:2] in [[each] for each in LEFT_OUT] or entry.issym() else entry


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("name", help="such as 2026-11-24")
    parser.add_argument("--postgresql", action="store_true")
    arguments = parser.parse_args()
    print((keep_postgresql if arguments.postgresql else keep)(arguments.name))
