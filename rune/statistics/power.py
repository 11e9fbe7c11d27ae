"""The power of the tests by device: how likely a fleet sees a shift at the thresholds of an error budget. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rune.statistics.budget import ErrorBudget
from rune.statistics.distributions import normal_tail, student_quantile
from rune.statistics.not_judged import MIN_DEVICES, MIN_WINDOWS, NotJudged, TooFew

Array = np.ndarray[Any, np.dtype[np.float64]]

_POINTS: Final = 400


@dataclass(frozen=True)
class FleetDesign:
    """The data of a test: `devices`, each of `days` days with `windows` windows. `window_spread` is the standard
    deviation of a single window, in the unit of the shift (1 for a location in standard deviations; sqrt(s (1 - s)) for
    a share s); `device_spread` that between devices, which their own past takes away; `day_spread` that of a device
    from day to day. `past_days` are those of the own past."""

    devices: int
    days: int
    windows: int
    window_spread: float
    device_spread: float
    day_spread: float = 0.0
    past_days: int = 28

    def own_past_error(self) -> float:
        """Returns the standard error of the mean change of the devices against their own past."""
        of_day = self.day_spread**2 + self.window_spread**2 / self.windows
        return math.sqrt(of_day * (1 / self.days + 1 / self.past_days) / self.devices)

    def others_error(self, others: int) -> float:
        """Returns the standard error of the difference between the devices and `others` of the same kind."""
        of_device = self.device_spread**2 + (self.day_spread**2 + self.window_spread**2 / self.windows) / self.days
        return math.sqrt(of_device * (1 / self.devices + 1 / others))


def power_against_past(design: FleetDesign, shift: float, alpha: float) -> float | NotJudged:
    """Returns the probability, 0 to 1, of seeing a shift of all devices against their own past at a level alpha.

    It is that of Student's t by device. A day in common to all devices, such as a holiday, is not in it.
    """
    if isinstance(lack := _lack(design), NotJudged):
        return lack
    return t_power(shift / design.own_past_error(), design.devices - 1, alpha)


def power_against_others(design: FleetDesign, others: int, shift: float, alpha: float) -> float | NotJudged:
    """Returns the probability, 0 to 1, that a group of devices is seen to differ from `others` at a level alpha.

    It is that of Student's t with one variance; rank sums have 95 % of its sample size where figures are normal, and
    more where tails are heavy (E. J. G. Pitman, 1948; J. L. Hodges and E. L. Lehmann, Ann. Math. Statist. 27, 1956).
    """
    if others < MIN_DEVICES:
        return NotJudged(TooFew.OTHER_DEVICES, others, MIN_DEVICES)
    if isinstance(lack := _lack(design), NotJudged):
        return lack
    return t_power(shift / design.others_error(others), design.devices + others - 2, alpha)


def least_shift(design: FleetDesign, alpha: float, power: float = 0.9, others: int | None = None) -> float | NotJudged:
    """Returns the least shift that is seen with a probability `power`, 0 to 1: against the own past, or, with `others`,
    against so many other devices. It is in the unit of the design, by bisection."""
    if isinstance(lack := _power(design, 0.0, alpha, others), NotJudged):
        return lack
    low, high = 0.0, 1.0
    while _power_number(design, high, alpha, others) < power:
        low, high = high, high * 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _power_number(design, middle, alpha, others) < power else (low, middle)
    return high


def budget_alpha(budget: ErrorBudget, family: str, features: int, tests: int) -> float:
    """Returns the level of one of `tests` tests of a family on a day, for one of so many features: the threshold to ask
    the power of."""
    return budget.of_test(family, tests) / max(features, 1)


def t_power(distance: float, degrees: float, alpha: float) -> float:
    """Returns the probability that Student's t is beyond its two-sided threshold where the mean is `distance` standard
    errors from 0.

    The noncentral t by numerical integration over the estimated error: N. L. Johnson and B. L. Welch, "Applications of
    the non-central t-distribution", Biometrika 31 (1940).
    """
    bound = student_quantile(alpha / 2, degrees)
    if not math.isfinite(bound):
        return 0.0
    # The estimated error as a part of the true one: a chi over the root of its degrees, in which 10 standard
    # deviations of its logarithm are integrated.
    width = 10 / math.sqrt(2 * degrees)
    logs = np.linspace(-width - 1, width + 1, _POINTS)
    parts = np.exp(logs)
    density = degrees * logs - degrees * (np.square(parts) - 1) / 2
    weights = np.exp(density - density.max())
    weights /= weights.sum()
    beyond = normal_tail(bound * parts - distance) + normal_tail(bound * parts + distance)
    return float(min(1.0, beyond @ weights))


def _power(design: FleetDesign, shift: float, alpha: float, others: int | None) -> float | NotJudged:
    if others is None:
        return power_against_past(design, shift, alpha)
    return power_against_others(design, others, shift, alpha)


def _power_number(design: FleetDesign, shift: float, alpha: float, others: int | None) -> float:
    power = _power(design, shift, alpha, others)
    return 0.0 if isinstance(power, NotJudged) else power


def _lack(design: FleetDesign) -> NotJudged | None:
    if design.devices < MIN_DEVICES:
        return NotJudged(TooFew.DEVICES, design.devices, MIN_DEVICES)
    if design.days * design.windows < MIN_WINDOWS:
        return NotJudged(TooFew.WINDOWS, design.days * design.windows, MIN_WINDOWS)
    return None
