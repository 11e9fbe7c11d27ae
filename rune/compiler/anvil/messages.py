"""Messages to the host: how many bytes one can have at most, and the pieces of it that are known when it is built."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rune.abi import NUMBER_CHARACTERS, STAGE_MARK, Output
from rune.compiler.anvil.program import Tensor
from rune.tensor import ElementType

CHANNEL_BOUND = 11
LENGTH_FIELD = 4


def serial_pieces(tensor: Tensor) -> tuple[str, str, str, str]:
    """The text around the channel's number, the sizes and the elements: keys in the order of the alphabet."""
    return '{"channel":', ',"dimensions":[', '],"elements":[', f'],"type_name":"{tensor.type.element}"}}'


def sizes_text(tensor: Tensor, separator: str) -> str:
    """The sizes of a tensor, each at its largest."""
    return separator.join(map(str, tensor.type.dimensions))


def given_sizes(tensor: Tensor) -> tuple[int, ...]:
    """The sizes of a tensor for `rune_serial_sizes`: -1 stands for one that the run decides."""
    return tuple(-1 if axis in tensor.type.run_time else size for axis, size in enumerate(tensor.type.dimensions))


def tensor_shape(tensor: Tensor) -> bytes:
    """A TENSOR message's description of a tensor, its length (32 bits, little-endian) in front.

    Zeros before the first dimension make the text's length a multiple of 4: the stock JavaScript runtime looks at the
    elements where they are and refuses any other address. It takes zeros there and nowhere spaces.
    """
    whole = str(tensor.type.at_capacity())
    name, dimensions = whole.split("[")
    zeros = "0" * (-len(whole) % LENGTH_FIELD) if tensor.type.dimensions else ""
    text = f"{name}[{zeros}{dimensions}".encode("ascii")
    return len(text).to_bytes(LENGTH_FIELD, "little") + text


def mark_line(stage: str) -> bytes:
    """The log line that says that a stage has ended."""
    return STAGE_MARK + json.dumps(stage).encode("ascii") + b"}"


def message_size(kind: Output, tensors: Sequence[Tensor]) -> int:
    """The proven bound in bytes of a message that carries these tensors."""
    if kind is Output.SERIAL:
        return sum(_serial_size(tensor) + 1 for tensor in tensors) + 1
    return sum(_shape_bound(tensor) + _raw_size(tensor) for tensor in tensors)


def _serial_size(tensor: Tensor) -> int:
    element = tensor.text_bound if tensor.type.element is ElementType.UTF8 else NUMBER_CHARACTERS[tensor.type.element]
    around = sum(map(len, serial_pieces(tensor))) + len(sizes_text(tensor, ",")) + CHANNEL_BOUND
    return around + tensor.type.count * (element + 1)


def _shape_bound(tensor: Tensor) -> int:
    """A smaller size has no more digits than its capacity, and at most three zeros come before them."""
    return len(tensor_shape(tensor)) + (0 if tensor.type.is_fixed else LENGTH_FIELD - 1)


def _raw_size(tensor: Tensor) -> int:
    if tensor.type.element is ElementType.UTF8:
        return tensor.type.count * (LENGTH_FIELD + tensor.text_bound)
    return tensor.type.size
