"""The table of `rune convert` names the forms that were calibrated on random numbers, and proposes nothing by them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.command.conversion import forms_with_origin
from lab.command.table import lines

pytestmark = pytest.mark.protects("models-in/random-calibration")
_ROW = {"size": 900, "arena": 90, "constants": 9, "changed": 1, "samples": 32, "right": None, "judged": 0, "reason": ""}


def report(kind: str, *, is_guess: bool) -> dict[str, Any]:
    forms = [{"form": form, **_ROW, "output": 48.0, "layers": {"dense": 12.0}} for form in ("float32", "int8")]
    samples = {"kind": kind, "is_guess": is_guess, "calibration": 64, "judging": 32, "ranges": [[-1.0, 1.0]]}
    return {"forms": forms_with_origin({"forms": forms, "samples": samples}), "samples": samples}


@pytest.mark.parametrize(
    ("kind", "is_guess"), [("random", True), ("recordings", True), ("recordings", False), ("files", False)]
)
def test_a_form_with_random_ranges_has_a_warning(kind: str, is_guess: bool) -> None:
    text = "\n".join(lines(report(kind, is_guess=is_guess), "int8", (), "train"))
    assert ("Warning: int8 was calibrated on random numbers." in text) is is_guess
    assert ("--samples FOLDER" in text) is is_guess
    assert ("1 of 32 random inputs" in text) is (kind == "random")
    assert ("Try --keep 'dense'" in text) is (kind != "random")


def test_the_json_says_it_of_each_form() -> None:
    source, int8 = report("random", is_guess=True)["forms"]
    assert (source["calibrated_on"], source["judged_on"]) == ("", "random numbers")
    assert (int8["calibrated_on"], int8["judged_on"]) == ("random numbers", "random numbers")


def test_each_row_without_figures_says_why() -> None:
    """A form that was not converted, and one that cannot be compiled, have a reason, also where another was wanted."""
    whole = report("files", is_guess=False)
    dynamic = {"form": "dynamic", **_ROW, "arena": None, "constants": None, "reason": "It needs SUM with int8."}
    rows = [*whole["forms"], {**dynamic, "output": 40.0, "layers": {}, "calibrated_on": "", "judged_on": "samples"}]
    rows.append({"form": "int16x8", "refusal": "the quantiser refused the model.", "detail": "No kernel."})
    text = "\n".join(lines({**whole, "forms": rows}, "int8", (), "train"))
    table, _, rest = text.partition("\n\n")
    assert [line.split()[0] for line in table.splitlines() if " - " in line] == ["dynamic", "int16x8"]
    assert "dynamic is not compiled: It needs SUM with int8." in rest
    assert "int16x8 was not converted: the quantiser refused the model. No kernel." in rest
    assert rest.count("is not compiled") == 1
