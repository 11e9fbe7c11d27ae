"""A backup that is taken while the server runs and people type gives the same installation."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.clients.stock_yjs import StockClient
from tests.support.installations.backups import files, manage, rows
from tests.support.servers.live_forge import LiveForge
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

KEYSTROKE = 0.05
"""Seconds from one change to the next, of someone who types while the backup is taken."""


@dataclass(frozen=True)
class SourceInstallation:
    """An installation with a project, a build and a published rune, and its backup."""

    environment: dict[str, str]
    backup: Path
    project: str
    session: dict[str, str]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SourceInstallation]:
    folder = tmp_path_factory.mktemp("backup")
    backup = folder / "backup"
    with LiveServer(folder / "data") as server:
        fields = {"organisation": server.organisation(), "name": "kept", "template": "sine"}
        server.api("POST", "projects", json=fields)
        project = f"{fields['organisation']}/kept"
        build = server.build(project)
        server.publish(project, build["id"], "1.0")
        server.api("PUT", f"projects/{project}/files/notes.md", content="ñandú\n".encode())
        stop = threading.Event()

        def type_on() -> None:
            count = 0
            while not stop.wait(KEYSTROKE):
                count += 1
                server.api("PUT", f"projects/{project}/files/notes.md", content=f"line {count}\n".encode() * count)

        typing = threading.Thread(target=type_on)
        typing.start()
        try:
            results = [manage(server.environment, "backup", str(backup)) for _ in range(2)]
        finally:
            stop.set()
            typing.join()
        assert [(result.returncode, result.stderr) for result in results] == [(0, "")] * 2
        yield SourceInstallation(server.environment, backup, project, dict(server.http.cookies))


def restored(source: SourceInstallation, data: Path) -> dict[str, str]:
    """The environment of an empty installation into which the backup was restored."""
    environment = source.environment | {"DATA_DIR": str(data)}
    result = manage(environment, "restore", str(source.backup))
    assert result.returncode == 0, result.stderr
    return environment


@pytest.mark.protects("operation/incomplete-backup")
@pytest.mark.proof
def test_a_restored_installation_has_every_row_and_file_and_goes_on(source: SourceInstallation, tmp_path: Path) -> None:
    environment = restored(source, tmp_path / "data")
    assert files(tmp_path / "data") == files(source.backup)
    (database,) = source.backup.glob("database-*")
    with closing(sqlite3.connect(database)) as copy:
        linked_digests = {digest for (digest,) in copy.execute("SELECT blob_id FROM core_bloblink")}
    assert linked_digests <= {f"sha256:{name}" for name in files(tmp_path / "data")}
    models = {row["model"] for row in rows(environment)}
    assert models >= {"accounts.user", "builds.build", "registry.tag", "core.event", "sessions.session"}
    assert "core.blobhold" not in models, "the bytes of what is deleted go at once"
    assert manage(environment, "verify_store").returncode == 0
    again = LiveServer(tmp_path / "data")
    again.start()
    try:
        for name, value in source.session.items():
            again.http.cookies.set(name, value, domain="127.0.0.1")
        assert again.http.get(f"/{source.project}").status_code == 200, "who was signed in still is"
        with StockClient(again, source.project) as client:
            client.until(synced=True)
            assert "type on" in client.type("# type on")
        assert again.build(source.project)["state"] == "succeeded"
    finally:
        again.__exit__()


@pytest.mark.slow
@pytest.mark.protects("operation/shared-data")
def test_a_folder_in_use_is_left_alone(source: SourceInstallation) -> None:
    second = manage(source.environment, "serve")
    assert (second.returncode, "is in use by process" in second.stderr) == (1, True), second.stderr
    refusal = manage(source.environment, "restore", str(source.backup))
    assert (refusal.returncode, "Stop it first" in refusal.stderr) == (1, True), refusal.stderr


@pytest.mark.slow
def test_a_restore_under_another_key_names_the_file_with_the_key_that_keeps_people_signed_in(
    source: SourceInstallation, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    other = source.environment | {"DATA_DIR": str(data), "SECRET_KEY": "of another installation " * 3}
    result = manage(other, "restore", str(source.backup))
    assert result.returncode == 0, result.stderr
    assert "everyone has to sign in again" in result.stdout
    match = re.search(r"set it to the contents of (\S+)\.$", result.stdout, re.MULTILINE)
    assert match, result.stdout
    key = Path(match[1]).read_text("ascii")
    with LiveForge(data, {"SECRET_KEY": key}) as again:
        page = httpx.get(f"{again.address}/{source.project}", cookies=source.session, trust_env=False)
        assert page.status_code == 200, "who was signed in still is"


@pytest.mark.slow
@pytest.mark.protects("operation/upgrades")
def test_a_damaged_database_says_what_to_do_and_a_restore_leaves_it(source: SourceInstallation, tmp_path: Path) -> None:
    environment = source.environment | {"DATA_DIR": str(tmp_path)}
    database = tmp_path / "forge.sqlite3"
    database.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    refusal = manage(environment, "link")
    assert (refusal.returncode, "manage.py restore FOLDER" in refusal.stderr) == (1, True), refusal.stderr
    refusal = manage(environment, "restore", str(source.backup))
    assert (refusal.returncode, "holds data" in refusal.stderr) == (1, True), refusal.stderr
    database.rename(tmp_path / "damaged")
    restored(source, tmp_path)
