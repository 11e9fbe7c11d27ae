"""The map of a rune's memory: it says what the plan says, and the picture shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.compiler.anvil.memory.map import COLUMNS, LINES, MAX_BUFFERS, MappedBuffer, MemoryMap
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.project.files import FolderFiles

DIGITS = Path(__file__).parents[5] / "examples" / "digits"


@pytest.fixture(scope="module")
def of_digits() -> MemoryMap:
    return build(FolderFiles(DIGITS), BuildOptions("digits", target=find_target("c"))).report.memory_map


@pytest.mark.slow
def test_what_is_needed_at_one_time_lies_apart_and_inside_of_the_arena(of_digits: MemoryMap) -> None:
    assert len(of_digits.rooms) > 5
    for number, one in enumerate(of_digits.rooms):
        assert 0 <= one.offset <= one.offset + one.size <= of_digits.arena
        assert 0 <= one.first <= one.last < len(of_digits.steps)
        for other in of_digits.rooms[:number]:
            if one.first <= other.last and other.first <= one.last:
                assert one.offset + one.size <= other.offset or other.offset + other.size <= one.offset


def test_steps_have_the_names_of_stages_and_of_chains(of_digits: MemoryMap) -> None:
    assert of_digits.steps[0] == "drawing"
    assert of_digits.steps[1].startswith("digits QUANTIZE 0 to digits ")


def test_the_fullest_step_reaches_the_top(of_digits: MemoryMap) -> None:
    lines = list(of_digits.lines())
    picture = lines[: lines.index("")]
    assert LINES - 1 <= len(picture) <= LINES
    assert picture[0].split()[1].strip("·")
    assert {line.split()[0] for line in lines[len(picture) + 1 :]} >= {"A", "B", "C"}


def test_many_steps_share_columns_and_only_the_largest_buffers_are_listed() -> None:
    rooms = tuple(MappedBuffer(f"tensor {number}", 0, 100, number, number) for number in range(1000))
    lines = list(MemoryMap(100, tuple(map(str, range(1000))), rooms[:MAX_BUFFERS]).lines())
    assert max(map(len, lines[: lines.index("")])) <= COLUMNS + 12
    assert lines[-1] == f"  # {MAX_BUFFERS - 52} smaller ones"


def test_a_rune_without_tensors_has_no_picture() -> None:
    assert list(MemoryMap(0, ("in",), ()).lines()) == []
