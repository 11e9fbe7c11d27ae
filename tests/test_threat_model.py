"""The threat model names the test that proves each defence: every one of them is there."""

from __future__ import annotations

from tests.conftest import REPOSITORY
from tests.named_places import missing_places, places_in

PAGE = (REPOSITORY / "THREAT_MODEL.md").read_text("utf-8")


def test_a_row_that_names_no_test_of_ours_is_found_out() -> None:
    row = "| attack | defence | `tests/test_threat_model.py::test_of_nothing`, `tests/no_such_file.py::test_it` |"
    assert missing_places(row, REPOSITORY) == [
        "tests/test_threat_model.py::test_of_nothing",
        "tests/no_such_file.py::test_it",
    ]


def test_every_test_that_the_threat_model_names_is_there() -> None:
    assert len(places_in(PAGE)) > 80
    assert missing_places(PAGE, REPOSITORY) == []


def test_every_attack_of_the_threat_model_has_a_test() -> None:
    proven = PAGE.partition("## How")[2].partition("## What is accepted")[0]
    heads = ("| attack", "| ---")
    rows = [line for line in proven.splitlines() if line.startswith("| ") and not line.startswith(heads)]
    assert len(rows) > 50
    assert [row for row in rows if "`tests/" not in row.rsplit("|", 2)[1]] == []
