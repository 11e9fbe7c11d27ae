"""Prints the outputs of a run: one line of JSON for scripts, or text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rune.running.runs.outputs import Stages, element_json, shortest_f32
from rune.running.runtime import OutputMessage, OutputTensor
from rune.tensor import ElementType
from rune.wording import printable

_SHOWN_ELEMENTS = 16
_NO_STAGES: Mapping[int, str] = {}


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
        channel_text = f"{message.channel} {printable(stage)}" if stage is not None else str(message.channel)
        for tensor in message.tensors:
            dimensions = ", ".join(map(str, tensor.dimensions))
            values = [_element_text(tensor.element, value) for value in tensor.elements[:_SHOWN_ELEMENTS]]
            hidden_count = len(tensor.elements) - len(values)
            more = f" … {hidden_count} more" if hidden_count else ""
            yield f"{channel_text}: {tensor.element.value}[{dimensions}] {', '.join(values)}{more}"


def _element_text(element: ElementType, value: int | float | str) -> str:
    if isinstance(value, str):
        return f'"{printable(value)}"'
    return str(shortest_f32(value)) if isinstance(value, float) and element is ElementType.F32 else str(value)


def _tensor(tensor: OutputTensor, stage: str | None) -> Mapping[str, object]:
    # Both spellings of the key are those of the old command, which other tools parse.
    key = "element_type" if tensor.element is ElementType.UTF8 else "element-type"
    elements = [element_json(tensor.element, value) for value in tensor.elements]
    stage_field = {} if stage is None else {"stage": stage}
    return {**stage_field, key: tensor.element.value, "dimensions": list(tensor.dimensions), "elements": elements}
