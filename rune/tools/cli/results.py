"""What a run gave, as it is printed: the one line of JSON that scripts read, or lines for a person."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence

from rune.running.container import ContainerError, read_rune, requested_stages
from rune.running.runtime import OutputMessage, OutputRequest, OutputTensor
from rune.tensor import ElementType
from rune.wording import printable

_LARGEST_F32 = 3.4028235e38
_SHOWN_ELEMENTS = 16
_NO_STAGES: Mapping[int, str] = {}


Stages = Mapping[int, str]
"""The names of outputs by their ids, of those whose stage is known."""


def stages_of(data: bytes, outputs: Sequence[OutputRequest]) -> Stages:
    """The stage of each output that a rune asked for, as far as its graph tells."""
    try:
        rune = read_rune(data)
    except ContainerError:
        return {}
    found = requested_stages(rune.graph or {}, "outputs", [request.kind.name.lower() for request in outputs])
    return {request.id: name for request, name in zip(outputs, found, strict=True) if name is not None}


def results_json(messages: Sequence[OutputMessage], stages: Stages = _NO_STAGES) -> Mapping[str, object]:
    """The tensors of each output by its id, each with its stage; of two messages to one output the later counts, as it
    always did.
    """
    return {
        str(message.channel): [_tensor(tensor, stages.get(message.channel)) for tensor in message.tensors]
        for message in messages
    }


def results_text(messages: Sequence[OutputMessage], stages: Stages = _NO_STAGES) -> Iterator[str]:
    """A line for each tensor of each message, with its first elements."""
    for message in messages:
        stage = stages.get(message.channel)
        named = f"{message.channel} {printable(stage)}" if stage is not None else str(message.channel)
        for tensor in message.tensors:
            dimensions = ", ".join(map(str, tensor.dimensions))
            shown = [_shown(tensor.element, value) for value in tensor.elements[:_SHOWN_ELEMENTS]]
            left = len(tensor.elements) - len(shown)
            more = f" … {left} more" if left else ""
            yield f"{named}: {tensor.element.value}[{dimensions}] {', '.join(shown)}{more}"


def _shown(element: ElementType, value: int | float | str) -> str:
    if isinstance(value, str):
        return f'"{printable(value)}"'
    return str(shortest_f32(value)) if isinstance(value, float) and element is ElementType.F32 else str(value)


def _tensor(tensor: OutputTensor, stage: str | None) -> Mapping[str, object]:
    # Both spellings of the key are those of the old command, which other tools parse.
    key = "element_type" if tensor.element is ElementType.UTF8 else "element-type"
    elements = [_number(tensor.element, value) for value in tensor.elements]
    named = {} if stage is None else {"stage": stage}
    return {**named, key: tensor.element.value, "dimensions": list(tensor.dimensions), "elements": elements}


def _number(element: ElementType, value: int | float | str) -> int | float | str | None:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return shortest_f32(value) if element is ElementType.F32 else value


def shortest_f32(value: float) -> float:
    """The number of fewest digits that is `value` again when it is rounded to f32."""
    if not abs(value) <= _LARGEST_F32:
        return value
    wanted = struct.pack("<f", value)
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if abs(candidate) <= _LARGEST_F32 and struct.pack("<f", candidate) == wanted:
            return candidate
    return value
