"""Requantisation in single precision that is proved to give the bytes of the exact arithmetic, for every reachable sum.

Both are functions that never fall as the sum rises. So they are equal everywhere between the least and the greatest
sum when they are equal at both ends and on both sides of every sum at which the exact one rises: at most 512 sums a
channel, all of which are computed here, in the very operations that the kernel does. What was found is certified once
more, by the thresholds alone (`certify`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.errors import NotProven
from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.anvil.requantisation.thresholds import Channels, Thresholds, thresholds_of

Floats = NDArray[np.float32]

LARGEST_VALUE = 2.0**21
"""Up to it, adding 1.5 * 2**23 rounds to the nearest integer."""

MOST_RESISTING = 128
"""Channels that may still be open after the first attempts; more are not worth the time."""

REMEMBERED = 128
"""Layers whose constants and thresholds are remembered: 2 kB a channel."""

NO_EXCEPTION = -(2**31)
"""No sum that a channel reaches."""

_ULPS = (0, 1, -1, 2, -2, 3, -3)
_MOVES = (0, 1, -1, 2, -2, 3, -3, 5, -5, 8, -8, 13, -13, 21, -21, 34, -34)
_PLAIN_ATTEMPTS = 14
"""So many are made before an exception is allowed, which costs the kernel a comparison."""
_ULPS_ALONE = tuple(sign * ulps for ulps in range(65) for sign in (1, -1))
_INSIDE = (2.0**-19, 2.0**-18, 2.0**-17, 2.0**-16)


@dataclass(frozen=True)
class ProvenScale:
    """round((sum - move) * scale + offset) + centre is the exact value before the zero point is added and clamped.

    `signed`: the offset takes the sign of the sum, and nothing is moved. At the one sum `exceptions` of a channel
    (after the move) `steps` is added; `NO_EXCEPTION` where there is none.
    """

    scale: Floats
    offset: Floats
    move: Integers
    exceptions: Integers
    steps: Integers
    centre: int
    signed: bool

    @property
    def has_exceptions(self) -> bool:
        return bool((self.exceptions != NO_EXCEPTION).any())

    def __getitem__(self, which: NDArray[np.intp]) -> ProvenScale:
        """The same for some of the channels."""
        return replace(
            self,
            scale=self.scale[which],
            offset=self.offset[which],
            move=self.move[which],
            exceptions=self.exceptions[which],
            steps=self.steps[which],
        )

    def unrounded(self, sums: Integers) -> Floats:
        """Returns the unrounded values of the kernel for sums [channel, any]."""
        moved = sums - self.move[:, None]
        offset = self.offset[:, None]
        # The sign of the sum is set beside that of the offset.
        added = np.where((moved < 0) & self.signed, -np.abs(offset), offset)
        return np.asarray(moved.astype(np.float32) * self.scale[:, None] + added, np.float32)

    def values(self, sums: Integers, lowest: int, highest: int) -> Integers:
        """Returns the kernel's values, clamped."""
        rounded = np.rint(self.unrounded(sums)).astype(np.int64)
        rounded += np.where(sums - self.move[:, None] == self.exceptions[:, None], self.steps[:, None], 0)
        return np.asarray(np.clip(rounded + self.centre, lowest, highest))


@dataclass(frozen=True, eq=False)
class ScaleProof:
    """Constants that were certified: those of the channels that have more than one value, with their thresholds.
    `numbers` are the channels' own in the op, all of whose sums lie from `least` to `greatest` and are moved by
    `moves`."""

    least: Integers
    greatest: Integers
    moves: Integers
    numbers: NDArray[np.intp]
    channels: Channels
    scale: ProvenScale
    thresholds: Thresholds


