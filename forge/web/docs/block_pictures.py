"""Draws what a block does, as SVG: its input and its output, from its drawing.json or else from a golden vector.

Of a drawing of several runs, what goes in is one stream. So is what comes out, if it is one number a run; else each
run has a row of cells. The colours are those of a block in the product, for the reader's scheme, light or dark.
Numbers in a row are drawn as bars or a line, tables and pictures as cells, single numbers and texts as they are; of a
block for text, bytes are read and numbers listed.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from rune.blocks.signature import Block, Category

_WIDTH, _HEIGHT, _GAP, _TOP = 150, 84, 34, 16
_MOST_BARS, _MOST_COLUMNS, _MOST_ROWS, _MOST_POINTS = 24, 40, 20, 150
_MOST_LINES, _LETTERS, _LINE = 6, 25, 15
"""The size of a text: lines, letters in each, and their height."""
_STYLE = (
    "svg{color-scheme:light dark;--ink:#1f1b18;--quiet:#665f57;--mark:#925a05;--low:#f3f1ed}"
    "@media(prefers-color-scheme:dark){svg{--ink:#f2eee9;--quiet:#aaa198;--mark:#eab308;--low:#100e0d}}"
    "text{font:11px system-ui,sans-serif;fill:var(--ink)}.q{fill:var(--quiet)}.m{fill:var(--mark)}"
    ".l{stroke:var(--mark);fill:none;stroke-width:1.5}.a{stroke:var(--quiet);fill:none}.b{fill:var(--low)}"
)
_Tensor = dict[str, Any]
"""A tensor as golden.json has it: `type` and `elements`. `rows`: how many, of how many numbers each, of several
runs."""
_TYPE = re.compile(r"(?P<element>\w+)\[(?P<sizes>.*)\]")


def picture(block: Block) -> str:
    """The picture of a block."""
    drawing = block.folder / "drawing.json"
    if drawing.exists():
        example = json.loads(drawing.read_text(encoding="utf-8"))
        inputs, outputs = _stream(example["inputs"]), _rows(example["outputs"])
    else:
        inputs, outputs = _example_tensors(block)
    panel = {Category.TEXT: _text_panel}.get(block.category, _box_panel if block.name == "nms" else _panel)
    width, height = 2 * _WIDTH + _GAP, _HEIGHT + _TOP + 4
    arrow = f'<path class="a" d="M{_WIDTH + 9} {_TOP + _HEIGHT / 2:g}h16m-5 -4l5 4l-5 4"/>'
    words = escape(f"{block.name}: {_type_text(inputs)} becomes {_type_text(outputs)}")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{words}">',
            f"<title>{words}</title><style>{_STYLE}</style>",
            *panel(inputs, 0),
            arrow,
            *panel(outputs, _WIDTH + _GAP),
            "</svg>",
            "",
        ]
    )


def _example_tensors(block: Block) -> tuple[_Tensor, _Tensor]:
    """The first input and output of the golden vector of the most telling size."""
    vectors = json.loads((block.folder / "golden.json").read_text(encoding="utf-8"))["vectors"]
    vectors_with_outputs = [each for each in vectors if "outputs" in each]
    vector = vectors_with_outputs[0] if block.category is Category.TEXT else max(vectors_with_outputs, key=_weight)
    return vector["inputs"][0], vector["outputs"][0]


def _stream(runs: Sequence[_Tensor]) -> _Tensor:
    """The numbers of all runs, one behind the other."""
    return {"type": _type_of(runs), "elements": [each for run in runs for each in run["elements"]]}


def _rows(runs: Sequence[_Tensor]) -> _Tensor:
    """A row for each run, where it has several numbers."""
    size = len(runs[0]["elements"])
    stream = _stream(runs)
    return stream if size == 1 or len(runs) == 1 else {**stream, "rows": (len(runs), size)}


def _type_of(runs: Sequence[_Tensor]) -> str:
    return str(runs[0]["type"]) + (f", {len(runs)} runs" if len(runs) > 1 else "")


def _weight(vector: _Tensor) -> tuple[bool, int]:
    """Vectors of a size that can be seen come first, of these the largest; of equal ones the first."""
    counts = [len(vector[side][0]["elements"]) for side in ("inputs", "outputs")]
    is_drawable = all(each is not None for each in _numbers(vector["outputs"][0]) + _numbers(vector["inputs"][0]))
    return (is_drawable and counts[0] > 0, min(*counts, _MOST_POINTS))


def _type_text(tensor: _Tensor) -> str:
    return str(tensor["type"])


def _panel(tensor: _Tensor, left: int) -> list[str]:
    label = f'<text class="q" x="{left}" y="11">{escape(_type_text(tensor))}</text>'
    sizes = list(tensor.get("rows", _sizes(tensor["type"])))
    inner = [size for size in sizes if size != 1]
    numbers = _numbers(tensor)
    if tensor["type"].startswith("utf8") or len(numbers) <= 1:
        text = ", ".join(_short(each) for each in tensor["elements"]) or "nothing"
        plain = "".join(each if each.isprintable() else " " for each in text[:24])
        return [label, f'<text x="{left + 4}" y="{_TOP + _HEIGHT // 2}">{escape(plain)}</text>']
    if tensor["type"].startswith("u8") and len(sizes) == 4 and sizes[-1] == 1 and sizes[1] > 1:
        numbers, inner = [each for each in numbers for _ in range(3)], [*sizes[1:3], 3]  # a picture in greys
        sizes = inner
    if len(inner) >= 2 and len(numbers) == math.prod(sizes):
        colours = inner[-1] if len(inner) == 3 and inner[-1] == 3 else 1
        columns = inner[-2] if colours == 3 else inner[-1]
        return [label, *_cells(numbers, columns, colours, left)]
    return [label, *(_bars(numbers, left) if len(numbers) <= _MOST_BARS else _line(numbers, left))]


def _sizes(type_: str) -> list[int]:
    match = _TYPE.fullmatch(type_)
    return [int(size.strip().removeprefix("<=")) for size in match["sizes"].split(",") if size.strip()] if match else []


def _box_panel(tensor: _Tensor, left: int) -> list[str]:
    """Boxes from corner to corner, of rows that begin with top, left, bottom and right; 13 wide and 8 high."""
    columns = _sizes(tensor["type"])[-1]
    rows = [tensor["elements"][start : start + 4] for start in range(0, len(tensor["elements"]), columns)]
    wide, high = _WIDTH / 13, _HEIGHT / 8
    return [
        f'<text class="q" x="{left}" y="11">{escape(_type_text(tensor))}</text>',
        *(
            f'<rect class="l" x="{left + x * wide:.1f}" y="{_TOP + y * high:.1f}" width="{(right - x) * wide:.1f}" '
            f'height="{(bottom - y) * high:.1f}"/>'
            for y, x, bottom, right in rows
        ),
    ]


def _text_panel(tensor: _Tensor, left: int) -> list[str]:
    """Bytes as the text that they are; numbers one behind the other."""
    elements = tensor["elements"]
    words = ", ".join(map(_short, elements))
    if tensor["type"].startswith("u8"):
        words = bytes(elements).rstrip(b"\0").decode(errors="replace")
    lines = textwrap.wrap(words, _LETTERS, max_lines=_MOST_LINES, placeholder=" …") or ["nothing"]
    return [
        f'<text class="q" x="{left}" y="11">{escape(_type_text(tensor))}</text>',
        *(
            f'<text x="{left + 4}" y="{_TOP + _LINE * (place + 1) - 3}">{escape(line)}</text>'
            for place, line in enumerate(lines)
        ),
    ]


def _short(element: object) -> str:
    return f"{element:.4g}" if isinstance(element, float) else str(element)


def _numbers(tensor: _Tensor) -> list[float | None]:
    """Returns the elements as numbers, with None for those that are not finite."""
    return [
        float(each) if not isinstance(each, str) and math.isfinite(float(each)) else None for each in tensor["elements"]
    ]


def _finite_range(numbers: Sequence[float | None], with_zero: bool) -> tuple[float, float]:
    finite_numbers = [each for each in numbers if each is not None] + ([0.0] if with_zero else [])
    low, high = min(finite_numbers, default=0.0), max(finite_numbers, default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _bars(numbers: Sequence[float | None], left: int) -> list[str]:
    low, high = _finite_range(numbers, with_zero=True)
    step, zero = _WIDTH / len(numbers), _TOP + _HEIGHT * (high - max(low, 0.0)) / (high - low)
    shapes = [f'<path class="a" d="M{left} {zero:.1f}h{_WIDTH}"/>']
    for place, number in enumerate(numbers):
        if number is not None:
            top = _TOP + _HEIGHT * (high - number) / (high - low)
            y, height = min(top, zero), max(abs(zero - top), 1)
            shapes.append(
                f'<rect class="m" x="{left + place * step + 1:.1f}" y="{y:.1f}" width="{max(step - 2, 1):.1f}" '
                f'height="{height:.1f}"/>'
            )
    return shapes


def _line(numbers: Sequence[float | None], left: int) -> list[str]:
    low, high = _finite_range(numbers, with_zero=False)
    every = max(1, len(numbers) // _MOST_POINTS)
    finite_numbers = [number for number in numbers[::every] if number is not None]
    step = _WIDTH / max(1, len(finite_numbers) - 1)
    points = " ".join(
        f"{left + place * step:.1f},{_TOP + _HEIGHT * (high - number) / (high - low):.1f}"
        for place, number in enumerate(finite_numbers)
    )
    return [f'<polyline class="l" points="{points}"/>']


def _cells(numbers: Sequence[float | None], columns: int, colours: int, left: int) -> list[str]:
    """Rows of cells; a pixel of three channels has its own colour."""
    rows = len(numbers) // (columns * colours)
    low, high = _finite_range(numbers, with_zero=False)
    shown_rows, shown_columns = min(rows, _MOST_ROWS), min(columns, _MOST_COLUMNS)
    side = min(_WIDTH / shown_columns, _HEIGHT / shown_rows)
    wide = min(_WIDTH / shown_columns, 3 * side)
    shapes = [
        f'<rect class="b" x="{left}" y="{_TOP}" width="{wide * shown_columns:.1f}" height="{side * shown_rows:.1f}"/>'
    ]
    for row in range(shown_rows):
        for column in range(shown_columns):
            at = (row * rows // shown_rows * columns + column * columns // shown_columns) * colours
            parts = [0.0 if each is None else (each - low) / (high - low) for each in numbers[at : at + colours]]
            look = f'class="m" opacity="{parts[0]:.2f}"'
            if colours == 3:
                look = f'fill="rgb({", ".join(str(round(255 * part)) for part in parts)})"'
            shapes.append(
                f'<rect {look} x="{left + column * wide:.1f}" y="{_TOP + row * side:.1f}" width="{wide:.1f}" '
                f'height="{side:.1f}"/>'
            )
    return shapes
