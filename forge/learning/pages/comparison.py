"""The forms of a conversion side by side, as the page shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forge.learning.conversions.kinds import FLOAT
from forge.learning.conversions.serializers import FormAccuracyJson, accuracy_of
from forge.learning.conversions.suggestion import (
    ANSWERS_CHANGE,
    is_calibrated_on_random,
    is_judged_on_random,
    suggested_form,
)
from forge.learning.models import ConvertedForm
from rune.datasets.calibration_kind import CALIBRATED_ON_RANDOM, TENSORFLOW_INT8
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs, fit
from rune.wording import listed, size_text

IDENTICAL = 200.0
"""Decibels that stand for no difference at all, as `lab.quantize.levels` has it."""
MAIN_FORMS = (FLOAT, "int8", "int16x8")
SHOWN_MIXED = 2
"""Mixed forms that have a column, the newest."""
SUMMARIES: Mapping[str, str] = {
    FLOAT: "as it came",
    "int8": "8 bits, a scale for each channel",
    "int8-tensor": "8 bits, one scale for each tensor",
    TENSORFLOW_INT8: "8 bits, by TensorFlow's own quantiser",
    "int16x8": "weights of 8 bits, activations of 16",
    "dynamic": "weights of 8 bits, computed as floats",
    "float16": "weights of 16 bits, computed as floats",
}
RANGE_WIDTH = 160
"""The width of the drawing of an accuracy with its interval."""
CHART_HEIGHT = 120
CHART_TOP = 60.0
"""Decibels at the top of the chart; what is above is drawn there."""


@dataclass(frozen=True)
class AccuracyRange:
    """A share with its interval, in the units of its drawing; `about` says it in words."""

    low: float
    high: float
    middle: float
    about: str


@dataclass(frozen=True)
class FormCell:
    """A figure of a form. `is_bad` marks what fails or exceeds a board, in words too."""

    text: str
    note: str = ""
    is_bad: bool = False
    range: AccuracyRange | None = None


@dataclass(frozen=True)
class FormFigureRow:
    """A figure of all forms."""

    title: str
    about: str
    cells: tuple[FormCell, ...]


@dataclass(frozen=True)
class Column:
    """A form with its head."""

    form: ConvertedForm
    title: str
    about: str
    is_chosen: bool
    is_suggested: bool
    warning: str
    """The reason why the form must not be trusted; "" where nothing says so."""


@dataclass(frozen=True)
class FormComparison:
    """The table: a column for each form, a row for each figure."""

    columns: tuple[Column, ...]
    rows: tuple[FormFigureRow, ...]


@dataclass(frozen=True)
class LayerBar:
    """A layer in the chart. `top` and `height` are in the units of its SVG."""

    name: str
    op: str
    text: str
    top: int
    height: int
    is_low: bool
    is_float: bool


def compared_forms(
    forms: Sequence[ConvertedForm], chosen_form: ConvertedForm, boards: Sequence[Board]
) -> FormComparison:
    """The forms in these columns, with what they need on these boards."""
    suggestion = suggested_form(forms)
    columns = tuple(
        Column(
            form,
            form.name,
            _about(form),
            form.pk == chosen_form.pk,
            suggestion is not None and form.pk == suggestion.pk,
            CALIBRATED_ON_RANDOM.capitalize() if is_calibrated_on_random(form) else "",
        )
        for form in forms
    )
    samples = next((form.figures["samples"] for form in forms if form.figures), 0)
    is_random = any(form.figures and is_judged_on_random(form) for form in forms)
    judging, of_random = ("random inputs", " on random inputs") if is_random else ("samples", "")
    rows = [
        *_accuracy_rows(forms),
        FormFigureRow("Signal to noise", f"of the results, against float32{of_random}", tuple(map(_noise, forms))),
        FormFigureRow("Answers changed", f"of {samples} {judging}, against float32", _changes(forms)),
        FormFigureRow("File", "", tuple(FormCell(size_text(form.size)) for form in forms)),
        FormFigureRow("Arena", "RAM of the network", tuple(map(_arena, forms))),
    ]
    for board in boards:
        rows += board_rows(forms, board)
    return FormComparison(columns, tuple(rows))


def main_forms(
    forms: Sequence[ConvertedForm], chosen_form: ConvertedForm | None
) -> tuple[list[ConvertedForm], list[ConvertedForm]]:
    """The forms that have a column, and the others."""
    mixed_forms = [form for form in forms if form.float_layers and form.digest]
    newest = mixed_forms[-SHOWN_MIXED:]
    main: list[ConvertedForm] = []
    others: list[ConvertedForm] = []
    for form in sorted(forms, key=_place):
        is_main = form.digest and (
            (form.form in MAIN_FORMS and not form.float_layers) or form in newest or form == chosen_form
        )
        (main if is_main else others).append(form)
    return main, others


def summary(forms: Sequence[ConvertedForm], chosen_form: ConvertedForm) -> str:
    """A sentence: what the chosen form costs, and what it saves, beside the float model."""
    source = next((form for form in forms if form.form == FLOAT and form.figures), None)
    if source is None or chosen_form.pk == source.pk:
        return ""
    if is_calibrated_on_random(chosen_form):
        return f"{chosen_form.name} was {CALIBRATED_ON_RANDOM}. On your own data most answers can be wrong."
    changed, samples = chosen_form.figures["changed"], chosen_form.figures["samples"]
    before, after = source.figures.get("right"), chosen_form.figures.get("right")
    if before is not None and after is not None:
        total = chosen_form.figures["judged"]
        fewer = before - after
        count = f"{abs(fewer)} of {total} {'fewer' if fewer > 0 else 'more'}"
        answers = f"gets {count} right" if fewer else f"gets as many of {total} right"
    else:
        answers = "changes no answer" if not changed else f"changes {changed} of {samples} answers"
        answers += " on random inputs" if is_judged_on_random(chosen_form) else ""
    savings = [text for text in (_arena_saving(source, chosen_form), _speed(source, chosen_form)) if text]
    return f"{chosen_form.name} {answers}{' and needs ' + listed(savings) if savings else ''}."


def _arena_saving(source: ConvertedForm, form: ConvertedForm) -> str:
    before, after = source.figures["arena"], form.figures["arena"]
    return f"{after / before:.0%} of the arena" if before and after and after < before else ""


def _speed(source: ConvertedForm, form: ConvertedForm) -> str:
    """Returns how much faster a form is on the first board where both are counted."""
    for target, needs in form.needs.items():
        before, after = source.needs.get(target, {}).get("instructions"), needs.get("instructions")
        if before and after and before > after:
            return f"{after / before:.0%} of the instructions"
    return ""


def layer_bars(form: ConvertedForm, layers: Sequence[Mapping[str, Any]]) -> list[LayerBar]:
    """The layers of a form in the order in which they run."""
    return [_bar(form, layer) for layer in layers if layer["name"] in form.figures.get("layers", {})]


def worst_first(bars: Sequence[LayerBar], form: ConvertedForm) -> list[LayerBar]:
    """The same, those that lose most first."""
    return sorted(bars, key=lambda bar: form.figures["layers"][bar.name])


def decibels(level: float) -> str:
    """A level as people read it."""
    return "same" if level >= IDENTICAL else f"{level:.1f} dB"


def _bar(form: ConvertedForm, layer: Mapping[str, Any]) -> LayerBar:
    level = form.figures["layers"][layer["name"]]
    height = round(CHART_HEIGHT * min(max(level, 1.0), CHART_TOP) / CHART_TOP)
    is_float = layer["name"] in form.float_layers
    return LayerBar(
        layer["name"],
        layer["op"].lower().replace("_", " "),
        decibels(level),
        CHART_HEIGHT - height,
        height,
        level < ANSWERS_CHANGE,
        is_float,
    )


def _place(form: ConvertedForm) -> tuple[bool, int, int]:
    order = list(SUMMARIES)
    return (bool(form.float_layers), order.index(form.form) if form.form in order else len(order), form.number)


def _about(form: ConvertedForm) -> str:
    if form.float_layers:
        count = len(form.float_layers)
        return f"{form.form}, {count} layer{'s' if count > 1 else ''} in float"
    return SUMMARIES.get(form.form, "")


def _noise(form: ConvertedForm) -> FormCell:
    level = form.figures["output"]
    return FormCell(decibels(level), is_bad=level < ANSWERS_CHANGE)


def _accuracy_rows(forms: Sequence[ConvertedForm]) -> list[FormFigureRow]:
    """The accuracy of each form on validation samples; no row where no label is known."""
    accuracies = [accuracy_of(form.figures) for form in forms]
    low = range_begin([each["low"] for each in accuracies if each is not None])
    count = max((each["samples"] for each in accuracies if each is not None), default=0)
    cells = tuple(_accuracy(each, low) for each in accuracies)
    return [FormFigureRow("Accuracy", f"{count} validation samples, 95 % interval", cells)] if count else []


def range_begin(lows: Iterable[float]) -> float:
    """The share at which a drawing of ranges begins: a little below the lowest of their lower ends."""
    return max(0.0, min(lows, default=1.0) - 0.02)


def range_place(share: float, low: float) -> float:
    """The place of a share in a drawing that is `RANGE_WIDTH` wide and reaches from `low`, below 1, to 1."""
    return round(RANGE_WIDTH * max(0.0, share - low) / (1 - low), 1)


def _accuracy(accuracy: FormAccuracyJson | None, low: float) -> FormCell:
    if accuracy is None:
        return FormCell("-")
    interval = f"{100 * accuracy['low']:.1f} to {100 * accuracy['high']:.1f} %"
    about = f"{accuracy['right']} of {accuracy['samples']} right, 95 % interval {interval}"

    low_place, high_place, place = (range_place(accuracy[each], low) for each in ("low", "high", "share"))
    accuracy_range = AccuracyRange(low_place, high_place, place, about)
    return FormCell(
        f"{100 * accuracy['share']:.1f} %", f"{accuracy['right']} of {accuracy['samples']}", range=accuracy_range
    )


def _changes(forms: Sequence[ConvertedForm]) -> tuple[FormCell, ...]:
    source = next((form for form in forms if form.form == FLOAT and form.figures), None)
    return tuple(_changed(form, source) for form in forms)


def _changed(form: ConvertedForm, source: ConvertedForm | None) -> FormCell:
    count = form.figures["changed"]
    if not count:
        return FormCell("none")
    before, after = (None if each is None else each.figures.get("right") for each in (source, form))
    if before is None or after is None:
        return FormCell(str(count))
    difference = after - before
    note = f"{abs(difference)} {'more' if difference > 0 else 'fewer'} right" if difference else "as many right"
    return FormCell(str(count), note)


def _arena(form: ConvertedForm) -> FormCell:
    arena = form.figures["arena"]
    return (
        FormCell("Not compiled", form.figures["reason"], is_bad=True) if arena is None else FormCell(size_text(arena))
    )


def board_rows(forms: Sequence[ConvertedForm], board: Board) -> list[FormFigureRow]:
    """The needs of forms on a board: flash, RAM and instructions."""
    cells = [_board_cells(form, board) for form in forms]
    return [
        FormFigureRow("Flash", board.name, tuple(each[0] for each in cells)),
        FormFigureRow("RAM", board.name, tuple(each[1] for each in cells)),
        FormFigureRow("Instructions", f"{board.name}, time estimated", tuple(each[2] for each in cells)),
    ]


def _board_cells(form: ConvertedForm, board: Board) -> tuple[FormCell, FormCell, FormCell]:
    needs = form.needs.get(board.target)
    if needs is None:
        waiting = FormCell("Counting")
        return waiting, waiting, waiting
    if "refused" in needs:
        cell = FormCell("Not built", needs["refused"], is_bad=True)
        return cell, FormCell("-"), FormCell("-")
    result = fit(Needs(board.target, needs["flash"], needs["ram"], needs["instructions"]), board)
    rooms = [
        FormCell(
            size_text(room.needed),
            f"{size_text(room.excess)} too large" if room.excess else f"of {size_text(room.available)}",
            is_bad=room.excess > 0,
        )
        for room in (result.flash, result.ram)
    ]
    if needs["instructions"] is None or result.time is None:
        return rooms[0], rooms[1], FormCell("Not counted", needs["not_measured"] or "")
    return rooms[0], rooms[1], FormCell(_count(needs["instructions"]), f"~ {result.time.text}")


def _count(instructions: int) -> str:
    return f"{instructions / 1e6:.2f} M" if instructions >= 1e6 else f"{instructions:,}"
