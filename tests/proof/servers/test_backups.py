"""A backup goes from SQLite to PostgreSQL, and from there to another database of it, with the same rows and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.installations.backups import files, manage, rows
from tests.support.servers.live_server import LiveServer
from tests.support.servers.services import ServiceMissing, running_services

pytestmark = pytest.mark.proof


def back_up(environment: Mapping[str, str], folder: Path) -> str:
    result = manage(environment, "backup", str(folder))
    assert result.returncode == 0, result.stderr
    return str(folder)


def test_a_backup_goes_from_sqlite_to_postgresql_and_on(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with LiveServer(tmp_path / "first") as server:
        organisation = server.organisation()
        for template in ("digits", "keywords", "sine"):
            server.api("POST", "projects", json={"organisation": organisation, "name": template, "template": template})
        build = server.build(f"{organisation}/digits")
        server.publish(f"{organisation}/digits", build["id"], "1.0")
        environment = dict(server.environment)
    before = rows(environment), files(tmp_path / "first")
    record_property("rows", len(before[0]))
    record_property("files", len(before[1]))
    backup = back_up(environment, tmp_path / "backup")
    try:
        with running_services() as services:
            settings = services.empty_environment("second")
            second = environment | {"DATA_DIR": str(tmp_path / "second")} | settings
            result = manage(second, "restore", backup)
            assert result.returncode == 0, result.stderr
            assert (rows(second), files(tmp_path / "second")) == before
            missing = manage(second | {"PATH": ""}, "backup", str(tmp_path / "other"))
            assert "pg_dump is missing. Install PostgreSQL's client programs" in missing.stderr
            backup = back_up(second, tmp_path / "backup")
            assert "holds data" in manage(second, "restore", backup).stderr
            again = LiveServer(tmp_path / "second", settings)
            again.start()
            try:
                again.sign_in(again.link())
                # Rows get numbers after those that came.
                again.api("POST", "projects", json={"organisation": organisation, "name": "later", "template": "sine"})
            finally:
                again.__exit__()
            third = environment | {"DATA_DIR": str(tmp_path / "third")} | services.empty_environment("third")
            assert manage(third, "restore", backup).returncode == 0
            assert (rows(third), files(tmp_path / "third")) == before
            back = environment | {"DATA_DIR": str(tmp_path / "fourth")}
            assert "This backup is of PostgreSQL" in manage(back, "restore", backup).stderr
            assert not (tmp_path / "fourth" / "forge.sqlite3").exists()
    except ServiceMissing as missing_service:
        pytest.skip(str(missing_service))
