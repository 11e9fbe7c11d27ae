"""Sets of clocks by Yjs client, as spans: what an update brings or deletes, and snapshots of a document made of them.

A snapshot is a delete set and a state vector in Yjs's first format
(https://github.com/yjs/yjs/blob/main/src/utils/Snapshot.js).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forge.collab.updates import Spans, read_delete_set

SpanSet = Mapping[int, Spans]
"""Spans by client: ascending, without overlap."""


@dataclass(frozen=True)
class KnownState:
    """What a client of a document had: all of each client before a clock, without what is deleted."""

    clocks: Mapping[int, int]
    deleted: SpanSet

    def encoded(self) -> bytes:
        """As Yjs and pycrdt read a snapshot."""
        out = bytearray()
        _write(out, sum(bool(spans) for spans in self.deleted.values()))
        for client, spans in self.deleted.items():
            if spans:
                _write(out, client)
                _write(out, len(spans))
                for start, end in spans:
                    _write(out, start)
                    _write(out, end - start)
        _write(out, len(self.clocks))
        for client, clock in self.clocks.items():
            _write(out, client)
            _write(out, clock)
        return bytes(out)


def read_snapshot(snapshot: bytes) -> KnownState:
    """Raises `BadUpdate`."""
    deleted, clocks = read_delete_set(snapshot)
    return KnownState(clocks, {client: joined(spans) for client, spans in deleted.items()})


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same clocks in ascending spans that do not touch."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > start:
            result.append((start, end))
    return tuple(result)


def union(*sets: SpanSet) -> dict[int, Spans]:
    """Clocks of any of the sets."""
    gathered: dict[int, list[tuple[int, int]]] = {}
    for each in sets:
        for client, spans in each.items():
            gathered.setdefault(client, []).extend(spans)
    return {client: joined(spans) for client, spans in gathered.items()}


def without(some: SpanSet, others: SpanSet) -> dict[int, Spans]:
    """Clocks of `some` that are not of `others`."""
    return {
        client: _less(spans, others[client]) if client in others else tuple(spans) for client, spans in some.items()
    }


def before(some: SpanSet, clocks: Mapping[int, int]) -> dict[int, Spans]:
    """Those of `some` that a client with these clocks has."""
    return {
        client: tuple((start, min(end, clocks[client])) for start, end in spans if start < clocks[client])
        for client, spans in some.items()
        if client in clocks
    }


def is_empty(some: SpanSet) -> bool:
    return not any(some.values())


def _less(spans: Spans, others: Spans) -> Spans:
    result: list[tuple[int, int]] = []
    for start, end in spans:
        at = start
        for other_start, other_end in others:
            if other_end <= at or other_start >= end:
                continue
            if other_start > at:
                result.append((at, other_start))
            at = max(at, other_end)
        if at < end:
            result.append((at, end))
    return tuple(result)


def _write(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
