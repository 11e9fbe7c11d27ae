"""A conversion's output for a person: a table of the forms, the worst layers, and the confidence of the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.command.conversion import forms_with_origin
from lab.quantize.forms import FLOAT, FORMS, TENSORFLOW_INT8
from lab.quantize.levels import ANSWERS_CHANGE, IDENTICAL
from rune.datasets.calibration_kind import CALIBRATED_ON_RANDOM, RANDOM_NUMBERS
from rune.statistics.intervals import wilson
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, listed, plain, size_text

SHOWN_LAYERS = 5
"""Layers that are listed, those that lose most first."""


def lines(report: Mapping[str, Any], form: str, float_layers: Sequence[str], split: str) -> Iterator[str]:
    """The whole text of a report, line by line. `split` is that of the recordings of which ranges are measured."""
    report = {**report, "forms": forms_with_origin(report)}
    yield columns(list(_rows(report)))
    samples = report["samples"]
    yield ""
    yield from _about_random_ranges(report)
    yield from filter(None, map(_why_without_figures, report["forms"]))
    yield from _about_samples(samples, form, split)
    form_row = next(row for row in report["forms"] if row["form"] == form)
    if form != FLOAT:
        yield from _about_layers(form_row, float_layers)


def _why_without_figures(row: Mapping[str, Any]) -> str:
    """Says why a row of the table has no figures; empty for one that has all."""
    form = str(row["form"])
    if "refusal" in row:
        reason = f"{row['refusal']} {row['detail']}".strip().removeprefix(f"{form}: ")
        return f"{form} was not converted: {plain(reason, 400)}"
    if row["arena"] is None:
        return f"{form} is not compiled: {plain(row['reason'], 400)}"
    return ""


def _about_random_ranges(report: Mapping[str, Any]) -> Iterator[str]:
    """Names the forms whose ranges are those of random numbers."""
    forms = [row["form"] for row in report["forms"] if row["calibrated_on"] == RANDOM_NUMBERS and "refusal" not in row]
    if forms:
        yield (
            f"Warning: {listed(forms)} {'was' if len(forms) == 1 else 'were'} {CALIBRATED_ON_RANDOM}. On your own data "
            "most answers can be wrong. Give samples of the model's input with --samples FOLDER."
        )


def _rows(report: Mapping[str, Any]) -> Iterator[list[str]]:
    has_labels = any(row.get("right") is not None for row in report["forms"])
    head = ["Form", "File", "Arena", "Constants", "Signal to noise", "Answers changed"]
    yield [*head, "Accuracy"] if has_labels else head
    for row in report["forms"]:
        if "refusal" in row:
            yield [row["form"], *["-"] * (len(head) - (0 if has_labels else 1))]
            continue
        cells = [row["form"], size_text(row["size"]), _bytes(row["arena"]), _bytes(row["constants"])]
        judging = " random inputs" if row["judged_on"] == RANDOM_NUMBERS else ""
        cells += [_decibels(row["output"]), f"{row['changed']} of {row['samples']}{judging}"]
        if has_labels:
            cells.append(_accuracy(row))
        yield cells


def _accuracy(row: Mapping[str, Any]) -> str:
    """The share with its 95 % interval."""
    if row["right"] is None:
        return "-"
    share = wilson(row["right"], row["judged"])
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}, {row['right']} of {row['judged']})"


def _about_samples(samples: Mapping[str, Any], form: str, split: str) -> Iterator[str]:
    ranges = ", ".join(f"{low:.3g} to {high:.3g}" for low, high in samples["ranges"])
    if samples["kind"] == "recordings":
        ranges = "random input, which is a guess" if samples["is_guess"] else f"{ranges}, from the split {split}"
    if samples["kind"] == "random":
        yield f"No samples: these figures are of {samples['judging']} random inputs from {ranges}, which is a guess."
        return
    judging = counted(samples["judging"], "sample")
    if form == TENSORFLOW_INT8.name or (form in FORMS and FORMS[form].is_static):
        yield f"Ranges measured on {counted(samples['calibration'], 'sample')} ({ranges}), figures on {judging}."
    else:
        yield f"Figures on {judging} ({ranges})."


def _about_layers(row: Mapping[str, Any], float_layers: Sequence[str]) -> Iterator[str]:
    lowest = sorted(row["layers"].items(), key=lambda item: item[1])[:SHOWN_LAYERS]
    if not lowest:
        return
    yield "Lowest signal to noise: " + ", ".join(f"{plain(name)} {_decibels(level)}" for name, level in lowest)
    worst, level = lowest[0]
    if row["judged_on"] == RANDOM_NUMBERS:
        yield "No layer is proposed for --keep: these figures are of random inputs."
    elif level < ANSWERS_CHANGE and worst not in float_layers and row["form"] != TENSORFLOW_INT8.name:
        advice = f"Try --keep {plain(worst)!r}, which keeps that layer in float."
        yield f"Answers begin to change below {ANSWERS_CHANGE:g} dB. {advice}"


def _bytes(count: int | None) -> str:
    return "-" if count is None else size_text(count)


def _decibels(level: float) -> str:
    return "same" if level >= IDENTICAL else f"{level:.1f} dB"
