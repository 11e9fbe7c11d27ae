"""The simulation of people on bad networks at full size: 2,000 seeds, at real processes that are killed under them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.clients.simulated import PROGRAM, simulate
from tests.support.servers.live_installation import LiveInstallation
from tests.support.servers.services import ServiceMissing, running_services

SEEDS = 1_000
"""The seeds of each kind of installation."""
SHARES = 40
pytestmark = pytest.mark.proof(shares=SHARES)

Record = Callable[[str, object], None]


def _seeds(begin: int) -> range:
    share, shares = map(int, os.environ.get("FORGE_PROOF_SHARE", f"0/{SHARES}").split("/"))
    size = SEEDS // shares
    return range(begin + share * size, begin + (share + 1) * size)


def _prove(folder: Path, environment: Mapping[str, str], seeds: range, record: Record) -> None:
    with LiveInstallation(folder / "data", environment, program=PROGRAM) as installation:
        outcome = simulate(installation, seeds)
    record("seeds", outcome.seeds)
    record("people", outcome.clients)
    record("characters typed", outcome.characters)
    record("acknowledged", outcome.acknowledged)
    record("processes killed", outcome.kills)
    assert outcome.problems == ()


def test_every_acknowledged_character_is_there_once_on_postgresql_and_redis(
    tmp_path: Path, record_property: Record
) -> None:
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(running_services()).environment("forge")
        except ServiceMissing as missing:
            pytest.skip(str(missing))
        _prove(tmp_path, environment, _seeds(100_000), record_property)


def test_every_acknowledged_character_is_there_once_on_one_sqlite_file(tmp_path: Path, record_property: Record) -> None:
    _prove(tmp_path, {}, _seeds(200_000), record_property)
