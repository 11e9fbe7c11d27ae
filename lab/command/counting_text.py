"""The end of a run that learned to count, for a person: how many objects are found, and how far counts are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, plain

_FIGURES = {"F1": "f1", "Precision": "precision", "Recall": "recall"}


def counting_summary(judgements: Mapping[str, Any], rune: str) -> Iterator[str]:
    """Lines about the splits that were not learned, and about each label of the test split."""
    figures = {split: judgement["counting"] for split, judgement in judgements.items() if judgement["counting"]}
    rows = [["Objects", *(cell for split in figures for cell in (split, ""))]]
    for name, key in _FIGURES.items():
        rows.append([name, *(cell for each in figures.values() for cell in _share_cells(each[key]))])
    for name, key in (("Mean error of counts", "count_error"), ("Without looking", "baseline")):
        rows.append([name, *(cell for each in figures.values() for cell in _number_cells(each[key]))])
    yield columns(rows)
    test = judgements["test"]["counting"]
    yield ""
    if test is None:
        yield "The test split has no picture."
        return
    by_label = [["Label", "Objects", "F1", "Precision", "Recall", "Mean error of counts"]]
    for label, own in test["labels"].items():
        shares = [_share(own[key]) for key in _FIGURES.values()]
        by_label.append([plain(label), str(own["objects"]), *shares, f"{own['count_error']:.3g}"])
    yield columns(by_label)
    yield ""
    yield (
        f"The {rune} itself ran on the {counted(judgements['test']['samples'], 'picture')} of the test split. An "
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
