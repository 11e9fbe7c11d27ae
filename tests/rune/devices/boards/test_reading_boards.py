"""Files of boards: what is wrong is refused by the name of its field; the files that ship are all right."""

from __future__ import annotations

import re

import pytest

from rune.capabilities import SENSORS
from rune.compiler.targets.lookup import find_target
from rune.devices.boards.board import FlashPlace
from rune.devices.boards.lookup import UnknownBoard, boards, find_board
from rune.devices.boards.reading import BadBoard, read_board
from tests.conftest import REPOSITORY
from tests.support.cases import each_case

WHOLE = """
name = "Small Board"
maker = "Maker"
chip = "M4F"
core = "cortex-m4"
clock_mhz = 64
ram = 262_144
flash = 1_048_576
flash_is = "internal"
flash_wait_states = 2

[sensors]
microphone = "PDM"

[sources]
clock_mhz = "data sheet, 1.2"
ram = "data sheet, 1.3"
flash = "data sheet, 1.4"
flash_wait_states = "data sheet, 5.1"
sensors = "schematic"
"""


@each_case(
    ("before", "after", "problem"),
    [
        ("name =", "name ", "this is not valid TOML"),
        ("name =", "colour = 1\nname =", "'colour' is not a field of a board"),
        ('chip = "M4F"', "", "chip is missing"),
        ('maker = "Maker"', "maker = 7", "maker must be a text on one line"),
        ('maker = "Maker"', 'maker = " "', "maker must be a text on one line"),
        ('maker = "Maker"', 'maker = "a\\nb"', "maker must be a text on one line"),
        ("clock_mhz = 64", "", "clock_mhz is missing"),
        ("clock_mhz = 64", "clock_mhz = 64.5", "clock_mhz must be a whole number from 1 to 2,000"),
        ("clock_mhz = 64", "clock_mhz = true", "clock_mhz must be a whole number"),
        ("ram = 262_144", "ram = 0", "ram must be a whole number from 1 to"),
        ("flash = 1_048_576", "flash = -5", "flash must be a whole number from 1 to"),
        ("states = 2", "states = 99", "flash_wait_states must be a whole number from 0 to 15"),
        ('"cortex-m4"', '"avr"', "core has 'avr', which is not one of cortex-m0, cortex-m0plus"),
        ('"internal"', '"tape"', "flash_is has 'tape', which is not one of internal, external"),
        ('microphone = "PDM"', 'nose = "PDM"', "sensors has 'nose', which is not one of microphone"),
        ('microphone = "PDM"', "microphone = 1", "microphone must be a text"),
        ('ram = "data sheet, 1.3"', "", "ram has no source"),
        ('flash_wait_states = "data sheet, 5.1"', "", "flash_wait_states has no source"),
        ('sensors = "schematic"', "", "sensors has no source"),
        ('sensors = "schematic"', 'sensors = "x"\nprice = "shop"', "sources has 'price', which is not a figure"),
        ("[sources]", "[sketches]\nnose = {}\n[sources]", "sketches has 'nose', which is not one of microphone"),
        ("[sources]", "[sketches]\nmicrophone = 1\n[sources]", "sketches.microphone must be a table"),
        ("[sources]", "[sketches.microphone]\ncolour = 1\n[sources]", "sketches.microphone has 'colour'"),
        ("[sources]", "[sketches.motion]\ncode = 'x'\n[sources]", "says the wiring of a sensor where it is not"),
        ("[sources]", "[sketches.microphone]\nwiring = 'x'\n[sources]", "says the wiring of a sensor where it is not"),
        ("[sources]", "[sketches.microphone]\nrates = [0]\n[sources]", "rates must be whole numbers"),
        ("[sources]", "[sketches.microphone]\ncode = 'x'\n[sources]", "header is missing"),
        ("[sources]", "[origins]", "'origins' is not a field"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_its_field(before: str, after: str, problem: str) -> None:
    assert before in WHOLE
    with pytest.raises(BadBoard) as error:
        read_board("small", WHOLE.replace(before, after, 1))
    assert problem in str(error.value)
    assert str(error.value).startswith("small.toml: ")


@each_case("key", ["", "Small", "a b", "../etc", "a--b", "-a", "a\n"])
def test_a_file_with_another_name_than_a_person_would_type_is_refused(key: str) -> None:
    with pytest.raises(BadBoard, match="the file's name"):
        read_board(key, WHOLE)


def test_a_file_without_sources_is_refused() -> None:
    with pytest.raises(BadBoard, match=r"the table \[sources\] is missing"):
        read_board("small", WHOLE.partition("[sources]")[0])


def test_a_whole_file_is_read() -> None:
    board = read_board("small", WHOLE)
    assert (board.name, board.maker, board.chip, board.target) == ("Small Board", "Maker", "M4F", "cortex-m4")
    assert (board.clock_mhz, board.ram, board.flash, board.flash_wait_states) == (64, 262_144, 1_048_576, 2)
    assert board.flash_is is FlashPlace.INTERNAL
    assert board.sensors == {SENSORS["microphone"]: "PDM"}
    assert board.sources["flash"] == "data sheet, 1.4"


def test_every_board_that_ships_is_read_and_takes_a_target_that_is_there() -> None:
    assert len(boards()) >= 25
    assert len({board.name for board in boards()}) == len(boards())
    assert all(not find_target(board.target).makes_rune for board in boards())


def test_the_changelog_names_each_board() -> None:
    changelog = " ".join((REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").split())
    # A name may begin another one: Raspberry Pi Pico, and Raspberry Pi Pico 2.
    pattern = re.compile("|".join(rf"\b{re.escape(board.name)}(?=[,.]| is )" for board in boards()))
    assert sorted({board.name for board in boards()} - set(pattern.findall(changelog))) == []


def test_the_cycles_of_each_core_are_a_range() -> None:
    assert all(0 < board.core.cycles_least < board.core.cycles_most for board in boards())


def test_an_unknown_board_is_refused_with_what_was_meant() -> None:
    with pytest.raises(UnknownBoard, match="no board 'microbit-v3'; did you mean microbit-v"):
        find_board("microbit-v3")
    with pytest.raises(UnknownBoard, match="rune boards lists them"):
        find_board("zzz")
