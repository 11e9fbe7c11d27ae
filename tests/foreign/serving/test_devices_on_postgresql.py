"""The tests of many devices at once, on PostgreSQL: its locks are others than those of SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.empty_database import REPOSITORY
from tests.support.servers.services import ServiceMissing, Services, program, running_services

pytestmark = pytest.mark.foreign
TESTS = "tests/forge/fleet/protocol"


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.proof
def test_devices_join_poll_and_report_on_postgresql_as_on_sqlite(services: Services, tmp_path: Path) -> None:
    database = services.empty_environment("devices")["DATABASE_URL"]
    variables = {"FORGE_TEST_DATABASE_URL": database, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", TESTS, "-q", "-m", "slow or not slow", "-p", "no:cacheprovider"]
    run = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    statement = "SELECT datname FROM pg_database WHERE datname = 'test_devices'"
    ask = [program("psql"), f"{services.postgresql}/postgres", "-qXAtc", statement]
    assert subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip() == "test_devices"