def certify(channels: Channels, proven: ProvenScale, lowest: int, highest: int) -> ScaleProof:
    """The proof that the constants give the exact value of every sum. Raises `NotProven`.

    Without its exceptions the kernel's function never falls, so it is enough to look at both ends of each stretch
    between two thresholds, at the exceptions, and beside them.
    """
    if not _stays_in_32_bits(channels, proven.move).all():
        raise NotProven("a sum leaves 32 bits when it is moved")
    ends = np.stack([channels.least, channels.greatest], axis=1)
    exact = channels.exact(ends, lowest, highest)
    _require(channels, proven, ends, exact, (lowest, highest))
    live = np.flatnonzero(exact[:, 0] != exact[:, 1])
    thresholds = thresholds_of(channels[live], lowest, highest)
    proof = ScaleProof(channels.least, channels.greatest, proven.move, live, channels[live], proven[live], thresholds)
    channels, proven = proof.channels, proof.scale
    if not np.isfinite(proven.scale).all() or (proven.scale < 0).any() or (proven.signed and (proven.offset < 0).any()):
        raise NotProven("with these constants a greater sum may give a smaller value")
    proof.thresholds.certify(channels)
    starts, ends, values = proof.thresholds.stretches(channels)
    for points in (starts, ends):
        check_limits()
        # A stretch without a sum has nothing to hold: its place is taken by the least sum.
        there = np.where(starts <= ends, points, channels.least[:, None])
        wanted = np.where(starts <= ends, values, channels.exact(channels.least[:, None], lowest, highest))
        _require(channels, proven, there, wanted, (lowest, highest))
    beside = (proven.exceptions + proven.move)[:, None] + np.array([-1, 0, 1])
    beside = np.clip(beside, channels.least[:, None], channels.greatest[:, None])
    _require(channels, proven, beside, channels.exact(beside, lowest, highest), (lowest, highest))
    return proof


def _require(
    channels: Channels, proven: ProvenScale, sums: Integers, wanted: Integers, bounds: tuple[int, int]
) -> None:
    """Raises `NotProven` unless the kernel makes these values of sums [channel, any] that the channels reach."""
    is_right = (proven.values(sums, *bounds) == wanted) & (np.abs(proven.unrounded(sums)) < LARGEST_VALUE)
    if not is_right.all():
        channel, place = np.argwhere(~is_right)[0].tolist()
        raise NotProven(f"channel {channel} of {len(channels.least)} is not exact at the sum {sums[channel, place]}")


def proven(channels: Channels, lowest: int, highest: int) -> tuple[ProvenScale, ScaleProof] | None:
    """Returns the certified result of `prove`; None without one.

    Both take most of a build that compiles nothing anew, so what was found in this process for the same numbers is
    remembered.
    """
    as_data: Any = channels  # each kind of channels is a dataclass of arrays
    arrays = [np.ascontiguousarray(getattr(channels, each.name)) for each in fields(as_data)]
    return _remembered(type(channels), tuple((each.dtype.str, each.tobytes()) for each in arrays), lowest, highest)


@lru_cache(maxsize=REMEMBERED)
def _remembered(
    kind: type[Channels], arrays: tuple[tuple[str, bytes], ...], lowest: int, highest: int
) -> tuple[ProvenScale, ScaleProof] | None:
    channels = kind(*(np.frombuffer(data, dtype) for dtype, data in arrays))
    proven = prove(channels, lowest, highest)
    if proven is None:
        return None
    proof = certify(channels, proven, lowest, highest)
    for each in (*_arrays(proven), *_arrays(proof.scale), proof.numbers, proof.thresholds.sums):
        each.flags.writeable = False
    return proven, proof


def _arrays(scale: ProvenScale) -> tuple[NDArray[Any], ...]:
    return (scale.scale, scale.offset, scale.move, scale.exceptions, scale.steps)


