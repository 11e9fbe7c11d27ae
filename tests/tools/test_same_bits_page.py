"""The page docs/same-bits.md has each rune on each target, nothing wrong, and rows that rest on enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.models import same_bits_page
from tests.support.models.same_bits_page import HEAD, NAMES, PAGE, TARGETS, BitComparison, read_rows, write_rows


def test_the_page_has_each_rune_on_each_target_and_nothing_wrong() -> None:
    rows = read_rows()
    assert PAGE.read_text("utf-8") == HEAD + "".join(each.row for each in rows)
    assert [(each.rune, each.target) for each in rows] == [(name, target) for name in NAMES for target in TARGETS]
    assert [each for each in rows if each.wrong or not each.is_enough] == []


def test_a_rune_replaces_its_own_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(HEAD)
    monkeypatch.setattr(same_bits_page, "PAGE", page)
    first, second, newer = (
        BitComparison("sine", "c", 200, 90, 800, 0),
        BitComparison("digits", "c", 200, 9, 9_000, 0),
        BitComparison("sine", "c", 200, 90, 800, 3),
    )  # fmt: skip
    write_rows([first], ["digits", "sine"])
    write_rows([second], ["digits", "sine"])
    write_rows([newer], ["digits", "sine"])
    assert read_rows() == [second, newer]
    assert not BitComparison("sine", "c", 199, 199, 9_999, 0).is_enough


def test_a_row_whose_answers_are_all_the_same_is_not_enough() -> None:
    assert BitComparison("sine", "c", 200, 2, 800, 0).is_enough
    assert not BitComparison("sine", "c", 200, 1, 10_000, 0).is_enough
