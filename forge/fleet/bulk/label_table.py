"""Reads a table of labels: a line for each device, its name and then `key=value`; `key=` removes a label. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forge.core.errors import Unprocessable
from hmrd.protocol.names import LABEL_KEY, checked_labels
from hmrd.protocol.reading import BadDeviceMessage
from rune.wording import counted

HEADING: Final = ("name", "labels")
"""The first line of a table. It may be missing."""
MOST_LINES: Final = 100_000
LONGEST_TABLE: Final = 8_000_000
"""Characters."""
MOST_ERRORS: Final = 20
"""Wrong lines that an answer names."""


class BadTable(Unprocessable):
    """Lines of a table cannot be used; nothing was changed."""

    title = "The table has errors"

    def __init__(self, errors: Sequence[str]) -> None:
        sentences, rest = list(errors[:MOST_ERRORS]), len(errors) - MOST_ERRORS
        more = [f"{counted(rest, 'more line')} cannot be used."] if rest > 0 else []
        detail = f"{counted(len(errors), 'line')} of the table cannot be used. Nothing was changed."
        super().__init__(detail, errors={"table": sentences + more})


@dataclass(frozen=True)
class DeviceLabelChange:
    """A change of some labels of a device; the others stay."""

    labels: Mapping[str, str]
    removed_keys: frozenset[str] = frozenset()

    def applied_to(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Returns the labels that a device has afterwards."""
        return {key: value for key, value in labels.items() if key not in self.removed_keys} | dict(self.labels)


@dataclass(frozen=True)
class TableLine:
    """A line of a table, with the number by which a person finds it."""

    number: int
    device: str
    change: DeviceLabelChange


def read_change(cells: Sequence[str]) -> DeviceLabelChange:
    """Reads `key=value`, and `key=` for a label that goes. Raises `BadDeviceMessage`."""
    pairs = [cell.strip().partition("=") for cell in cells if cell.strip()]
    if wrong := next((key for key, sign, _ in pairs if not sign or LABEL_KEY.fullmatch(key) is None), None):
        raise BadDeviceMessage(f"{wrong!r} is not a label: write key=value, or key= to remove it.")
    keys = [key for key, _, _ in pairs]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise BadDeviceMessage(f"{twice} has two values.")
    labels = checked_labels({key: value for key, _, value in pairs if value})
    return DeviceLabelChange(labels, frozenset(key for key, _, value in pairs if not value))


def read_table(text: str) -> list[TableLine]:
    """Reads a table, whose first line may have the heading `name`. Raises `BadTable` with all wrong lines."""
    lines: dict[str, TableLine] = {}
    errors: list[str] = []
    for number, cells in _rows(text, errors):
        name = cells[0].strip()
        try:
            line = TableLine(number, name, read_change(cells[1:]))
        except BadDeviceMessage as error:
            errors.append(f"Line {number}: {error}")
            continue
        if name in lines:
            errors.append(f"Line {number}: {name} is in line {lines[name].number} already.")
        lines.setdefault(name, line)
    if errors:
        raise BadTable(errors)
    return list(lines.values())


def _rows(text: str, errors: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yields the lines that have something, with their numbers. A line that is no CSV ends it, as an error."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in head and "," not in head else ",", strict=True)
    try:
        for cells in reader:
            if reader.line_num > MOST_LINES:
                errors.append(f"Line {reader.line_num}: a table has at most {MOST_LINES:,} lines.")
                return
            is_heading = reader.line_num == 1 and cells[:1] == [HEADING[0]]
            if any(map(str.strip, cells)) and not is_heading:
                yield reader.line_num, cells
    except csv.Error as error:
        errors.append(f"Line {reader.line_num}: this is not CSV ({error}).")
