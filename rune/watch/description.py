"""The bytes that leave a device, one by one in words: what `rune inspect` lists before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rune.watch.counts import Counts
from rune.watch.encoding import COUNTS_SIZE
from rune.watch.layout import MOST_BINS, MOST_FEATURES, MOST_LABELS, TIME_EDGES, WatchLayout
from rune.watch.pairs import PAIRS_SIZE, PairBins

_BIN = 2
_LONG = 1e12
_NOTHING = "always 0: the rune has no such bin"
_NO_PAIR = "always 0: the runes have no such labels"


@dataclass(frozen=True)
class ByteField:
    """So many bytes from an offset on, and what they mean."""

    offset: int
    size: int
    meaning: str


@dataclass(frozen=True)
class BinGroup:
    """Bins that share an exponent: their name, and what each of them counts."""

    name: str
    bins: tuple[str, ...]


def counted_groups(layout: WatchLayout) -> tuple[BinGroup, ...]:
    """Returns what each bin of a rune counts, group by group, in the order of its counters."""
    labels = () if layout.labels is None else tuple(f'the answer "{name}"' for name in layout.labels.names)
    shares = () if layout.confidence is None else layout.confidence.shares
    confidence = () if layout.confidence is None else tuple(_ranges([f"{100 * share:.4g} %" for share in shares]))
    groups = [BinGroup("labels", labels), BinGroup("confidence", tuple(f"a confidence {each}" for each in confidence))]
    for feature in layout.features:
        ranges = _ranges([_number(edge) for edge in feature.edges])
        name = feature.name
        groups.append(BinGroup(name, tuple(f"{name} {each}" for each in ranges)))
    return tuple(groups)


def described_bytes(layout: WatchLayout, start: int = 0) -> tuple[ByteField, ...]:
    """Returns the meaning of each of the `COUNTS_SIZE` bytes of counts, whose first is at the offset `start`."""
    groups = list(counted_groups(layout))
    groups += [BinGroup(f"feature {number + 1}", ()) for number in range(len(layout.features), MOST_FEATURES)]
    groups.append(BinGroup("inference time", tuple(f"an inference time {each}" for each in _ranges(_seconds()))))
    widths = (MOST_LABELS, MOST_BINS, *(MOST_BINS,) * MOST_FEATURES, len(TIME_EDGES) + 1)
    sizes = [(1, f"exponent of all bins of {group.name}: each is a number times 2 to it") for group in groups]
    for group, width in zip(groups, widths, strict=True):
        sizes += [(_BIN, f"runs with {meaning}") for meaning in group.bins]
        rest = width - len(group.bins)
        sizes += [(_BIN * rest, f"{group.name}: {_NOTHING}")] if rest else []
    sizes += [
        (4, "runs that answered"),
        (1, "exponent of the time of all runs"),
        (2, "time of all runs in microseconds, times 2 to its exponent"),
        (2, "restarts of the rune"),
        (4, "highest memory of the program in KiB"),
    ]
    fields = tuple(_placed(sizes, start))
    if sum(field.size for field in fields) != COUNTS_SIZE:
        raise ValueError("the description is of other bytes than counts have")
    return fields


def described_pairs(bins: PairBins | None, start: int = 0) -> tuple[ByteField, ...]:
    """Returns the meaning of each of the `PAIRS_SIZE` bytes of pairs, whose first is at the offset `start`. Without
    `bins`, the labels are not known."""
    sizes = [
        (1, "exponent of the windows that were not compared"),
        (2, "windows that were not compared, times 2 to its exponent"),
        (1, "exponent of the pairs that agree: each is a number times 2 to it"),
        (1, "exponent of the pairs that differ: each is a number times 2 to it"),
    ]
    if bins is None:
        sizes.append((MOST_LABELS * MOST_LABELS, "windows by the answers of both runes"))
    else:
        for name in bins.answering:
            sizes += [(1, f'windows with the answer "{name}", and "{other}" beside it') for other in bins.beside]
            rest = MOST_LABELS - len(bins.beside)
            sizes += [(rest, _NO_PAIR)] if rest else []
        rows = MOST_LABELS - len(bins.answering)
        sizes += [(MOST_LABELS * rows, _NO_PAIR)] if rows else []
    fields = tuple(_placed(sizes, start))
    if sum(field.size for field in fields) != PAIRS_SIZE:
        raise ValueError("the description is of other bytes than pairs have")
    return fields


def bin_lines(layout: WatchLayout, counts: Counts) -> Iterator[str]:
    """Yields a line for each bin that counted something."""
    groups = zip(counted_groups(layout), (counts.labels, counts.confidence, *counts.features), strict=True)
    for group, numbers in groups:
        for meaning, number in zip(group.bins, numbers, strict=True):
            if number:
                yield f"{number} with {meaning}"


def _ranges(edges: Sequence[str]) -> Iterator[str]:
    """Yields the bins between edges, in words."""
    if not edges:
        yield "of any size"
        return
    yield f"below {edges[0]}"
    for low, high in pairwise(edges):
        yield f"from {low} to below {high}"
    yield f"of {edges[-1]} or more"


def _number(edge: float) -> str:
    is_whole = edge.is_integer() and abs(edge) < _LONG
    return f"{int(edge):,}" if is_whole else f"{edge:.6g}"


def _seconds() -> list[str]:
    return [f"{1000 * edge:.0f} ms" if edge < 1 else f"{edge:g} s" for edge in TIME_EDGES]


def _placed(sizes: Sequence[tuple[int, str]], start: int) -> Iterator[ByteField]:
    for size, meaning in sizes:
        yield ByteField(start, size, meaning)
        start += size
