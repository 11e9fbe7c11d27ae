"""The tests of counts on PostgreSQL: its days are partitions, and several processes write at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.empty_database import REPOSITORY
from tests.support.servers.services import ServiceMissing, Services, running_services

pytestmark = pytest.mark.foreign


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    try:
        with running_services() as running:
            yield running
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def run_tests(services: Services, data: Path, folder: str, at_least: int) -> None:
    """Runs the tests of a folder on PostgreSQL."""
    database = services.empty_environment(folder.replace("/", "-"))["DATABASE_URL"]
    variables = {"FORGE_TEST_DATABASE_URL": database, "DATA_DIR": str(data)}
    command = [sys.executable, "-m", "pytest", folder, "-q", "-m", "slow or not slow", "-p", "no:cacheprovider"]
    run = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    count = int(run.stdout.rpartition(" passed")[0].rpartition(" ")[2].rpartition("\n")[2])
    assert count >= at_least, run.stdout


@pytest.mark.slow
@pytest.mark.protects("devices/replayed-counts")
def test_days_are_partitions_and_processes_count_each_document_once(services: Services, tmp_path: Path) -> None:
    run_tests(services, tmp_path, "tests/forge/telemetry/postgresql", at_least=8)


@pytest.mark.proof
def test_counts_are_taken_and_judged_on_postgresql_as_on_sqlite(services: Services, tmp_path: Path) -> None:
    run_tests(services, tmp_path, "tests/forge/telemetry", at_least=80)
