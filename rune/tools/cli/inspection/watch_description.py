"""Describes what a rune counts, as text and as JSON: every byte that would leave a device, and the reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rune.watch.description import bin_lines, described_bytes
from rune.watch.encoding import COUNTS_SIZE
from rune.watch.record import WatchRecord
from rune.wording import counted, printable


def watch_json(record: WatchRecord) -> dict[str, Any]:
    """The record, and the meaning of each byte."""
    fields = described_bytes(record.layout)
    return record.to_json() | {
        "bytes": [{"offset": each.offset, "size": each.size, "meaning": each.meaning} for each in fields]
    }


def watch_text(record: WatchRecord) -> Iterator[str]:
    """A line for each byte of a report on the answers, and the reference where the rune has one."""
    counters = 4 * sum(record.layout.sizes)
    yield f"Counts: {counters} bytes of counters. Where a device may report them, these {COUNTS_SIZE} bytes leave it:"
    yield "  offset  size  meaning"
    for field in described_bytes(record.layout):
        yield f"  {field.offset:>6}  {field.size:>4}  {printable(field.meaning)}"
    reference = record.reference
    if reference is None:
        yield "Reference: none; rune watch counts the test samples"
        return
    right = "" if record.right is None else f", {record.right:,} of them right"
    yield f"Reference: {counted(reference.answers, 'run')} on the test samples{right}"
    yield from (f"  {printable(line)}" for line in bin_lines(record.layout, reference))
