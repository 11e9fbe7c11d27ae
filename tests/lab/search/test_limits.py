"""The limits of candidates on one device and on two boards: what is refused, by which reason, and what is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.refusal import Refused
from lab.search.devices import SearchDevice, SearchDevices, devices_on
from lab.search.limits import DeviceLimits, TimeLimit
from lab.search.ranking import Point, compared_point
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs, run_time
from rune.devices.boards.lookup import find_board
from tests.support.cases import each_case

BOARD = replace(find_board("raspberry-pi-pico"), ram=100, flash=200)
SECOND = replace(find_board("esp32-c3-devkitm-1"), ram=150, flash=180)


def reason(limits: DeviceLimits, needs: Needs) -> str | None:
    return SearchDevices(SearchDevice(needs.target, limits)).reason([needs])


def point_under(needs: Needs, limits: DeviceLimits) -> Point:
    return compared_point(0.75, needs, SearchDevices(SearchDevice(needs.target, limits)))


def needs_on(board: Board, ram: int, flash: int, instructions: int | None = 10) -> Needs:
    return Needs(board.target, flash, ram, instructions)


@each_case(
    ("boards", "message"),
    [
        ([BOARD, SECOND, find_board("teensy-41")], "A search has one or two boards, and not 3."),
        ([BOARD, BOARD], "Both boards of the search are Raspberry Pi Pico. Choose another second board, or none."),
    ],
)
def test_three_boards_and_the_same_board_twice_are_refused(boards: list[Board], message: str) -> None:
    with pytest.raises(Refused) as error:
        devices_on(boards, DeviceLimits())
    assert str(error.value) == message


@each_case(
    ("ram", "flash", "message"),
    [
        ((101, 101), (9, 9), "RAM 101 B of at most 100 B on Raspberry Pi Pico"),
        ((9, 151), (9, 9), "RAM 151 B of at most 150 B on ESP32-C3-DevKitM-1"),
        ((9, 9), (190, 190), "flash 190 B of at most 180 B on ESP32-C3-DevKitM-1"),
        (
            (101, 151),
            (9, 9),
            "RAM 101 B of at most 100 B on Raspberry Pi Pico; RAM 151 B of at most 150 B on ESP32-C3-DevKitM-1",
        ),
        ((100, 150), (200, 180), None),
    ],
)
def test_without_a_chosen_limit_the_memory_of_each_board_is_its_limit(
    ram: tuple[int, int], flash: tuple[int, int], message: str | None
) -> None:
    devices = devices_on([BOARD, SECOND], DeviceLimits())
    needs = [needs_on(board, *own) for board, own in zip((BOARD, SECOND), zip(ram, flash, strict=True), strict=True)]
    assert devices.reason(needs) == message


def test_a_chosen_limit_of_memory_holds_on_both_boards() -> None:
    devices = devices_on([BOARD, SECOND], DeviceLimits(ram=120, flash=50))
    assert [(each.limits.ram, each.limits.flash) for each in devices.all] == [(100, 50), (120, 50)]
    needs = [needs_on(BOARD, 90, 50), needs_on(SECOND, 90, 51)]
    assert devices.reason(needs) == "flash 51 B of at most 50 B on ESP32-C3-DevKitM-1"


def test_instructions_and_time_are_limited_on_the_first_board() -> None:
    limits = DeviceLimits(instructions=1000, time=TimeLimit(run_time(500, BOARD).most, BOARD))
    devices = devices_on([BOARD, SECOND], limits)
    assert devices.reason([needs_on(BOARD, 1, 1, 500), needs_on(SECOND, 1, 1, 10**9)]) is None
    over = str(devices.reason([needs_on(BOARD, 1, 1, 1001), needs_on(SECOND, 1, 1, 1)]))
    instructions, time = over.split("; ")
    assert instructions == "instructions 1,001 of at most 1,000 on Raspberry Pi Pico"
    assert time.startswith("inference time ")
    assert time.endswith(" on Raspberry Pi Pico")


def test_the_larger_excess_of_both_boards_counts() -> None:
    devices = devices_on([BOARD, SECOND], DeviceLimits(instructions=20))
    needs = [needs_on(BOARD, 50, 300, 10), needs_on(SECOND, 150, 90, 99)]
    assert devices.excesses(needs) == {"ram": 0.0, "flash": 0.5, "instructions": -0.5}
    assert devices.excesses(needs[:1]) == {"ram": -0.5, "flash": 0.5, "instructions": -0.5}


def test_a_limit_that_is_a_choice_on_one_board_is_a_choice_of_the_search() -> None:
    def compared(limits: DeviceLimits) -> int:
        return len(devices_on([BOARD, SECOND], limits).compared_names)

    assert compared(DeviceLimits()) == 3
    assert compared(DeviceLimits(ram=150, flash=200)) == 3
    assert compared(DeviceLimits(ram=120)) == 0, "less than the second board has"
    assert compared(DeviceLimits(instructions=5)) == 0


def test_needs_are_compared_on_the_first_board() -> None:
    devices = devices_on([BOARD, SECOND], DeviceLimits())
    assert compared_point(0.75, needs_on(BOARD, 5, 7, 3), devices) == (0.25, 5, 7, 3)


def test_two_boards_with_the_same_core_are_counted_once() -> None:
    targets: list[str] = []

    def count(target: str) -> Needs:
        targets.append(target)
        return Needs(target, 1, 2, 3)

    pico_w = find_board("raspberry-pi-pico-w")
    assert devices_on([BOARD, pico_w], DeviceLimits()).count(count) == (Needs(BOARD.target, 1, 2, 3),) * 2
    assert targets == [BOARD.target]
    assert [each.target for each in devices_on([BOARD, SECOND], DeviceLimits()).count(count)] == [
        BOARD.target,
        SECOND.target,
    ]


def test_limits_name_what_is_exceeded_and_by_how_much() -> None:
    limits = DeviceLimits(ram=1000, flash=2000)
    over = Needs("cortex-m4", 2000, 1500)
    assert limits.excesses(over) == {"ram": 0.5, "flash": 0.0}
    assert reason(limits, over) == "RAM 1.5 kB of at most 1.0 kB"
    assert reason(limits, Needs("cortex-m4", 2000, 1000, 10**9)) is None
    assert reason(DeviceLimits(instructions=10), over) is None  # it was not counted
    assert reason(DeviceLimits(instructions=10), Needs("cortex-m4", 1, 1, 1234)) == "instructions 1,234 of at most 10"


def test_a_limit_of_time_is_one_of_the_upper_end_of_the_estimate() -> None:
    for instructions in (1, 7, 1001, 999_999, 12_345_678):
        limits = DeviceLimits(time=TimeLimit(run_time(instructions, BOARD).most, BOARD))
        assert reason(limits, Needs("cortex-m0plus", 1, 1, instructions)) is None
        over = Needs("cortex-m0plus", 1, 1, instructions + 1)
        assert "inference time" in str(reason(limits, over))
        assert 0 < limits.excesses(over)["milliseconds"] <= 1.0001 / instructions


def test_a_reason_names_the_time_where_that_is_limited() -> None:
    needs = Needs("cortex-m0plus", 1, 1, 6_200_000)
    longest = run_time(6_200_000, BOARD).most
    limits = DeviceLimits(time=TimeLimit(longest / 2, BOARD))
    assert reason(limits, needs) == f"inference time {longest:.3g} ms of at most {longest / 2:.3g} ms"
    both = replace(limits, instructions=1_000_000)
    assert str(reason(both, needs)).startswith("instructions 6,200,000 of at most 1,000,000; inference time ")
    assert "time" not in str(reason(replace(both, time=TimeLimit(longest, BOARD)), needs))
    assert reason(limits, Needs("cortex-m0plus", 1, 1)) is None  # it was not counted


def test_needs_are_compared_where_nothing_is_limited() -> None:
    needs = Needs("cortex-m4", 7, 5, 3)
    assert point_under(needs, DeviceLimits()) == (0.25, 5, 7, 3)
    assert point_under(Needs("cortex-m4", 7, 5), DeviceLimits()) == (0.25, 5, 7, 0)
    assert point_under(needs, DeviceLimits(ram=9)) == (0.25,)
    assert point_under(needs, DeviceLimits(time=TimeLimit(50, BOARD))) == (0.25,)
    assert point_under(needs, DeviceLimits(flash=9, instructions=9)) == (0.25,)


def test_the_memory_of_a_board_is_a_limit_that_nobody_chose() -> None:
    needs = Needs("cortex-m4", 7, 5, 3)
    board = DeviceLimits().within(BOARD)
    assert (board.ram, board.flash, board.instructions) == (100, 200, None)
    assert point_under(needs, board) == (0.25, 5, 7, 3)
    assert reason(board, Needs("cortex-m4", 7, 101)) is not None
    assert DeviceLimits(ram=300).within(BOARD) == board, "more than the board has is no choice"
    time = TimeLimit(50, BOARD)
    for choice in (
        DeviceLimits(ram=99),
        DeviceLimits(flash=199),
        DeviceLimits(instructions=5),
        DeviceLimits(time=time),
    ):
        limits = choice.within(BOARD)
        assert point_under(needs, limits) == (0.25,)
        assert limits.within(BOARD) == limits
