"""CONCATENATION, SPLIT and their like: a call for each tensor that is joined or made."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer
from rune.compiler.anvil.ops.reshaping.concatenation import Concatenation, SplitTensor
from rune.compiler.anvil.program import Number


def _stretches(widths: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """Number, start and width of each."""
    start = 0
    for number, width in enumerate(widths):
        yield number, start, width
        start += width


def _copy(source: InputPointer, result: OutputPointer, *numbers: int) -> KernelCall:
    return KernelCall("rune_copy_stretches", (source, result, *map(Number, numbers)))


def concatenation(op: Concatenation) -> tuple[KernelCall, ...]:
    whole = sum(op.widths)
    return tuple(
        _copy(InputPointer(number, "uint8_t"), OutputPointer(0, "uint8_t"), op.rows, width, 0, width, start, whole)
        for number, start, width in _stretches(op.widths)
    )


def split(op: SplitTensor) -> tuple[KernelCall, ...]:
    whole = sum(op.widths)
    return tuple(
        _copy(InputPointer(0, "uint8_t"), OutputPointer(number, "uint8_t"), op.rows, width, start, whole, 0, width)
        for number, start, width in _stretches(op.widths)
    )


PACKERS = {Concatenation: concatenation, SplitTensor: split}
