"""Measures how often a harmless rollout is stopped, and how soon one with a seeded fault is."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.field.simulated_rollout import (
    ANSWERS_A_DAY,
    HARMLESS,
    HOURS,
    SHARES,
    Array,
    NewRune,
    SimulatedRollout,
    random_on,
    swapped,
)
from benchmarks.figure import table
from rune.assessment.guards.forecast import FigureSpread, GuardedStage, chance_of_seeing, of_share
from rune.assessment.guards.judging import count_tested_guards, judge_guards
from rune.assessment.guards.limits import DEFAULT_LIMITS, GuardKind
from rune.assessment.guards.looks import GuardLook
from rune.assessment.guards.verdicts import GuardVerdict
from rune.statistics.not_judged import NotJudged

SPREADS: Final = (0.02, 0.04)
"""Standard deviations of a label's share between devices."""
DEVICES: Final = 600
STAGES: Final = (6, 60, 300)
"""Devices with the new rune in the stages that are judged; the last one, of all, has nobody to compare with."""
HARMLESS_ROLLOUTS: Final = 1000
FAULTY_ROLLOUTS: Final = 200
MOST_STOPPED: Final = 18
"""The most of 1,000 harmless rollouts; the aim is 1 %."""
LEAST_STOPPED: Final = 190
"""The least of 200 rollouts with a fault."""
SHADOW_DEVICES: Final = 60
_LIMITS: Final = tuple(each for each in DEFAULT_LIMITS if each.kind is not GuardKind.DISAGREEMENT)
_OF_SHADOW: Final = tuple(each for each in DEFAULT_LIMITS if each.kind is GuardKind.DISAGREEMENT)
_GUARDS: Final = count_tested_guards(DEFAULT_LIMITS, is_counted=True)


def _swapped_on_some(mixes: Array) -> Array:
    return 0.95 * mixes + 0.05 * swapped(mixes)


FAULTS: Final = {
    "30 % slower": NewRune(slowness=1.3),
    "restarts once a day": NewRune(restarts=1.0),
    "random answers on 5 % of inputs": NewRune(mix=random_on(0.05)),
    "*knock* and *speech* swapped": NewRune(mix=swapped),
}
SWAPPED_ON_SOME: Final = NewRune(mix=_swapped_on_some)


@dataclass(frozen=True)
class RolloutCase:
    """A rollout to simulate."""

    seed: int
    spread: float
    rune: NewRune = HARMLESS
    is_shadow: bool = False


@dataclass(frozen=True)
class RolloutStop:
    """The end of a simulated rollout by a guard: the stage from 0, and the hour in it."""

    stage: int
    hour: int


def simulate(case: RolloutCase) -> RolloutStop | None:
    """Returns where a rollout stopped; None of one that went through."""
    return _in_shadow(case) if case.is_shadow else _in_stages(case)


def _in_stages(case: RolloutCase) -> RolloutStop | None:
    fleet = SimulatedRollout(case.seed, DEVICES, case.spread, case.rune)
    for number, devices in enumerate(STAGES):
        fleet.begin_stage(devices)
        for hour in range(1, HOURS + 1):
            fleet.hour()
            results = judge_guards(fleet.evidence(), _LIMITS, look_at(hour))
            if any(each.verdict is GuardVerdict.FAILED for each in results):
                return RolloutStop(number, hour)
    return None


def _in_shadow(case: RolloutCase) -> RolloutStop | None:
    fleet = SimulatedRollout(case.seed, SHADOW_DEVICES, case.spread, case.rune)
    for hour in range(1, HOURS + 1):
        fleet.shadow_hour()
        if judge_guards(fleet.evidence(), _OF_SHADOW, look_at(hour))[0].verdict is GuardVerdict.FAILED:
            return RolloutStop(0, hour)
    return None


def look_at(hour: int) -> GuardLook:
    """Returns the look at an hour of a stage: a rollout has one stage more than are judged, for its shadow."""
    return GuardLook(len(STAGES) + 1, _GUARDS, hour, HOURS, 4 * HOURS)


