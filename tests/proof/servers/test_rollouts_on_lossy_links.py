"""Two rollouts at once over 10,000 devices, on links that lose things and with servers that are killed: no device runs
what its rollout did not allow."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.support.rollouts.crowd_installation import CrowdInstallation, crowd_installation
from tests.support.rollouts.lossy_link import LOSSY
from tests.support.rollouts.observations import RequestedRelease, StartedRune
from tests.support.rollouts.two_rollouts import TwoRollouts, judged
from tests.support.servers.services import ServiceMissing

pytestmark = pytest.mark.proof

SITES: Final = {"north": 3500, "south": 3500, "west": 3000}
"""The devices of two rollouts, and those of none."""
POLL_SECONDS: Final = 120
"""Seconds between two polls, by the devices' clock."""
SPEED: Final = 2.5
"""How much faster the devices' clock goes."""
SEED: Final = 1


async def _run(installation: CrowdInstallation) -> TwoRollouts:
    # The link belongs to the loop that runs here.
    crowd = installation.crowd(LOSSY, speed=SPEED, seed=SEED)
    rollouts = TwoRollouts(installation, crowd, POLL_SECONDS / SPEED, random.Random(SEED))
    await rollouts.run()
    return rollouts


def test_no_device_runs_what_its_rollout_did_not_allow(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    try:
        with crowd_installation(tmp_path, SITES, POLL_SECONDS) as installation:
            rollouts = asyncio.run(_run(installation))
            oracle = judged(installation, rollouts.crowd)
            logs = "".join(each.log() for each in installation.live.processes)
    except ServiceMissing as missing:
        pytest.skip(str(missing))
    crowd = rollouts.crowd
    assert oracle.violations == []
    assert crowd.link.failures == []
    assert "deadlock detected" not in logs
    kinds = Counter(type(each) for each in crowd.log.events)
    assert {each.state for each in oracle.rollouts.values()} == {"went-back", "finished"}
    assert sum(each.polls > 0 for each in crowd.devices) == sum(SITES.values())
    facts = {
        "devices": len(crowd.devices),
        "answers that name a release": kinds[RequestedRelease],
        "runes started": kinds[StartedRune],
        "of them fallbacks": sum(isinstance(each, StartedRune) and each.is_fallback for each in crowd.log.events),
        "servers killed": rollouts.kills,
        "stops by a self-test": len(rollouts.stops),
        "most seconds from its report to the stop": round(max(rollouts.stops, default=0.0), 1),
        **crowd.link.counts,
    }
    for name, value in facts.items():
        record_property(name, value)
