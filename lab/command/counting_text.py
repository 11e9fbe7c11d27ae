"""The end of a run that learned to count, for a person: how many objects are found, and how far counts are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, plain

_FIGURES = {"F1": "f1", "Precision": "precision", "Recall": "recall"}


def counting_summary(judgement: Mapping[str, Any], rune: str) -> Iterator[str]:
    """Lines about the validation split, and about each of its labels."""
    figures = judgement["counting"]
    if figures is None:
        yield "The validation split has no picture."
        return
    rows = [["Objects", "validation", ""]]
    for name, key in _FIGURES.items():
        rows.append([name, *_share_cells(figures[key])])
    for name, key in (("Mean error of counts", "count_error"), ("Without looking", "baseline")):
        rows.append([name, *_number_cells(figures[key])])
    yield columns(rows)
    yield ""
    by_label = [["Label", "Objects", "F1", "Precision", "Recall", "Mean error of counts"]]
    for label, own in figures["labels"].items():
        shares = [_share(own[key]) for key in _FIGURES.values()]
        by_label.append([plain(label), str(own["objects"]), *shares, f"{own['count_error']:.3g}"])
    yield columns(by_label)
    yield ""
    yield (
        f"The {rune} itself ran on the {counted(judgement['samples'], 'picture')} of the validation split. An "
        "object is found where the rune has one of its label at most a cell away."
    )
    yield "Without looking, the middle count of the train split is the answer for each picture."


def _share_cells(figure: Mapping[str, float] | None) -> list[str]:
    if figure is None:
        return ["-", ""]
    return [f"{figure['value']:.1%}", f"({figure['low']:.1%} to {figure['high']:.1%})"]


def _number_cells(figure: Mapping[str, float]) -> list[str]:
    return [f"{figure['value']:.3g}", f"({figure['low']:.3g} to {figure['high']:.3g})"]


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
