"""Makes calls of the C in `watch.h` of what a rune counts: a statistic of each feature, and the counting of an answer.

Edges become numbers that the C compares with sums, so that nothing is divided while a rune runs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, copysign, inf
from typing import Final

from rune.c_library import HEADERS
from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.anvil.graph import CounterCall
from rune.tensor import ElementType, TensorType
from rune.watch.layout import FeatureBins, Statistic, WatchLayout

BIN: Final = TensorType(ElementType.U8, (1,))
"""The type of the bin of a feature in a run."""
_HEADER: Final = HEADERS / "watch.h"
_LARGEST: Final = 2**63 - 1
_LOW_BITS: Final = 32


def statistic_call(bins: FeatureBins, type_: TensorType) -> CounterCall:
    """Returns the call that finds the bin of a feature: from its tensor to a byte."""
    if type_.element is ElementType.F32:
        edges = "float", _packed("f", [_single(edge * type_.count) for edge in bins.edges])
    else:
        sums = [ceil(Fraction(edge) * type_.count) for edge in bins.edges]
        if bins.statistic is Statistic.LEVEL:
            sums = [max(0, each) for each in sums]
        if bins.statistic is Statistic.LEVEL and type_.element is ElementType.I32:
            sums = [part for each in sums for part in (each >> _LOW_BITS, each & (2**_LOW_BITS - 1))]
        edges = "int64_t", _packed("q", [max(-_LARGEST, min(each, _LARGEST)) for each in sums])
    function = f"rune_watch_{bins.statistic.value}_{type_.element}"
    return CounterCall(_HEADER, function, (edges,), (type_.count, len(bins.edges)))


def count_call(layout: WatchLayout, scores: TensorType | None) -> CounterCall:
    """Returns the call that counts an answer: from the scores, where there is a classifier, and the bins of the
    features."""
    features = len(layout.features)
    counters = sum(layout.sizes)
    sizes = [len(feature.edges) + 1 for feature in layout.features][:1]
    if scores is None or layout.labels is None or layout.confidence is None:
        return CounterCall(_HEADER, f"rune_watch_count_{features}", (), tuple(sizes), counters)
    element, edges = scores.element, layout.confidence.edges
    numbers: Sequence[int | float] = edges if element is ElementType.F32 else [int(edge) for edge in edges]
    constants = (
        ("uint8_t", bytes(layout.labels.bins)),
        (C_TYPES[element], _packed(element.struct_code, numbers)),
    )
    function = f"rune_watch_count_{element}" + (f"_{features}" if features else "")
    return CounterCall(
        _HEADER, function, constants, (scores.count, len(layout.labels.names), len(edges), *sizes), counters
    )


def _packed(code: str, numbers: Sequence[int | float]) -> bytes:
    """Returns numbers as bytes; one that nothing reads where there are none, since C has no empty array."""
    return struct.pack(f"<{max(len(numbers), 1)}{code}", *(numbers or [0]))


def _single(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return copysign(inf, value)
