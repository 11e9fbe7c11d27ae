"""The outputs of a rune: the names of their stages, and their elements as JSON has them."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from rune.running.container import ContainerError, read_rune, requested_stages
from rune.running.runtime import RequestedOutput
from rune.tensor import ElementType

_LARGEST_F32 = 3.4028235e38

Stages = Mapping[int, str]
"""The names of outputs by their ids, of those whose stage is known."""


def stages_of(data: bytes, outputs: Sequence[RequestedOutput]) -> Stages:
    """The stage of each output of a rune, where its graph names it."""
    try:
        rune = read_rune(data)
    except ContainerError:
        return {}
    stage_names = requested_stages(rune.graph or {}, "outputs", [request.kind.name.lower() for request in outputs])
    return {request.id: name for request, name in zip(outputs, stage_names, strict=True) if name is not None}


def element_json(element: ElementType, value: int | float | str) -> int | float | str | None:
    """Returns an element as JSON has it: null for a number that is not finite."""
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return shortest_f32(value) if element is ElementType.F32 else value


def shortest_f32(value: float) -> float:
    """The number of fewest digits that is `value` again when it is rounded to f32."""
    if not abs(value) <= _LARGEST_F32:
        return value
    packed_value = struct.pack("<f", value)
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if abs(candidate) <= _LARGEST_F32 and struct.pack("<f", candidate) == packed_value:
            return candidate
    return value
