"""The errors of the numbers of a run's rune, as sentences and cells of pages. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.learning.training.running.lab_events import ErrorRangeJson, ReportedErrorJson
from rune.wording import plain

SPLITS = {"validation": "Validation", "test": "Test, read by an earlier version of this server"}


@dataclass(frozen=True)
class ErrorRow:
    """The errors of a split as the page shows them, each with its 95 % interval."""

    split: str
    error: str
    baseline: str
    gain: str
    is_better: bool
    """Whether the error is surely less than without learning."""
    largest: str


def error_rows(judgements: Mapping[str, Any]) -> list[ErrorRow]:
    """The errors of each split of a run's report that has them."""
    return [
        _row(title, judgements[split]["error"])
        for split, title in SPLITS.items()
        if judgements.get(split, {}).get("error")
    ]


def _row(title: str, error: ReportedErrorJson) -> ErrorRow:
    gain = error["gain"]
    return ErrorRow(
        title,
        range_text(error["error"]),
        range_text(error["baseline"]),
        "-" if gain is None else f"{100 * gain['value']:.1f} % ({100 * gain['low']:.1f} to {100 * gain['high']:.1f} %)",
        gain is not None and gain["low"] > 0,
        f"{error['largest']:.4g}",
    )


def range_text(figure: ErrorRangeJson) -> str:
    """A figure with its 95 % interval, to four digits."""
    return f"{figure['value']:.4g} ({figure['low']:.4g} to {figure['high']:.4g})"


def error_text(split: str, error: ReportedErrorJson, name: str) -> str:
    """A sentence with the mean error of a split and that without learning."""
    return (
        f"Mean error of {plain(name)} on the {split} split: {range_text(error['error'])}. With "
        f"{plain(error['baseline_name'])} as the answer it is {range_text(error['baseline'])}. Ranges are 95 %."
    )
