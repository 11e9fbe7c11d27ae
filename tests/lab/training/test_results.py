"""The files of a run are short enough to be read in a change request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.training.results import columns, stored_report, to_json


def test_a_report_has_a_line_for_each_curve_however_many_epochs_it_has() -> None:
    curves = [{"epoch": epoch, "loss": 1 / epoch, "accuracy": 1e-9} for epoch in range(1, 301)]
    value: dict[str, Any] = {"curves": columns(curves), "confusion": [[12, 0], [1, 11]]}
    value |= {"notes": ["[\n 1,\n 2\n]"], "rows": []}
    data = to_json(value)
    assert json.loads(data) == value
    assert len(data.splitlines()) == 15
    assert value["curves"]["loss"][2] == 0.333333


@pytest.mark.protects("recordings/learning-traces")
def test_the_file_of_a_report_has_nothing_of_single_recordings() -> None:
    split = {"samples": 2, "accuracy": None, "counting": {"objects": 3}}
    worst = [{"recording": 1, "labels": [{"label": "bee", "marked": 1, "counted": 2}]}]
    report = {"curves": [], "judgements": {"validation": {**split, "worst_counts": worst}}, "best_epoch": 1}
    assert stored_report(report) == {"curves": {}, "judgements": {"validation": split}, "best_epoch": 1}
