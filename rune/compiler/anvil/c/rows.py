"""Writes stages that work row by row as C: one function per stage, which calls the previous one to fill its window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rune.compiler.anvil.c.calls import Notation, call_lines
from rune.compiler.anvil.program import Place, Pointer, Row, RowLoop, RowWindow

HEADER = "rows.h"
"""The header, in the kernels' folder `common`."""


def row_name(row: Row) -> str:
    """Returns the name of the variable with the row that a stage computes."""
    return f"row_{row.stage}"


def rows_lines(
    name: str, step: RowLoop, notation: Notation, after_call: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """Returns the functions of the stages, and the body of the step's function `name`, which calls them."""
    stages = _Stages(name, step, notation, after_call)
    last = len(step.stages) - 1
    body = [
        f"    int32_t made[{len(step.stages)}] = {{0}}; /* rows that each stage's window has seen, padding included */",
        f"    for (int32_t row = 0; row < {step.stages[last].rows}; row++)",
        f"        {name}_stage_{last}(row, made);",
    ]
    return [line for number in range(len(step.stages)) for line in stages.function(number)], body


class _Stages:
    def __init__(self, name: str, step: RowLoop, notation: Notation, after_call: Sequence[str]) -> None:
        self._name = name
        self._step = step
        self._notation = notation
        self._after_call = after_call

    def function(self, number: int) -> Iterator[str]:
        """Returns the function that computes a row of a stage."""
        stage = self._step.stages[number]
        yield f"static void {self._name}_stage_{number}(int32_t row_{number}, int32_t *made)"
        yield "{"
        if stage.window is None:
            yield "    (void)made;"
        else:
            yield from self._fill_window(number, stage.window, meets_padding=stage.meets_padding)
        for call in stage.calls:
            yield "    {"
            yield from _indented(call_lines(call, self._notation))
            yield from _indented(self._after_call)
            yield "    }"
        yield from ("}", "")

    def _fill_window(self, number: int, window: RowWindow, *, meets_padding: bool) -> Iterator[str]:
        """Returns the lines that fill a stage's window for its row."""
        room, newest, size = self._pointer(window.place), self._pointer(window.newest), window.row_size
        yield f"    for (; made[{number}] < row_{number} * {window.step} + {window.height}; made[{number}]++) {{"
        yield f"        const int32_t row = made[{number}] - {window.before};"
        if window.height > 1:
            yield f"        rune_forget_row({room}, {size}, {window.height});"
        if meets_padding:
            yield f"        if (row < 0 || row >= {window.rows}) {{"
            yield f"            rune_fill_row({newest}, {size}, {window.padding});"
            yield "            continue;"
            yield "        }"
        if number:
            yield f"        {self._name}_stage_{number - 1}(row, made);"
        else:
            source = self._notation.pointer(Pointer(self._step.source, "int8_t"))
            yield f"        rune_copy_row({newest}, {source} + row * {size}, {size});"
        yield "    }"

    def _pointer(self, place: Place) -> str:
        return self._notation.pointer(Pointer(place, "int8_t", writes=True))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
