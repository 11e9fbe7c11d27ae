"""Blocks of the catalogue in the language of `rune.pyblock`: one source that is read, copied and compiled.

The file says one element type for its input. For an input of another one that stands in its place, wherever it is
written; dimensions are flat, as elementwise blocks take any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rune.blocks.signature import Block, BlockCode, BlockError, GeneratedHeader
from rune.pyblock.c.emit import emit
from rune.pyblock.checking.block import check_file
from rune.pyblock.numbers import Scalar, to_f32
from rune.tensor import ElementType, TensorType

_CACHE_SIZE = 64
_INPUT = re.compile(r"^def \w+\(\s*\w+: (?P<element>[a-z]+[0-9]*)\b", re.MULTILINE)


@lru_cache(_CACHE_SIZE)
def source_of(file: Path, element: ElementType | None = None) -> str:
    """The text of a block, for an input of that element where the file says another."""
    text = file.read_text(encoding="utf-8")
    match = _INPUT.search(text)
    if element is None or match is None:
        return text
    return re.sub(rf"\b{match['element']}\b", str(element), text)


def elements_of(block: Block) -> tuple[ElementType, ...]:
    """The elements of the first input that a block in Python takes: for each of them there is a source."""
    if block.source is None:
        return ()
    signature = check_file(block.source.name, source_of(block.source)).signature
    count = 0 if signature is None else len(signature.inputs)
    defaults = {each.name: each.default for each in block.arguments if each.default is not None}
    elements = []
    for element in ElementType:
        try:
            block.outputs_for((TensorType(element, (1,)),) * count, defaults)
        except BlockError:
            continue
        elements.append(element)
    return tuple(elements)


def python_code(file: Path, inputs: Sequence[TensorType], settings: Sequence[int | float] = ()) -> BlockCode:
    """The call of a block for its inputs and the values of its parameters, in the order of the file."""
    flat = tuple(TensorType(type_.element, (type_.count,)) for type_ in inputs)
    return _block_code(file, flat, tuple(settings))


@lru_cache(_CACHE_SIZE)
def _block_code(file: Path, inputs: tuple[TensorType, ...], settings: tuple[int | float, ...]) -> BlockCode:
    checked_file = check_file(file.name, source_of(file, inputs[0].element), inputs)
    if checked_file.block is None or checked_file.signature is None:
        raise ValueError(f"{file.name} of the catalogue has problems: {checked_file.problems}")
    kinds = [setting.type for setting in checked_file.signature.settings]
    values = [to_f32(float(each)) if kind is Scalar.F32 else each for each, kind in zip(settings, kinds, strict=True)]
    emitted_block = emit(checked_file.block, file.name, values)
    header = GeneratedHeader(emitted_block.name, emitted_block.text)
    return BlockCode(
        emitted_block.function,
        state_size=emitted_block.state_size,
        scratch_size=emitted_block.scratch_size,
        header=header,
    )
