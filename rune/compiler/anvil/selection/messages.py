"""Messages to the host: their maximum size, and the parts that are known when the rune is built."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rune.abi import NUMBER_CHARACTERS, STAGE_MARK, OutputKind
from rune.compiler.anvil.program import ProgramTensor
from rune.tensor import ElementType

CHANNEL_BOUND = 11
LENGTH_FIELD = 4


def serial_pieces(tensor: ProgramTensor) -> tuple[str, str, str, str]:
    """Returns the text around the channel's number, the sizes and the elements; keys are in alphabetical order."""
    return '{"channel":', ',"dimensions":[', '],"elements":[', f'],"type_name":"{tensor.type.element}"}}'


def sizes_text(tensor: ProgramTensor, separator: str) -> str:
    """Returns the sizes of a tensor, each at its maximum."""
    return separator.join(map(str, tensor.type.dimensions))


def declared_sizes(tensor: ProgramTensor) -> tuple[int, ...]:
    """Returns the sizes of a tensor for `rune_serial_sizes`: -1 for one that is known only at run time."""
    return tuple(-1 if axis in tensor.type.run_time else size for axis, size in enumerate(tensor.type.dimensions))


def tensor_shape(tensor: ProgramTensor) -> bytes:
    """Returns the description of a tensor in a TENSOR message, with its length (32 bits, little-endian) in front.

    Leading zeros in the first dimension make the length a multiple of 4: the stock JavaScript runtime reads the
    elements in place and needs aligned addresses. It accepts zeros there, but no spaces.
    """
    whole = str(tensor.type.at_capacity())
    name, dimensions = whole.split("[")
    zeros = "0" * (-len(whole) % LENGTH_FIELD) if tensor.type.dimensions else ""
    text = f"{name}[{zeros}{dimensions}".encode("ascii")
    return len(text).to_bytes(LENGTH_FIELD, "little") + text


def mark_line(stage: str) -> bytes:
    """Returns the log line for the end of a stage."""
    return STAGE_MARK + json.dumps(stage).encode("ascii") + b"}"


def message_size(kind: OutputKind, tensors: Sequence[ProgramTensor]) -> int:
    """Returns the maximum size in bytes of a message with these tensors."""
    if kind is OutputKind.SERIAL:
        return sum(_serial_size(tensor) + 1 for tensor in tensors) + 1
    return sum(_shape_bound(tensor) + _raw_size(tensor) for tensor in tensors)


def _serial_size(tensor: ProgramTensor) -> int:
    element = tensor.text_bound if tensor.type.element is ElementType.UTF8 else NUMBER_CHARACTERS[tensor.type.element]
    around = sum(map(len, serial_pieces(tensor))) + len(sizes_text(tensor, ",")) + CHANNEL_BOUND
    return around + tensor.type.count * (element + 1)


def _shape_bound(tensor: ProgramTensor) -> int:
    """A smaller size has no more digits than its capacity, and at most three zeros come before them."""
    return len(tensor_shape(tensor)) + (0 if tensor.type.is_fixed else LENGTH_FIELD - 1)


def _raw_size(tensor: ProgramTensor) -> int:
    if tensor.type.element is ElementType.UTF8:
        return tensor.type.count * (LENGTH_FIELD + tensor.text_bound)
    return tensor.type.size
