"""The block that a test is of: for each type of its inputs a function that a test can call like a helper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.compiler.pyblock.check import check_file, read_file
from rune.compiler.pyblock.ir import (
    ArrayVariable,
    Block,
    Constant,
    Copy,
    For,
    ForEach,
    Function,
    If,
    Return,
    Role,
    Slice,
    Statement,
    Store,
    While,
)
from rune.compiler.pyblock.numbers import Scalar
from rune.compiler.pyblock.signature import BlockSignature
from rune.tensor import TensorType


class Subject:
    """A block's file, checked anew for each type that it is given."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.source = source
        self._read = read_file(file, source)
        self._made: dict[tuple[TensorType, ...], tuple[Block, Function] | None] = {}

    @property
    def signature(self) -> BlockSignature | None:
        return self._read.signature

    def function(self, types: Sequence[TensorType]) -> tuple[Block, Function] | None:
        """The block for inputs of these types, and the function that writes its outputs into arrays that it is handed
        last. None where the block has problems. Raises `UnfitInput`."""
        key = tuple(types)
        if key not in self._made:
            block = check_file(self.file, self.source, key).block
            self._made[key] = None if block is None else (block, _as_helper(block))
        return self._made[key]


def _as_helper(block: Block) -> Function:
    entry = block.entry
    outputs = tuple(
        ArrayVariable(f"output {number}", type_, Role.GIVEN, is_writable=True)
        for number, type_ in enumerate(block.outputs)
    )
    return replace(entry, parameters=(*entry.parameters, *outputs), body=_written(entry.body, outputs), gives=None)


def _written(body: Sequence[Statement], outputs: Sequence[ArrayVariable]) -> tuple[Statement, ...]:
    """The statements with the outputs written where they were returned."""
    found: list[Statement] = []
    for each in body:
        match each:
            case If(yes=yes, no=no):
                found.append(replace(each, yes=_written(yes, outputs), no=_written(no, outputs)))
            case For() | ForEach() | While():
                found.append(replace(each, body=_written(each.body, outputs)))
            case Return(values, line):
                for value, output in zip(values, outputs, strict=True):
                    if isinstance(value, ArrayVariable):
                        found.append(Copy(Slice(output, None, None, line), Slice(value, None, None, line), line))
                    else:
                        found.append(Store(output, (Constant(0, Scalar.INT, line),), value, line))
                found.append(Return((), line))
            case _:
                found.append(each)
    return tuple(found)
