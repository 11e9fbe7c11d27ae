"""A backup that is taken while the server runs and people type gives the same installation."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from forge.serving.backup.sealing import opened
from tests.support.clients.stock_yjs import StockClient
from tests.support.installations.backups import files, manage, tables, unpacked
from tests.support.servers.live_forge import LiveForge
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.foreign

KEYSTROKE = 0.05
"""Seconds from one change to the next, of someone who types while the backup is taken."""


@dataclass(frozen=True)
class SourceInstallation:
    """An installation with a project, a build and a published rune, its backup, and the key of the backup."""

    data: Path
    environment: dict[str, str]
    backup: Path
    key: Path
    project: str
    session: dict[str, str]
    rows: dict[str, Any]
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SourceInstallation]:
    folder = tmp_path_factory.mktemp("backup")
    backup, key = folder / "forge.backup", folder / "key"
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
            result = manage(server.environment, "backup", str(backup), "--new-key", str(key))
        finally:
            stop.set()
            typing.join()
        assert result.returncode == 0, result.stderr
        with opened(backup, key) as stream:
            (folder / "plain.tar").write_bytes(stream.read())
        inside = unpacked(folder / "plain.tar", folder / "inside")
        session = dict(server.http.cookies)
        yield SourceInstallation(
            server.data, server.environment, backup, key, project, session, tables(inside), files(inside)
        )


def restored(source: SourceInstallation, data: Path) -> dict[str, str]:
    """The environment of an empty installation into which the backup was restored."""
    environment = source.environment | {"DATA_DIR": str(data)}
    result = manage(environment, "restore", str(source.backup), "--identity", str(source.key))
    assert result.returncode == 0, result.stderr
    return environment


def contents(environment: dict[str, str], folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Every row and every stored file, by a second backup."""
    folder.mkdir()
    result = manage(environment, "backup", str(folder / "again.tar"))
    assert result.returncode == 0, result.stderr
    inside = unpacked(folder / "again.tar", folder / "inside")
    return tables(inside), files(inside)


@pytest.mark.protects("operation/incomplete-backup")
@pytest.mark.proof
def test_a_restored_installation_has_every_row_and_file_and_goes_on(source: SourceInstallation, tmp_path: Path) -> None:
    environment = restored(source, tmp_path / "data")
    rows, blobs = contents(environment, tmp_path / "one")
    for name in rows:
        assert rows[name] == source.rows[name], name
    assert blobs == source.files
    assert {"sha256:" + name for name in blobs} == {row["digest"] for row in rows["core.blob"]}
    assert all(
        rows[name] for name in ("accounts.user", "builds.build", "registry.tag", "core.event", "sessions.session")
    )
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
def test_a_folder_in_use_and_one_with_data_are_left_alone(source: SourceInstallation, tmp_path: Path) -> None:
    second = manage(source.environment, "serve")
    assert (second.returncode, "is in use by process" in second.stderr) == (1, True), second.stderr
    refusal = manage(source.environment, "restore", str(source.backup), "--identity", str(source.key), "--replace")
    assert (refusal.returncode, "Stop it first" in refusal.stderr) == (1, True), refusal.stderr
    without_key = manage(source.environment | {"DATA_DIR": str(tmp_path / "new")}, "restore", str(source.backup))
    assert (without_key.returncode, "--identity FILE" in without_key.stderr) == (1, True), without_key.stderr


@pytest.mark.slow
def test_a_restore_under_another_key_names_the_file_with_the_key_that_keeps_people_signed_in(
    source: SourceInstallation, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    other = source.environment | {"DATA_DIR": str(data), "SECRET_KEY": "of another installation " * 3}
    result = manage(other, "restore", str(source.backup), "--identity", str(source.key))
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
def test_a_damaged_database_says_what_to_do_and_a_restore_keeps_it(source: SourceInstallation, tmp_path: Path) -> None:
    environment = source.environment | {"DATA_DIR": str(tmp_path)}
    bad_bytes = b"SQLite format 3\0" + bytes(range(256)) * 64
    (tmp_path / "forge.sqlite3").write_bytes(bad_bytes)
    refusal = manage(environment, "link")
    assert (refusal.returncode, "restore FILE --replace" in refusal.stderr) == (1, True), refusal.stderr
    result = manage(environment, "restore", str(source.backup), "--identity", str(source.key), "--replace")
    assert result.returncode == 0, result.stderr
    (aside,) = tmp_path.glob("replaced_*")
    assert (aside / "forge.sqlite3").read_bytes() == bad_bytes