def prove(channels: Channels, lowest: int, highest: int) -> ProvenScale | None:
    """Constants for all channels of an op, or None where some channel resists. Values are clamped to
    `lowest` to `highest`, which are counted from the zero point."""
    reach = np.maximum(np.abs(channels.least), np.abs(channels.greatest))
    if (reach >= channels.most_sums).any():
        return None
    ends = [channels.exact(sums[:, None], lowest, highest)[:, 0] for sums in (channels.least, channels.greatest)]
    live = np.flatnonzero(ends[0] != ends[1])
    if not channels[live].has_thresholds.all():
        return None
    # The exact arithmetic rounds halves away from zero: one line through all thresholds is there on one side only.
    signed = lowest < 0 < highest and bool((channels.least < 0).any())
    centre = 0 if signed else (lowest + highest) // 2
    if signed and ((channels.least < 0) & (ends[0] == ends[1]) & (ends[0] > 0)).any():
        return None  # a constant of the other sign than its sums
    constant = ProvenScale(
        scale=np.zeros(len(channels.least), np.float32),
        offset=(ends[0] - centre).astype(np.float32),
        move=np.zeros(len(channels.least), np.int64),
        exceptions=np.full(len(channels.least), NO_EXCEPTION, np.int64),
        steps=np.zeros(len(channels.least), np.int64),
        centre=centre,
        signed=signed,
    )
    return constant if not len(live) else _search(channels, live, constant, lowest, highest)


def _search(
    channels: Channels, left: NDArray[np.intp], proven: ProvenScale, lowest: int, highest: int
) -> ProvenScale | None:
    """Fills in what is found for the channels `left`; None where one resists."""
    centre, signed = proven.centre, proven.signed
    middle = np.rint(centre / channels.reals[left]).astype(np.int64)
    if (np.abs(middle) >= 2**30).any():
        return None
    points, values = _rises(channels[left], lowest, highest)
    bounds = _Bounds(lowest, highest, centre, signed)
    attempts = _attempts(signed)
    for exceptions, some in ((False, attempts[:_PLAIN_ATTEMPTS]), (True, attempts)):
        for ulps, away in some:
            check_limits()
            tried = channels.reals[left].astype(np.float32)
            tried = (tried.view(np.int32) + np.int32(ulps)).view(np.float32)
            moved = middle + away
            inside = _stays_in_32_bits(channels[left], moved)
            if exceptions:
                fits, offset, at, step = _fit_with_exceptions(channels[left], points, values, tried, moved, bounds)
                fits &= inside
                proven.exceptions[left[fits]], proven.steps[left[fits]] = at[fits], step[fits]
            else:
                fits, offset = _fit(points, values, tried, moved, bounds)
                fits &= inside
            good = left[fits]
            proven.scale[good], proven.offset[good], proven.move[good] = tried[fits], offset[fits], moved[fits]
            left, points, values, middle = left[~fits], points[~fits], values[~fits], middle[~fits]
            if not len(left):
                return proven
            if len(left) > MOST_RESISTING and (ulps, away) == attempts[_PLAIN_ATTEMPTS - 1]:
                return None
    return None


def _stays_in_32_bits(channels: Channels, move: Integers) -> NDArray[np.bool_]:
    """Which channels' sums can be moved: the kernel holds `sum - move` in 32 bits. The last are `NO_EXCEPTION`'s."""
    return (channels.least - move > NO_EXCEPTION) & (channels.greatest - move < 2**31)


@dataclass(frozen=True)
class _Bounds:
    lowest: int
    highest: int
    centre: int
    signed: bool

    def offset(self, wanted: NDArray[np.float64]) -> Floats:
        """The nearest that the kernel can have: one that takes the sum's sign is not negative itself."""
        return (np.maximum(wanted, 0.0) if self.signed else wanted).astype(np.float32)


def _attempts(signed: bool) -> list[tuple[int, int]]:
    """Changes of the scale in units of its last place, and of the move."""
    if signed:
        return [(ulps, 0) for ulps in _ULPS_ALONE]
    return [(ulps, move) for move in _MOVES for ulps in _ULPS]


def _rises(channels: Channels, lowest: int, highest: int) -> tuple[Integers, Integers]:
    """The sums at which the exact value must be met, and these values: [channel, point]."""
    first = thresholds_of(channels, lowest, highest).sums
    least, greatest = channels.least[:, None], channels.greatest[:, None]
    reachable = (first > least) & (first <= greatest)
    above = np.where(reachable, first, least)
    below = np.where(reachable, first - 1, least)
    points = np.concatenate([least, greatest, above, below], axis=1)
    return points, channels.exact(points, lowest, highest)


