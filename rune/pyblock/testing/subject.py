"""The block under test: for each combination of input types, a function that a test can call like a helper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.pyblock.checking.block import check_file, read_file
from rune.pyblock.checking.signature import BlockSignature
from rune.pyblock.ir import (
    CopySlice,
    For,
    ForEach,
    Function,
    If,
    NumberConstant,
    Return,
    Slice,
    Statement,
    StoreElement,
    TypedBlock,
    While,
)
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayRole, ArrayVariable
from rune.tensor import TensorType


class BlockUnderTest:
    """The file of the block under test, checked once for each combination of input types."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.source = source
        self._read = read_file(file, source)
        self._functions: dict[tuple[TensorType, ...], tuple[TypedBlock, Function] | None] = {}

    @property
    def signature(self) -> BlockSignature | None:
        return self._read.signature

    def function(self, types: Sequence[TensorType]) -> tuple[TypedBlock, Function] | None:
        """Returns the block for inputs of these types, and the function that writes its outputs into its last array
        parameters. None if the block has problems. Raises `UnfitInput`."""
        key = tuple(types)
        if key not in self._functions:
            block = check_file(self.file, self.source, key).block
            self._functions[key] = None if block is None else (block, _as_helper(block))
        return self._functions[key]


def _as_helper(block: TypedBlock) -> Function:
    entry = block.entry
    outputs = tuple(
        ArrayVariable(f"output {number}", type_, ArrayRole.CALLER, is_writable=True)
        for number, type_ in enumerate(block.outputs)
    )
    return replace(
        entry, parameters=(*entry.parameters, *outputs), body=_with_output_parameters(entry.body, outputs), gives=None
    )


def _with_output_parameters(body: Sequence[Statement], outputs: Sequence[ArrayVariable]) -> tuple[Statement, ...]:
    """Replaces `return` by assignments to the output arrays."""
    statements: list[Statement] = []
    for each in body:
        match each:
            case If(yes=yes, no=no):
                statements.append(
                    replace(each, yes=_with_output_parameters(yes, outputs), no=_with_output_parameters(no, outputs))
                )
            case For() | ForEach() | While():
                statements.append(replace(each, body=_with_output_parameters(each.body, outputs)))
            case Return(values, line):
                for value, output in zip(values, outputs, strict=True):
                    if isinstance(value, ArrayVariable):
                        statements.append(
                            CopySlice(Slice(output, None, None, line), Slice(value, None, None, line), line)
                        )
                    else:
                        statements.append(StoreElement(output, (NumberConstant(0, Scalar.INT, line),), value, line))
                statements.append(Return((), line))
            case _:
                statements.append(each)
    return tuple(statements)
