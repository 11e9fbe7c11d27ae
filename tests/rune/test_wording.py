"""Foreign text in messages keeps to one line and gives a terminal no orders; counted things are singular or plural."""

from __future__ import annotations

import pytest

from rune.wording import LONGEST, counted, plain, printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe 音", "größe 音"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m\x07", "\\x1b[31m\\x07"),
        ("\u2028\u202eb\u2066", "\\u2028\\u202eb\\u2066"),
        ("\x85\udc80", "\\x85\\udc80"),
    ],
)
def test_what_is_not_printable_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == plain(text) == shown
    assert shown.isprintable()
    assert quoted(text) == f'"{shown}"'


@pytest.mark.parametrize("text", ["x" * 61, "x" * 10_000, "\x1b" * 61])
def test_what_is_long_is_cut(text: str) -> None:
    assert len(plain(text)) == LONGEST
    assert plain(text).endswith("…")
    assert len(plain(text, longest=10)) == 10


def test_what_just_fits_is_whole() -> None:
    assert plain("x" * LONGEST) == "x" * LONGEST


def test_one_thing_is_singular() -> None:
    assert [counted(number, "stage") for number in (0, 1, 2)] == ["0 stages", "1 stage", "2 stages"]
