"""The search for constants with which single precision gives the bytes of the exact arithmetic.

Nothing here is trusted: `proven_scale.certify` proves the constants. So a channel gets the first attempt that fits it,
and it is safe to look only where the functions step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.anvil.requantisation.thresholds import Channels, Thresholds, Which, parts

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LARGEST_VALUE = 2.0**21
"""The value up to which adding 1.5 * 2**23 rounds to the nearest integer."""

NO_EXCEPTION = -(2**31)
"""No sum that a channel reaches."""

MOST_RESISTING = 128
"""Channels that may still be open after the first attempts; more are not worth the time."""

_MOST_ROWS = 256
"""Attempts that are made at once, counted for each channel."""

_ULPS = (0, 1, -1, 2, -2, 3, -3)
_MOVES = (0, 1, -1, 2, -2, 3, -3, 5, -5, 8, -8, 13, -13, 21, -21, 34, -34)
_PLAIN_ATTEMPTS = 14
"""The attempts that are made before an exception is allowed, which costs the kernel a comparison."""
_ULPS_ALONE = tuple(sign * ulps for ulps in range(65) for sign in (1, -1))
_INSIDE = (2.0**-19, 2.0**-18, 2.0**-17, 2.0**-16)
_ROUNDING = 2.0**-14
"""More than the error of two additions in single precision whose results are below 2**9, as those are that an offset
has to bring to one value of a byte."""


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value, and the value that sums are added to; all are counted from the zero point.
    `signed`: the offset takes the sign of the sum."""

    lowest: int
    highest: int
    centre: int
    signed: bool

    def offset(self, target: Doubles) -> Floats:
        """The nearest that the kernel can have: one that takes the sum's sign is not negative itself."""
        return (np.maximum(target, 0.0) if self.signed else target).astype(np.float32)


@dataclass(frozen=True)
class Constants:
    """One of each for every channel or attempt; `proven_scale.ProvenScale` says what they mean."""

    scale: Floats
    offset: Floats
    move: Integers
    exceptions: Integers
    steps: Integers

    @staticmethod
    def empty(count: int) -> Constants:
        """Constants that give the centre."""
        zeros, none = np.zeros(count, np.int64), np.full(count, NO_EXCEPTION, np.int64)
        return Constants(np.zeros(count, np.float32), np.zeros(count, np.float32), zeros, none, zeros.copy())

    def put(self, places: NDArray[np.intp], others: Constants, rows: NDArray[np.intp]) -> None:
        """Writes some rows of others to these places."""
        self.scale[places], self.offset[places] = others.scale[rows], others.offset[rows]
        self.move[places] = others.move[rows]
        self.exceptions[places], self.steps[places] = others.exceptions[rows], others.steps[rows]


def search(channels: Channels, thresholds: Thresholds, bounds: Bounds) -> Constants | None:
    """Constants for channels that have more than one value; None where one resists."""
    middle = np.rint(bounds.centre / channels.reals).astype(np.int64)
    if (np.abs(middle) >= 2**30).any():
        return None
    attempts = _attempts(bounds.signed)
    result = Constants.empty(len(middle))
    every = np.arange(len(middle))
    resisting = [every[:0]]
    for rows in parts(len(middle)):
        stretches = _Stretches.of(channels[rows], thresholds[rows], bounds)
        resisting.append(
            _fill(result, every[rows], channels[rows], middle[rows], stretches, attempts[:_PLAIN_ATTEMPTS])
        )
    left = np.concatenate(resisting)
    if len(left) > MOST_RESISTING:
        return None
    points = _Points.of(channels[left], thresholds[left], bounds)
    left = _fill(result, left, channels[left], middle[left], points, attempts)
    return None if len(left) else result


def stays_in_32_bits(channels: Channels, move: Integers) -> Booleans:
    """Returns which channels' sums can be moved: the kernel holds `sum - move` in 32 bits. The last are
    `NO_EXCEPTION`'s."""
    return (channels.least - move > NO_EXCEPTION) & (channels.greatest - move < 2**31)


def _attempts(signed: bool) -> list[tuple[int, int]]:
    """Changes of the scale in units of its last place, and of the move."""
    if signed:
        return [(ulps, 0) for ulps in _ULPS_ALONE]
    return [(ulps, move) for move in _MOVES for ulps in _ULPS]


