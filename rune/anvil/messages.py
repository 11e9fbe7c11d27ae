"""Messages to the host: how many bytes one can have at most, and the pieces of it that are known when it is built."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rune.abi import NUMBER_CHARACTERS, STAGE_MARK, Output
from rune.anvil.program import Tensor
from rune.tensor import ElementType

CHANNEL_BOUND = 11
LENGTH_FIELD = 4


def serial_pieces(tensor: Tensor) -> tuple[str, str, str]:
    """The text around the channel's number and around the elements: keys in the order of the alphabet."""
    dimensions = ",".join(map(str, tensor.type.dimensions))
    return (
        '{"channel":',
        f',"dimensions":[{dimensions}],"elements":[',
        f'],"type_name":"{tensor.type.element}"}}',
    )


def tensor_shape(tensor: Tensor) -> bytes:
    """A TENSOR message's description of a tensor, its length (32 bits, little-endian) in front.

    Zeros before the first dimension make the text's length a multiple of 4: the stock JavaScript runtime looks at the
    elements where they are and refuses any other address. It takes zeros there and nowhere spaces.
    """
    name, dimensions = str(tensor.type).split("[")
    zeros = "0" * (-len(str(tensor.type)) % LENGTH_FIELD) if tensor.type.dimensions else ""
    text = f"{name}[{zeros}{dimensions}".encode("ascii")
    return len(text).to_bytes(LENGTH_FIELD, "little") + text


def mark_line(stage: str) -> bytes:
    """The log line that says that a stage has ended."""
    return STAGE_MARK + json.dumps(stage).encode("ascii") + b"}"


def message_size(kind: Output, tensors: Sequence[Tensor]) -> int:
    """The proven bound in bytes of a message that carries these tensors."""
    if kind is Output.SERIAL:
        return sum(_serial_size(tensor) + 1 for tensor in tensors) + 1
    return sum(len(tensor_shape(tensor)) + _raw_size(tensor) for tensor in tensors)


def _serial_size(tensor: Tensor) -> int:
    element = tensor.text_bound if tensor.type.element is ElementType.UTF8 else NUMBER_CHARACTERS[tensor.type.element]
    return sum(map(len, serial_pieces(tensor))) + CHANNEL_BOUND + tensor.type.count * (element + 1)


def _raw_size(tensor: Tensor) -> int:
    if tensor.type.element is ElementType.UTF8:
        return tensor.type.count * (LENGTH_FIELD + tensor.text_bound)
    return tensor.type.size
