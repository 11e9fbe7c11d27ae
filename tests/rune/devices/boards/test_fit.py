"""The fit of a rune on a board, from figures that stand here."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from rune.devices.boards.board import Board, FlashPlace
from rune.devices.boards.cores import CORES
from rune.devices.boards.describing import fit_json
from rune.devices.boards.fit import FitVerdict, Needs, fit, run_time
from rune.devices.boards.lookup import boards

CORE = replace(CORES["cortex-m4"], cycles_least=1.0, cycles_most=2.0)
BOARD = Board("b", "B", "M", "C", CORE, 100, 1000, 5000, FlashPlace.INTERNAL, None, {}, {}, {})
NEEDS = Needs("cortex-m4", 4000, 900, 1_000_000)


def test_needs_of_another_target_are_refused() -> None:
    with pytest.raises(ValueError, match="B takes the target cortex-m4, and these are needs on c"):
        fit(replace(NEEDS, target="c"), BOARD)


def test_a_rune_that_is_larger_than_one_memory_is_too_large_by_the_difference() -> None:
    result = fit(replace(NEEDS, ram=1001), BOARD)
    assert result.verdict is FitVerdict.TOO_LARGE
    assert (result.ram.excess, result.flash.excess) == (1, 0)
    assert fit(replace(NEEDS, flash=7000), BOARD).flash.excess == 2000


def test_a_rune_that_fills_its_memories_to_the_byte_fits() -> None:
    result = fit(replace(NEEDS, ram=1000, flash=5000), BOARD)
    assert result.verdict is FitVerdict.FITS
    assert (result.ram.share, result.ram.excess) == (1.0, 0)


def test_what_was_not_measured_may_fit_and_has_no_time() -> None:
    result = fit(replace(NEEDS, instructions=None), BOARD, period=1000)
    assert (result.verdict, result.time) == (FitVerdict.MAY_FIT, None)
    assert (result.exact, result.estimated) == ((), ("flash", "ram"))


def test_constants_alone_can_be_too_large() -> None:
    assert fit(replace(NEEDS, flash=5001, instructions=None), BOARD).verdict is FitVerdict.TOO_LARGE


def test_time_is_a_range_with_its_assumptions() -> None:
    time = fit(NEEDS, BOARD).time
    assert time is not None
    assert (time.least, time.most) == (10.0, 20.0)
    assert len(time.assumptions) == 3
    assert "1 to 2 cycles an instruction" in time.assumptions[0]
    assert "wait states of the flash are not known" in time.assumptions[1]


def test_the_time_of_a_run_is_that_of_its_fit() -> None:
    assert run_time(1_000_000, BOARD, 40.0) == fit(NEEDS, BOARD, period=40.0).time
    assert run_time(1_000_000, BOARD).text == "10 to 20 ms"
    assert run_time(0, BOARD).most == 0


def test_more_instructions_take_longer_on_every_board() -> None:
    for board in boards():
        times = [run_time(count, board) for count in (1, 2, 999_999, 1_000_000, 10**9)]
        assert all(0 < each.least < each.most for each in times)
        for fewer, more in pairwise(times):
            assert fewer.least < more.least
            assert fewer.most < more.most


def test_wait_states_lengthen_the_most_and_never_the_least() -> None:
    time = fit(NEEDS, replace(BOARD, flash_wait_states=4)).time
    assert time is not None
    assert (time.least, time.most) == (10.0, 40.0)
    assert "the flash waits 4 cycles" in time.assumptions[1]


def test_a_flash_outside_of_the_chip_is_assumed_to_have_a_cache() -> None:
    time = fit(NEEDS, replace(BOARD, flash_is=FlashPlace.EXTERNAL)).time
    assert time is not None
    assert "run from a cache" in time.assumptions[1]


def test_the_share_is_of_the_sensors_period_where_it_has_one() -> None:
    with_sound, without = fit(NEEDS, BOARD, period=40.0).time, fit(NEEDS, BOARD).time
    assert with_sound is not None
    assert without is not None
    assert with_sound.share == (0.25, 0.5)
    assert without.share is None


def test_json_says_which_figures_are_exact() -> None:
    payload = fit_json(fit(NEEDS, BOARD, period=40.0))
    assert payload["exact"] == ["flash", "ram", "instructions"]
    assert payload["estimated"] == ["milliseconds"]
    assert payload["ram"] == {"needed": 900, "available": 1000, "excess": 0}
    assert payload["time"] is not None
    assert payload["time"]["most_share"] == 0.5


@pytest.mark.parametrize(
    ("period", "verdict"),
    [
        (20.0, FitVerdict.FITS),
        (19.0, FitVerdict.MAY_BE_SLOW),
        (10.0, FitVerdict.MAY_BE_SLOW),
        (9.0, FitVerdict.TOO_SLOW),
    ],
)
def test_a_run_that_ends_after_the_next_frame_fits_and_is_too_slow(period: float, verdict: FitVerdict) -> None:
    result = fit(NEEDS, BOARD, period)
    assert result.verdict is verdict
    assert fit_json(result)["verdict"] == verdict.value


def test_a_rune_that_is_too_large_is_called_that_however_slow_it_is() -> None:
    assert fit(replace(NEEDS, ram=1001), BOARD, period=1).verdict is FitVerdict.TOO_LARGE
