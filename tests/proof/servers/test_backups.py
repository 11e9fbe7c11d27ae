"""A backup goes from SQLite to PostgreSQL and back, and each installation has the same rows and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.installations.backups import files, manage, tables, unpacked
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof


def take_backup(environment: Mapping[str, str], folder: Path) -> tuple[Path, dict[str, Any], dict[str, bytes]]:
    """A backup, its rows and its files."""
    folder.mkdir()
    backup = folder / "backup.tar"
    result = manage(environment, "backup", str(backup))
    assert result.returncode == 0, result.stderr
    inside = unpacked(backup, folder / "inside")
    return backup, tables(inside), files(inside)


def test_a_backup_goes_from_sqlite_to_postgresql_and_back(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with LiveServer(tmp_path / "first") as server:
        organisation = server.organisation()
        for template in ("digits", "keywords", "sine"):
            server.api("POST", "projects", json={"organisation": organisation, "name": template, "template": template})
        build = server.build(f"{organisation}/digits")
        server.api("POST", f"projects/{organisation}/digits/tags", json={"build": build["id"], "tag": "1.0"})
        environment = dict(server.environment)
    backup, rows, blobs = take_backup(environment, tmp_path / "one")
    record_property("rows", sum(map(len, rows.values())))
    record_property("files", len(blobs))
    try:
        with running_services() as services:
            there = environment | {"DATA_DIR": str(tmp_path / "second")} | services.empty_environment("restored")
            assert manage(there, "restore", str(backup)).returncode == 0
            second, *contents = take_backup(there, tmp_path / "two")
            assert contents == [rows, blobs]
            refusal = manage(there, "restore", str(backup))
            assert "holds data" in refusal.stderr
            replacement = manage(there, "restore", str(second), "--replace")
            assert "the schema replaced_" in replacement.stdout, replacement.stderr
            third, *contents = take_backup(there, tmp_path / "three")
            assert contents == [rows, blobs]
    except ServiceMissing as missing:
        pytest.skip(str(missing))
    back = environment | {"DATA_DIR": str(tmp_path / "third")}
    assert manage(back, "restore", str(third)).returncode == 0
    assert list(take_backup(back, tmp_path / "four")[1:]) == [rows, blobs]