def _fit(
    points: Integers, values: Integers, scale: Floats, move: Integers, bounds: _Bounds
) -> tuple[NDArray[np.bool_], Floats]:
    """Which channels get the right value at every point with the best offset, and that offset."""
    products, low, high = _interval(points, values, scale, move, bounds)
    offset = bounds.offset(_between(low, high))
    got, small = _values(points, products, offset, bounds)
    return ((got == values) & small).all(axis=1), offset


def _fit_with_exceptions(
    channels: Channels, points: Integers, values: Integers, scale: Floats, move: Integers, bounds: _Bounds
) -> tuple[NDArray[np.bool_], Floats, Integers, Integers]:
    """The same with one sum a channel at which the value may be one off: that sum, and what is missing there."""
    products, low, high = _interval(points, values, scale, move, bounds)
    fits = np.zeros(len(points), np.bool_)
    offset = np.zeros(len(points), np.float32)
    exceptions, steps = np.full(len(points), NO_EXCEPTION, np.int64), np.zeros(len(points), np.int64)
    for tried in map(bounds.offset, _offsets(low, high)):
        got, small = _values(points, products, tried, bounds)
        wrong = got != values
        one = np.where(wrong, points, NO_EXCEPTION).max(axis=1)
        step = np.where(wrong, values - got, 0)
        step = step.min(axis=1) + step.max(axis=1)
        alone = (~wrong | (points == one[:, None])).all(axis=1) & (np.abs(step) <= 1) & small.all(axis=1)
        # Its neighbours must be right, or the exception would not be one sum but a stretch of them.
        beside = np.clip(one[:, None] + np.array([-1, 1]), channels.least[:, None], channels.greatest[:, None])
        beside_got, _ = _values(beside, _products(beside, scale, move), tried, bounds)
        right = beside_got == channels.exact(beside, bounds.lowest, bounds.highest)
        good = alone & (right | (beside == one[:, None])).all(axis=1) & ~fits
        offset[good], exceptions[good], steps[good] = tried[good], (one - move)[good], step[good]
        exceptions[good & ~wrong.any(axis=1)] = NO_EXCEPTION
        fits |= good
    return fits, offset, exceptions, steps


def _offsets(low: NDArray[np.float64], high: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Offsets to try: the middle, and some a little inside of each end."""
    yield _between(low, high)
    low, high = np.where(np.isinf(low), 0.0, low), np.where(np.isinf(high), 0.0, high)
    for distance in _INSIDE:
        yield high - distance
        yield low + distance


def _interval(
    points: Integers, values: Integers, scale: Floats, move: Integers, bounds: _Bounds
) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
    """The products at the points, and between what each channel's offset must lie if its addition were exact."""
    products = _products(points, scale, move)
    wanted = (values - bounds.centre).astype(np.float64)
    floor = np.where(values == bounds.lowest, -np.inf, wanted - 0.5 - products)
    ceiling = np.where(values == bounds.highest, np.inf, wanted + 0.5 - products)
    if bounds.signed:
        negative = points < 0
        floor, ceiling = np.where(negative, -ceiling, floor), np.where(negative, -floor, ceiling)
        floor = np.maximum(floor, 0.0)
    return products, floor.max(axis=1), ceiling.min(axis=1)


def _products(points: Integers, scale: Floats, move: Integers) -> Floats:
    return (points - move[:, None]).astype(np.float32) * scale[:, None]


def _values(points: Integers, products: Floats, offset: Floats, bounds: _Bounds) -> tuple[Integers, NDArray[np.bool_]]:
    """Returns the kernel's values at the points, and where it stays in the range in which its rounding is one."""
    added = np.where(points < 0, -offset[:, None], offset[:, None]) if bounds.signed else offset[:, None]
    sums = products + added
    rounded = np.clip(np.rint(sums) + bounds.centre, bounds.lowest, bounds.highest)
    return rounded.astype(np.int64), np.abs(sums) < LARGEST_VALUE


def _between(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle of each interval; near its one end where the other is nowhere."""
    low = np.where(np.isinf(low), np.where(np.isinf(high), 0.0, high - 1e-3), low)
    high = np.where(np.isinf(high), low + 1e-3, high)
    return (low + high) / 2
