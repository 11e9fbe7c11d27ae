"""An upgrade that is killed at any step is finished by the next start, with all the data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.foreign.storage.folder_contents import contents_of
from tests.foreign.storage.keep_data_folder import CONTENTS, DATA
from tests.foreign.storage.test_data_folders import ARCHIVES, name_of, tables_of, unpack
from tests.support.servers.empty_database import empty_database
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.proof]

GROWING = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
"""Tables of the framework, to which an upgrade adds rows."""


NEW_APP = "player"
"""An app without which every other one works: no migration depends on its own."""


@pytest.fixture(params=ARCHIVES, ids=name_of)
def data_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a release. Where nothing was added to the tables since, an app is as if it were new."""
    unpack(request.param, tmp_path)
    if migrate(tmp_path / DATA, "--check").returncode == 0:
        migrate(tmp_path / DATA, NEW_APP, "zero").check_returncode()
    return tmp_path


def migrate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder)}
    command = [sys.executable, "manage.py", "migrate", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, check=False)


def killed_at_each_step(template: Path, folder: Path) -> list[dict[str, Any]]:
    program = REPOSITORY / "tests/support/installations/killed_upgrade.py"
    command = [sys.executable, str(program), str(template), str(folder)]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return [json.loads(line) for line in result.stdout.splitlines()]


def comparable(state: dict[str, Any]) -> dict[str, Any]:
    """A state without the times and random parts in the names of unfinished files."""
    return {**state, "left": len(state["left"])}


def expected_rows(before: dict[str, int]) -> dict[str, int]:
    """Returns how many rows the tables have after an upgrade: no row is lost."""
    return {name: count for name, count in before.items() if name not in GROWING}


@pytest.mark.protects("operation/killed-upgrades")
def test_an_upgrade_that_is_killed_at_any_step_is_finished_by_the_next_start(
    data_folder: Path, record_property: Callable[[str, object], None]
) -> None:
    first, whole, *others = killed_at_each_step(data_folder / DATA, data_folder / "upgraded")
    kills = [each for each in others if "killed" in each]
    outcomes = [each for each in others if "state" in each]
    assert whole["status"] == 0
    assert len(kills) >= 8
    for kill in kills:
        assert kill["killed"] == -9, kill["step"]
        assert comparable(kill["left"]) == comparable(kill["copied"]), kill["step"]
    # Each migration is a transaction, and the backup has steps of its own.
    assert [each["state"] for each in sorted(outcomes, key=itemgetter("state"))] == list(range(len(outcomes)))
    assert len(outcomes) > whole["migrations"] > 0
    for outcome in outcomes:
        state = outcome["state"]
        assert outcome["status"] == 0, state
        assert outcome["whole"], state
        assert (outcome["rows"], outcome["tables"]) == (whole["rows"], whole["tables"]), state
        assert outcome["left"] == [], state
        # Complete, and of the state before all: a second one is taken only where no migration had begun.
        assert 1 <= len(outcome["backups"]) <= 2, state
        assert {tuple(sorted(names)) for names in outcome["backups"]} == {tuple(sorted(whole["backups"][0]))}, state
    record_property("steps", whole["steps"])
    record_property("states that a kill leaves", len(outcomes))
    record_property("real kills", len(kills))
    expected = expected_rows(first["before"]["rows"])
    assert {name: whole["rows"].get(name) for name in expected} == expected
    assert tables_of(data_folder / "upgraded" / "forge.sqlite3") == tables_of(empty_database())
    # A server starts on what became of it, with all that people read.
    (data_folder / "upgraded" / "upgrade-unfinished").touch()
    server = LiveServer(data_folder / "upgraded")
    server.start()
    try:
        server.sign_in(server.link())
        assert contents_of(server) == json.loads((data_folder / CONTENTS).read_text())
    finally:
        server.__exit__()
    assert not (data_folder / "upgraded" / "upgrade-unfinished").exists()
