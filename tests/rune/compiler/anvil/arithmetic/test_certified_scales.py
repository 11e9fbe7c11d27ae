"""Proven constants are certified by their thresholds; wrong ones, and wrong thresholds, are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from rune.compiler.anvil.errors import NotProven
from rune.compiler.anvil.limit_checks import limits_checked_by
from rune.compiler.anvil.requantisation.fixed_point import multiplier
from rune.compiler.anvil.requantisation.proven_scale import ProvenScale, certify, prove
from rune.compiler.anvil.requantisation.scale_search import NO_EXCEPTION
from rune.compiler.anvil.requantisation.thresholds import Channels, RoundedOnce, RoundedTwice, Thresholds, thresholds_of
from tests.support.cases import each_case

LOWEST, HIGHEST = -123, 132
COUNT = 6


def channels() -> Channels:
    generator = np.random.default_rng(3)
    ways = [multiplier(float(real)) for real in np.exp(generator.uniform(np.log(2e-3), np.log(0.05), COUNT))]
    return RoundedTwice(
        np.array([way.mantissa for way in ways]),
        np.array([way.exponent for way in ways]),
        generator.integers(-60_000, -20_000, COUNT),
        generator.integers(20_000, 60_000, COUNT),
    )


def rounded_once() -> Channels:
    """The same numbers, as a fully connected layer rounds them."""
    twice = channels()
    return RoundedOnce(twice.reals, twice.least, twice.greatest)


def proven() -> ProvenScale:
    scale = prove(channels(), LOWEST, HIGHEST)
    assert scale is not None
    return scale


def changed(values: np.ndarray, change: float) -> np.ndarray:
    """The same with something else in the middle."""
    copy = values.copy()
    copy[len(copy) // 2] += change
    return copy


def test_thresholds_that_are_not_sorted_are_refused() -> None:
    right = thresholds_of(channels(), LOWEST, HIGHEST)
    sums = right.sums.copy()
    sums[2, [100, 150]] = sums[2, [150, 100]]
    with pytest.raises(NotProven, match="not sorted"):
        Thresholds(sums, LOWEST, HIGHEST).certify(channels())


@each_case("kind", [channels, rounded_once])
@each_case("by", [-1, 1])
def test_a_threshold_beside_its_place_is_refused(by: int, kind: Callable[[], Channels]) -> None:
    right = thresholds_of(kind(), LOWEST, HIGHEST)
    sums = right.sums.copy()
    sums[3, 120] += by
    with pytest.raises(NotProven, match="channel 3 has more than one value"):
        Thresholds(sums, LOWEST, HIGHEST).certify(kind())


def test_a_threshold_of_a_wide_layer_is_refused_with_the_number_of_its_channel() -> None:
    wide = channels()[np.arange(7 * COUNT) % COUNT]
    sums = thresholds_of(wide, LOWEST, HIGHEST).sums
    sums[6 * COUNT + 3, 120] += 1
    with pytest.raises(NotProven, match=f"channel {6 * COUNT + 3} has more than one value"):
        Thresholds(sums, LOWEST, HIGHEST).certify(wide)


def test_a_threshold_where_no_sum_is_is_refused() -> None:
    right = thresholds_of(channels(), LOWEST, HIGHEST)
    far = right.sums.copy()
    far[0, -1] = channels().greatest[0] + 2
    with pytest.raises(NotProven, match="where no sum is"):
        Thresholds(far, LOWEST, HIGHEST).certify(channels())


def test_thresholds_of_other_channels_are_refused() -> None:
    right = thresholds_of(channels(), LOWEST, HIGHEST)
    with pytest.raises(NotProven, match="not one a channel"):
        Thresholds(right.sums[:-1], LOWEST, HIGHEST).certify(channels())


@pytest.mark.parametrize("kind", [channels, rounded_once])
def test_the_thresholds_of_channels_are_certified(kind: Callable[[], Channels]) -> None:
    thresholds_of(kind(), LOWEST, HIGHEST).certify(kind())


def test_each_threshold_is_where_the_exact_value_steps() -> None:
    thresholds, of = thresholds_of(channels(), LOWEST, HIGHEST), channels()
    sums = np.arange(of.least[0], of.greatest[0] + 1)[None, :]
    values = of[np.array([0])].exact(sums, LOWEST, HIGHEST)[0]
    steps = sums[0, 1:][np.diff(values) > 0]
    inside = (thresholds.sums[0] > of.least[0]) & (thresholds.sums[0] <= of.greatest[0])
    assert sorted(set(thresholds.sums[0][inside].tolist())) == steps.tolist()


@pytest.mark.parametrize("share", [1e-4, -1e-4])
def test_a_scale_that_is_a_little_off_is_refused(share: float) -> None:
    right = proven()
    middle = float(right.scale[COUNT // 2])
    wrong = replace(right, scale=changed(right.scale, middle * share).astype(np.float32))
    with pytest.raises(NotProven, match=f"channel {COUNT // 2} is not exact"):
        certify(channels(), wrong, LOWEST, HIGHEST)


def test_a_channel_of_a_wide_layer_is_proven_and_refused_as_alone() -> None:
    numbers = np.arange(7 * COUNT) % COUNT
    scale, alone = prove(channels()[numbers], LOWEST, HIGHEST), proven()[numbers]
    assert scale is not None
    for field in ("scale", "offset", "move", "exceptions", "steps"):
        assert getattr(scale, field).tolist() == getattr(alone, field).tolist()
    offset = scale.offset.copy()
    offset[6 * COUNT + 3] += 0.01
    with pytest.raises(NotProven, match=f"channel {6 * COUNT + 3} is not exact"):
        certify(channels()[numbers], replace(scale, offset=offset), LOWEST, HIGHEST)


@pytest.mark.parametrize("by", [0.01, -0.01])
def test_an_offset_that_is_a_little_off_is_refused(by: float) -> None:
    right = proven()
    wrong = replace(right, offset=changed(right.offset, by).astype(np.float32))
    with pytest.raises(NotProven):
        certify(channels(), wrong, LOWEST, HIGHEST)


def test_a_move_or_a_centre_beside_its_place_is_refused() -> None:
    right = proven()
    for wrong in (replace(right, move=changed(right.move, 3)), replace(right, centre=right.centre + 1)):
        with pytest.raises(NotProven):
            certify(channels(), wrong, LOWEST, HIGHEST)


def test_an_exception_where_none_is_needed_is_refused() -> None:
    right = proven()
    exceptions, steps = right.exceptions.copy(), right.steps.copy()
    exceptions[1], steps[1] = 100, 1
    with pytest.raises(NotProven, match="channel 1 "):
        certify(channels(), replace(right, exceptions=exceptions, steps=steps), LOWEST, HIGHEST)


@pytest.mark.parametrize("scale", [-0.01, float("nan"), float("inf")])
def test_a_scale_by_which_values_fall_is_refused(scale: float) -> None:
    right = proven()
    wrong = right.scale.copy()
    wrong[0] = scale
    with pytest.raises(NotProven), np.errstate(invalid="ignore"):
        certify(channels(), replace(right, scale=wrong), LOWEST, HIGHEST)


def test_a_sum_that_leaves_32_bits_when_it_is_moved_is_refused() -> None:
    wrong = replace(proven(), move=np.full(COUNT, 2**31))
    with pytest.raises(NotProven, match="leaves 32 bits"):
        certify(channels(), wrong, LOWEST, HIGHEST)


@each_case(("lowest", "highest"), [(-128, 127), (0, 255), (-255, 0), (LOWEST, HIGHEST)])
def test_what_is_proven_is_certified(lowest: int, highest: int) -> None:
    scale = prove(channels(), lowest, highest)
    assert scale is not None
    proof = certify(channels(), scale, lowest, highest)
    assert proof.thresholds.sums.shape == (len(proof.numbers), highest - lowest)


def test_a_channel_with_one_value_is_certified_and_has_no_thresholds() -> None:
    dead = RoundedTwice(
        np.array([2**30, 2**30]), np.array([-8, -8]), np.array([-(2**20), 0]), np.array([-(2**20), 2**16])
    )
    scale = prove(dead, -128, 127)
    assert scale is not None
    assert certify(dead, scale, -128, 127).numbers.tolist() == [1]
    assert scale.exceptions[0] == NO_EXCEPTION


class SearchOutOfTime(Exception):
    """The exception of a time limit."""


@pytest.mark.protects("compiling/resources")
def test_the_proof_of_one_layer_is_ended_within_it_and_by_nobody_who_has_gone() -> None:
    """A wide layer takes a second: its search looks up in each attempt, and so does what certifies it."""
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise SearchOutOfTime

    wide: Any = replace(cast("RoundedTwice", channels()), least=channels().least - 1)  # nothing that was remembered
    with pytest.raises(SearchOutOfTime), limits_checked_by(look):
        certify(wide, prove(wide, LOWEST, HIGHEST) or proven(), LOWEST, HIGHEST)
    assert looks == 2
    certify(channels(), proven(), LOWEST, HIGHEST)
    assert looks == 2
