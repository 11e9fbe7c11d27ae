"""Foreign text in messages keeps to one line and gives a terminal no orders; counted things are singular or plural."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from rune.wording import (
    LONGEST,
    counted,
    hertz,
    install_command,
    listed,
    milliseconds_range_text,
    plain,
    printable,
    quoted,
    size_text,
)
from tests.conftest import REPOSITORY
from tests.support.cases import each_case

ROOT = Path(__file__).parents[2]


@each_case(
    ("text", "expected"),
    [
        ("größe 音", "größe 音"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m\x07", "\\x1b[31m\\x07"),
        ("\u2028\u202eb\u2066", "\\u2028\\u202eb\\u2066"),
        ("\x85\udc80", "\\x85\\udc80"),
    ],
)
def test_what_is_not_printable_is_written_out(text: str, expected: str) -> None:
    assert printable(text) == plain(text) == expected
    assert expected.isprintable()
    assert quoted(text) == f'"{expected}"'


@pytest.mark.parametrize("text", ["x" * 61, "x" * 10_000, "\x1b" * 61])
def test_what_is_long_is_cut(text: str) -> None:
    assert len(plain(text)) == LONGEST
    assert plain(text).endswith("…")
    assert len(plain(text, longest=10)) == 10


def test_what_just_fits_is_whole() -> None:
    assert plain("x" * LONGEST) == "x" * LONGEST


def test_one_thing_is_singular() -> None:
    assert [counted(number, "stage") for number in (0, 1, 2)] == ["0 stages", "1 stage", "2 stages"]


@each_case(
    ("least", "most", "expected"),
    [(12, 29, "12 to 29 ms"), (0.25, 1, "0.25 to 1 ms"), (640, 1300, "640 ms to 1.3 s"), (1000, 2000, "1 to 2 s")],
)
def test_a_range_of_time_has_its_unit_once_where_both_ends_have_it(least: float, most: float, expected: str) -> None:
    assert milliseconds_range_text(least, most) == expected


def test_a_rate_is_said_in_kilohertz_from_a_thousand_on() -> None:
    assert [hertz(rate) for rate in (100, 1000, 16_000, 44_100, 11_025.0)] == [
        "100 Hz",
        "1 kHz",
        "16 kHz",
        "44.1 kHz",
        "11.025 kHz",
    ]


@pytest.mark.parametrize("extra", ["lsp", "host-models", "onnx"])
def test_an_extra_that_is_advised_is_there(extra: str) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert extra in extras
    assert f"'.[{extra}]'" in install_command(extra)


@pytest.mark.slow
def test_nothing_advises_a_name_that_is_nobodys_on_the_package_index() -> None:
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for folder, endings in {
        "docs": (".md",),
        "rune": (".py", ".md"),
        "forge": (".py",),
        "templates": (".html",),
        "examples": (".md", ".py"),
        "frontend/src": (".ts", ".tsx"),
    }.items():
        texts += [path for path in (ROOT / folder).rglob("*") if path.suffix in endings]
    assert len(texts) > 500
    advice = re.compile(r"install[^\n]{0,40}hammer[-_]forge\b|hammer[-_]forge\[")
    assert [str(path) for path in texts if advice.search(path.read_text(encoding="utf-8"))] == []


def test_words_are_listed_as_people_list_them() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_sizes_read_the_same_on_pages_and_in_scripts() -> None:
    """`frontend/src/look/quantities.test.ts` holds the scripts to the same cases."""
    cases = json.loads((REPOSITORY / "frontend" / "src" / "look" / "size-cases.json").read_text("utf-8"))
    assert len(cases) > 15
    assert [[size, size_text(size)] for size, _ in cases] == cases