def stops(cases: Sequence[RolloutCase]) -> list[RolloutStop | None]:
    """Returns where rollouts stopped, simulated on all processors."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(simulate, cases, chunksize=8))


def first_stage_of(rune: NewRune, spread: float) -> int:
    """Returns the first stage in which the power analysis says that a fault is seen in 9 of 10 cases."""
    for number, devices in enumerate(STAGES):
        stage = GuardedStage(devices, DEVICES - devices, ANSWERS_A_DAY, look_at(HOURS))
        if any(chance >= 0.9 for chance in _chances(stage, rune, spread)):
            return number
    return len(STAGES)


def _chances(stage: GuardedStage, rune: NewRune, spread: float) -> list[float]:
    """Returns how likely each guard that a fault concerns sees it."""
    limits = {each.kind: each for each in DEFAULT_LIMITS}
    shares = rune.mix(SHARES[None])[0]
    chances = []
    for old, new in zip(SHARES.tolist(), shares.tolist(), strict=True):
        spread_of_label, limit = of_share(old, new - old, spread / 4), limits[GuardKind.LABELS].of_label("", old)
        chances.append(chance_of_seeing(stage, spread_of_label, new - old, limit, len(SHARES)))
    if rune.slowness > 1:
        log_limit = math.log1p(limits[GuardKind.TIME].limit)
        chances.append(chance_of_seeing(stage, FigureSpread(0.0, 0.01), math.log(rune.slowness), log_limit))
    if rune.restarts:
        # Restarts of a device and day are Poisson numbers, and each device is compared with others.
        deviation = math.sqrt(rune.restarts)
        chances.append(chance_of_seeing(stage, FigureSpread(0.0, deviation), rune.restarts, 0.0))
    return [0.0 if isinstance(each, NotJudged) else each for each in chances]


def harmless_cases(spread: float, rollouts: int) -> list[RolloutCase]:
    """Returns harmless rollouts."""
    return [RolloutCase(seed, spread) for seed in range(rollouts)]


def measure() -> str:
    """Returns the tables of harmless rollouts and of those with a fault."""
    harmless = []
    for spread in SPREADS:
        ends = stops(harmless_cases(spread, HARMLESS_ROLLOUTS // len(SPREADS)))
        harmless.append([f"{100 * spread:.0f} points", str(len(ends)), str(sum(each is not None for each in ends))])
    rows = [_row(name, rune, spread) for name, rune in FAULTS.items() for spread in SPREADS]
    rows += [_row("swapped on 5 % of inputs, in shadow", SWAPPED_ON_SOME, spread, is_shadow=True) for spread in SPREADS]
    head = ["fault", "spread", "stopped", "in which stage", "median hour", "power analysis: seen from"]
    return "\n\n".join(
        (
            f"{DEVICES} devices with {ANSWERS_A_DAY:.0f} answers a day each, of which {STAGES[0]}, {STAGES[1]} and "
            f"{STAGES[2]} get the new rune in stages of {HOURS} hours; hourly looks at seven guards with the default "
            "limits. All devices have in common what an hour is like.",
            table(["spread between devices", "harmless rollouts", "stopped"], harmless),
            f"Aim: at most {MOST_STOPPED} of 1,000 stopped.",
            table(head, rows),
            f"Aim: {LEAST_STOPPED} of {FAULTY_ROLLOUTS}, no later than the power analysis says.",
        )
    )


def _row(name: str, rune: NewRune, spread: float, *, is_shadow: bool = False) -> list[str]:
    ends = stops([RolloutCase(seed, spread, rune, is_shadow) for seed in range(FAULTY_ROLLOUTS)])
    stopped = [each for each in ends if each is not None]
    by_stage = Counter(each.stage for each in stopped)
    sizes = (SHADOW_DEVICES,) if is_shadow else STAGES
    stages = ", ".join(f"{count} with {sizes[number]} devices" for number, count in sorted(by_stage.items()))
    first = 0 if is_shadow else first_stage_of(rune, spread)
    return [
        name,
        f"{100 * spread:.0f} points",
        f"{len(stopped)} of {len(ends)}",
        stages,
        f"{np.median([each.hour for each in stopped]):.0f}" if stopped else "–",
        f"{sizes[first]} devices" if first < len(sizes) else "none",
    ]