def _fill(
    result: Constants,
    left: NDArray[np.intp],
    channels: Channels,
    middle: Integers,
    demands: _Demands,
    attempts: Sequence[tuple[int, int]],
) -> NDArray[np.intp]:
    """Fills in the first attempt that fits each of the channels, whose places in `result` are `left`, and returns the
    places of those that none fits.

    One attempt is made first, then two, four and more at once, a row for each of them and each channel: few channels
    need a second one, and NumPy takes about as long for one row as for some.
    """
    at_once = 1
    while len(left) and attempts:
        check_limits()
        some, attempts = attempts[:at_once], attempts[at_once:]
        count = len(left)
        rows = np.tile(np.arange(count), len(some))
        ulps, away = np.repeat(np.array(some, np.int64), count, axis=0).T
        scale = (channels.reals[rows].astype(np.float32).view(np.int32) + ulps.astype(np.int32)).view(np.float32)
        move = middle[rows] + away
        fits, constants = (demands if len(some) == 1 else demands[rows]).fit(scale, move)
        fits = (fits & stays_in_32_bits(channels[rows], move)).reshape(len(some), count)
        is_filled = np.any(fits, axis=0)
        result.put(left[is_filled], constants, (fits.argmax(axis=0) * count + np.arange(count))[is_filled])
        left, middle = left[~is_filled], middle[~is_filled]
        channels, demands = channels[~is_filled], demands[~is_filled]
        at_once = min(2 * at_once, max(1, _MOST_ROWS // max(1, len(left))))
    return left


class _Demands(ABC):
    """Demands on the kernel, a row for each channel or attempt."""

    @abstractmethod
    def __getitem__(self, which: Which) -> _Demands: ...

    @abstractmethod
    def fit(self, scale: Floats, move: Integers) -> tuple[Booleans, Constants]:
        """Returns which rows get the right value for every sum with the best offset, and their constants."""


@dataclass(frozen=True)
class _Stretches(_Demands):
    """The kernel's unrounded values must be above `floors` at the `starts` of stretches, and below `ceilings` at their
    `ends` [channel, stretch]: they never fall as a sum rises, so that each stretch then has its value everywhere. A
    stretch without a sum, and a value to which greater or smaller ones are clamped, have infinity."""

    starts: Doubles
    ends: Doubles
    floors: Doubles
    ceilings: Doubles
    bounds: Bounds

    @staticmethod
    def of(channels: Channels, thresholds: Thresholds, bounds: Bounds) -> _Stretches:
        starts, ends, values = thresholds.stretches(channels)
        targets = (values[0] - bounds.centre).astype(np.float64)
        floor, ceiling = targets - 0.5, targets + 0.5
        floor[0], ceiling[-1] = -np.inf, np.inf
        is_empty = starts > ends
        floors, ceilings = np.where(is_empty, -np.inf, floor), np.where(is_empty, np.inf, ceiling)
        return _Stretches(starts.astype(np.float64), ends.astype(np.float64), floors, ceilings, bounds)

    def __getitem__(self, which: Which) -> _Stretches:
        return _Stretches(self.starts[which], self.ends[which], self.floors[which], self.ceilings[which], self.bounds)

    def fit(self, scale: Floats, move: Integers) -> tuple[Booleans, Constants]:
        at_starts, at_ends = _products(self.starts, scale, move), _products(self.ends, scale, move)
        low, high = self.floors - at_starts, self.ceilings - at_ends
        least, greatest = low, high
        if self.bounds.signed:
            # The offset is subtracted from the product of a sum below zero, and is not negative itself.
            below, also_below = self.starts < 0, self.ends < 0
            least = np.maximum(np.where(below, 0.0, low), np.where(also_below, -high, 0.0))
            greatest = np.minimum(np.where(also_below, np.inf, high), np.where(below, -low, np.inf))
        offset = self.bounds.offset(_between(least.max(axis=1), greatest.min(axis=1)))
        at_starts += _addends(self.starts, offset, self.bounds)
        at_ends += _addends(self.ends, offset, self.bounds)
        # Its rounding is one within a range, which only the least and the greatest sum can leave.
        fits = (np.abs(at_starts[:, 0]) < LARGEST_VALUE) & (np.abs(at_ends[:, -1]) < LARGEST_VALUE)
        fits &= (np.rint(at_starts) > self.floors).all(axis=1) & (np.rint(at_ends) < self.ceilings).all(axis=1)
        none = Constants.empty(len(scale))
        return fits, Constants(scale, offset, move, none.exceptions, none.steps)


@dataclass(frozen=True)
class _Points(_Demands):
    """The kernel must give `values` at the sums `points` [channel, point], but at one sum a channel at which the value
    may be one off."""

    channels: Channels
    points: Integers
    values: Integers
    bounds: Bounds

    @staticmethod
    def of(channels: Channels, thresholds: Thresholds, bounds: Bounds) -> _Points:
        first, least, greatest = thresholds.sums, channels.least[:, None], channels.greatest[:, None]
        is_reached = (first > least) & (first <= greatest)
        above, below = np.where(is_reached, first, least), np.where(is_reached, first - 1, least)
        points = np.concatenate([least, greatest, above, below], axis=1)
        return _Points(channels, points, channels.exact(points, bounds.lowest, bounds.highest), bounds)

    def __getitem__(self, which: Which) -> _Points:
        return _Points(self.channels[which], self.points[which], self.values[which], self.bounds)

    def fit(self, scale: Floats, move: Integers) -> tuple[Booleans, Constants]:
        floors, ceilings = self._interval(_products(self.points, scale, move))
        result = Constants.empty(len(scale))
        fits = np.zeros(len(scale), np.bool_)
        open_rows = np.flatnonzero(_may_fit(floors, ceilings))
        for offset in map(self.bounds.offset, _offsets(floors.max(axis=1), ceilings.min(axis=1))):
            if not len(open_rows):
                break
            some = self[open_rows]
            good, constants = some._with_exception(scale[open_rows], move[open_rows], offset[open_rows])
            result.put(open_rows[good], constants, np.flatnonzero(good))
            fits[open_rows[good]] = True
            open_rows = open_rows[~good]
        return fits, result

    def _interval(self, products: Floats) -> tuple[Doubles, Doubles]:
        """Returns the bounds that each point sets for the offset, if its addition were exact."""
        targets = (self.values - self.bounds.centre).astype(np.float64)
        floors = np.where(self.values == self.bounds.lowest, -np.inf, targets - 0.5 - products)
        ceilings = np.where(self.values == self.bounds.highest, np.inf, targets + 0.5 - products)
        if self.bounds.signed:
            negative = self.points < 0
            floors, ceilings = np.where(negative, -ceilings, floors), np.where(negative, -floors, ceilings)
            floors = np.maximum(floors, 0.0)
        return floors, ceilings

    def _with_exception(self, scale: Floats, move: Integers, offset: Floats) -> tuple[Booleans, Constants]:
        """Returns which rows get the right value with this offset at all sums but one, and the constants with what is
        missing there."""
        kernel_values, is_small = self._kernel_values(self.points, scale, move, offset)
        is_wrong = kernel_values != self.values
        one = np.where(is_wrong, self.points, NO_EXCEPTION).max(axis=1)
        missing = np.where(is_wrong, self.values - kernel_values, 0)
        step = missing.min(axis=1) + missing.max(axis=1)
        alone = (~is_wrong | (self.points == one[:, None])).all(axis=1) & (np.abs(step) <= 1) & is_small.all(axis=1)
        # Its neighbours must be right, or the exception would not be one sum but a stretch of them.
        least, greatest = self.channels.least[:, None], self.channels.greatest[:, None]
        beside = np.clip(one[:, None] + np.array([-1, 1]), least, greatest)
        values_beside, _ = self._kernel_values(beside, scale, move, offset)
        is_right = values_beside == self.channels.exact(beside, self.bounds.lowest, self.bounds.highest)
        good = alone & (is_right | (beside == one[:, None])).all(axis=1)
        exceptions = np.where(is_wrong.any(axis=1), one - move, NO_EXCEPTION)
        return good, Constants(scale, offset, move, exceptions, step)

    def _kernel_values(
        self, points: Integers, scale: Floats, move: Integers, offset: Floats
    ) -> tuple[Integers, Booleans]:
        """Returns the kernel's values at the points, and where it stays in the range in which its rounding is one."""
        sums = _products(points, scale, move) + _addends(points, offset, self.bounds)
        kernel_values = np.clip(np.rint(sums) + self.bounds.centre, self.bounds.lowest, self.bounds.highest)
        return kernel_values.astype(np.int64), np.abs(sums) < LARGEST_VALUE


def _may_fit(floors: Doubles, ceilings: Doubles) -> Booleans:
    """Returns which rows some offset might fit if the demand of one point were taken away: that of the highest floor or
    that of the lowest ceiling, or nothing is gained. What equals it is taken away too, for it may be the same sum."""
    low, high = floors.max(axis=1), ceilings.min(axis=1)
    next_low = np.where(floors == low[:, None], -np.inf, floors).max(axis=1)
    next_high = np.where(ceilings == high[:, None], np.inf, ceilings).min(axis=1)
    return np.asarray((next_low <= high + _ROUNDING) | (low <= next_high + _ROUNDING))


def _offsets(low: Doubles, high: Doubles) -> Iterator[Doubles]:
    """Offsets to try: the middle, and some a little inside of each end."""
    yield _between(low, high)
    low, high = np.where(np.isinf(low), 0.0, low), np.where(np.isinf(high), 0.0, high)
    for distance in _INSIDE:
        yield high - distance
        yield low + distance


def _products(sums: Integers | Doubles, scale: Floats, move: Integers) -> Floats:
    return (sums - move[:, None]).astype(np.float32) * scale[:, None]


def _addends(sums: Integers | Doubles, offset: Floats, bounds: Bounds) -> Floats:
    return np.where(sums < 0, -offset[:, None], offset[:, None]) if bounds.signed else offset[:, None]


def _between(low: Doubles, high: Doubles) -> Doubles:
    """The middle of each interval; near its one end where the other is nowhere."""
    low = np.where(np.isinf(low), np.where(np.isinf(high), 0.0, high - 1e-3), low)
    high = np.where(np.isinf(high), low + 1e-3, high)
    return (low + high) / 2
