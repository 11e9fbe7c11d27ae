"""A small share of the simulation of `make prove`: people on bad networks, and processes that are killed under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clients.simulated import PROGRAM, simulate
from tests.support.servers.live_installation import LiveInstallation

pytestmark = pytest.mark.foreign

BETWEEN_KILLS = (2.0, 4.0)
"""Seconds; a start takes as much of the processor as all else here."""


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_at_two_processes_on_one_sqlite_file(tmp_path: Path) -> None:
    with LiveInstallation(tmp_path / "data", program=PROGRAM) as installation:
        assert simulate(installation, range(1, 3), BETWEEN_KILLS).problems == ()
