"""Measures how long a guard that reads counts waits for its look once they suffice, in simulated rollouts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.field.rollouts import DEVICES, FAULTS, STAGES, look_at
from benchmarks.field.simulated_rollout import HOURS, SimulatedRollout
from rune.assessment.guards.evidence import StageEvidence
from rune.assessment.guards.judging import judge_guards
from rune.assessment.guards.limits import DEFAULT_LIMITS, GuardKind
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import GuardVerdict

ROLLOUTS: Final = 40
"""Simulated rollouts of each fault."""
SPREAD: Final = 0.02
NAMES: Final = tuple(name for name in FAULTS if name != "restarts once a day")
"""The faults that are seen in counts. Restarts are in reports."""
TICK_MINUTES: Final = 0.25
"""Minutes between two looks whether a look is due."""
_SENDING_MINUTES: Final = 2.0
"""Minutes after an hour within which devices send its document: two polls."""
_LIMITS: Final = tuple(each for each in DEFAULT_LIMITS if each.kind not in (GuardKind.DISAGREEMENT, GuardKind.RESTARTS))


@dataclass(frozen=True)
class DelayCase:
    """A rollout to simulate."""

    seed: int
    fault: str


def guard_delays() -> Mapping[str, Sequence[float]]:
    """Returns the minutes from the sufficient document to the stop, by fault, of the rollouts that stopped."""
    cases = [DelayCase(seed, fault) for fault in NAMES for seed in range(ROLLOUTS)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        delays = list(pool.map(_delay, cases, chunksize=8))
    by_fault: dict[str, list[float]] = {fault: [] for fault in NAMES}
    for case, delay in zip(cases, delays, strict=True):
        if delay is not None:
            by_fault[case.fault].append(delay)
    return by_fault


def _delay(case: DelayCase) -> float | None:
    """Returns the minutes until the look that stopped a rollout; None of one that went through."""
    fleet, random = SimulatedRollout(case.seed, DEVICES, SPREAD, FAULTS[case.fault]), np.random.default_rng(case.seed)
    for devices in STAGES:
        fleet.begin_stage(devices)
        # Looks follow the moment at which the devices ran the version, and documents the hours of the clock.
        look_minute = random.uniform(_SENDING_MINUTES, 60)
        for hour in range(1, HOURS + 1):
            fleet.hour()
            if _fails(fleet.evidence(), look_at(hour)):
                arrivals = random.uniform(0, _SENDING_MINUTES, DEVICES)
                last = _last_needed(fleet, np.argsort(arrivals), look_at(hour))
                return float(look_minute + TICK_MINUTES - arrivals[last])
    return None


def _last_needed(fleet: SimulatedRollout, order: np.ndarray[tuple[int], np.dtype[np.int64]], look: GuardLook) -> int:
    """Returns the device whose document of the last hour made the evidence suffice, in the order of their arrival."""
    few, enough = 0, len(order)
    while few < enough:
        middle = (few + enough) // 2
        has_sent = np.zeros(len(order), bool)
        has_sent[order[:middle]] = True
        if _fails(fleet.evidence(has_sent), look):
            enough = middle
        else:
            few = middle + 1
    return int(order[max(0, enough - 1)])


def _fails(evidence: StageEvidence, look: GuardLook) -> bool:
    return any(each.verdict is GuardVerdict.FAILED for each in judge_guards(evidence, _LIMITS, look))
