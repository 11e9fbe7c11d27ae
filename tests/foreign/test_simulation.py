"""A small share of the simulation of `make prove`: people on bad networks, and processes that are killed under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.foreign.simulated import PROGRAM, simulate
from tests.live_installation import LiveInstallation
from tests.services import ServiceMissing, running_services

pytestmark = pytest.mark.foreign


def test_nothing_is_lost_or_doubled_at_two_processes_on_one_sqlite_file(tmp_path: Path) -> None:
    with LiveInstallation(tmp_path / "data", program=PROGRAM) as installation:
        assert simulate(installation, range(1, 3)).problems == ()


def test_nothing_is_lost_or_doubled_at_two_processes_on_postgresql_and_redis(tmp_path: Path) -> None:
    try:
        with running_services() as services:
            environment = services.environment("forge")
            with LiveInstallation(tmp_path / "data", environment, program=PROGRAM) as installation:
                assert simulate(installation, range(11, 13)).problems == ()
    except ServiceMissing as missing:
        pytest.skip(str(missing))
