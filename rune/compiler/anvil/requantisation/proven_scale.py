"""Requantisation in single precision that is proved to give the bytes of the exact arithmetic, for every reachable sum.

Both are functions that never fall as the sum rises. So they are equal everywhere between the least and the greatest
sum when they are equal at both ends and on both sides of every sum at which the exact one rises: at most 512 sums a
channel, all of which are computed here, in the very operations that the kernel does. What was found is certified once
more, by the thresholds alone (`certify`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.errors import NotProven
from rune.compiler.anvil.limit_checks import check_limits
from rune.compiler.anvil.requantisation.fixed_point import Integers
from rune.compiler.anvil.requantisation.scale_search import (
    LARGEST_VALUE,
    NO_EXCEPTION,
    Bounds,
    Constants,
    Floats,
    search,
    stays_in_32_bits,
)
from rune.compiler.anvil.requantisation.thresholds import Channels, Thresholds, Which, parts, thresholds_of

CACHE_SIZE = 128
"""Layers whose constants and thresholds are remembered: 2 kB a channel."""


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

    def __getitem__(self, which: Which) -> ProvenScale:
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
        moved_sums, offset = sums - self.move[:, None], self.offset[:, None]
        # The sign of the sum is set beside that of the offset.
        addend = np.where(moved_sums < 0, -np.abs(offset), offset) if self.signed else offset
        return np.asarray(moved_sums.astype(np.float32) * self.scale[:, None] + addend, np.float32)

    def values(self, sums: Integers, lowest: int, highest: int) -> Integers:
        """Returns the kernel's values, clamped."""
        return self.rounded(self.unrounded(sums), sums, lowest, highest)

    def rounded(self, unrounded_values: Floats, sums: Integers, lowest: int, highest: int) -> Integers:
        """Returns the kernel's values, clamped, from the unrounded ones."""
        values = np.rint(unrounded_values).astype(np.int64)
        if self.has_exceptions:
            values += np.where(sums - self.move[:, None] == self.exceptions[:, None], self.steps[:, None], 0)
        return np.asarray(np.clip(values + self.centre, lowest, highest))


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


def certify(channels: Channels, proven_scale: ProvenScale, lowest: int, highest: int) -> ScaleProof:
    """The proof that the constants give the exact value of every sum. Raises `NotProven`.

    Without its exceptions the kernel's function never falls, so it is enough to look at both ends of each stretch
    between two thresholds, at the exceptions, and beside them.
    """
    if not stays_in_32_bits(channels, proven_scale.move).all():
        raise NotProven("a sum leaves 32 bits when it is moved")
    ends = np.stack([channels.least, channels.greatest], axis=1)
    exact = channels.exact(ends, lowest, highest)
    bounds = (lowest, highest)
    _require(proven_scale, ends, exact, bounds)
    live = np.flatnonzero(exact[:, 0] != exact[:, 1])
    thresholds = thresholds_of(channels[live], lowest, highest)
    proof = ScaleProof(
        channels.least, channels.greatest, proven_scale.move, live, channels[live], proven_scale[live], thresholds
    )
    channels, proven_scale = proof.channels, proof.scale
    if (
        not np.isfinite(proven_scale.scale).all()
        or (proven_scale.scale < 0).any()
        or (proven_scale.signed and (proven_scale.offset < 0).any())
    ):
        raise NotProven("with these constants a greater sum may give a smaller value")
    proof.thresholds.certify(channels)
    for rows in parts(len(live)):
        check_limits()
        starts, ends, values = proof.thresholds[rows].stretches(channels[rows])
        for points in (starts, ends):
            # A stretch without a sum has nothing to hold.
            _require(proven_scale[rows], points, values, bounds, starts > ends, rows.start)
    beside = (proven_scale.exceptions + proven_scale.move)[:, None] + np.array([-1, 0, 1])
    beside = np.clip(beside, channels.least[:, None], channels.greatest[:, None])
    _require(proven_scale, beside, channels.exact(beside, lowest, highest), bounds)
    return proof


def _require(
    proven_scale: ProvenScale,
    sums: Integers,
    expected: Integers,
    bounds: tuple[int, int],
    is_empty: NDArray[np.bool_] | bool = False,
    first: int = 0,
) -> None:
    """Raises `NotProven` unless the kernel makes these values of sums [channel, any] that the channels reach, except
    where `is_empty`. The first channel is called `first`."""
    unrounded_values = proven_scale.unrounded(sums)
    is_right = (proven_scale.rounded(unrounded_values, sums, *bounds) == expected) & (
        np.abs(unrounded_values) < LARGEST_VALUE
    ) | is_empty
    if not is_right.all():
        channel, place = np.argwhere(~is_right)[0].tolist()
        raise NotProven(f"channel {first + channel} is not exact at the sum {sums[channel, place]}")


def proven_scale_of(channels: Channels, lowest: int, highest: int) -> tuple[ProvenScale, ScaleProof] | None:
    """Returns the certified result of `prove`; None without one.

    Both take most of a build that compiles nothing anew, so what was found in this process for the same numbers is
    remembered.
    """
    as_data: Any = channels  # each kind of channels is a dataclass of arrays
    arrays = [np.ascontiguousarray(getattr(channels, each.name)) for each in fields(as_data)]
    return _cached_proof(type(channels), tuple((each.dtype.str, each.tobytes()) for each in arrays), lowest, highest)


@lru_cache(maxsize=CACHE_SIZE)
def _cached_proof(
    kind: type[Channels], arrays: tuple[tuple[str, bytes], ...], lowest: int, highest: int
) -> tuple[ProvenScale, ScaleProof] | None:
    channels = kind(*(np.frombuffer(data, dtype) for dtype, data in arrays))
    proven_scale = prove(channels, lowest, highest)
    if proven_scale is None:
        return None
    proof = certify(channels, proven_scale, lowest, highest)
    for each in (*_arrays(proven_scale), *_arrays(proof.scale), proof.numbers, proof.thresholds.sums):
        each.flags.writeable = False
    return proven_scale, proof


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
    constants = Constants.empty(len(channels.least))
    constants.offset[:] = ends[0] - centre
    if len(live):
        thresholds = thresholds_of(channels[live], lowest, highest)
        of_live = search(channels[live], thresholds, Bounds(lowest, highest, centre, signed))
        if of_live is None:
            return None
        constants.put(live, of_live, np.arange(len(live)))
    return ProvenScale(
        constants.scale, constants.offset, constants.move, constants.exceptions, constants.steps, centre, signed
    )
