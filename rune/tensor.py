"""Tensors: an element type and dimensions. All parts of the toolchain use these types."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from enum import Enum


class ElementType(Enum):
    """The element types of a Runefile. The value is the name on the wire (`f32[1, 2]`)."""

    U8 = "u8"
    I8 = "i8"
    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    F32 = "f32"
    U64 = "u64"
    I64 = "i64"
    F64 = "f64"
    UTF8 = "utf8"

    @property
    def size(self) -> int:
        """Bytes of one element in memory; a UTF8 element is a pointer and a length (see `rune.compiler.anvil`)."""
        return _SIZES[self]

    @property
    def struct_code(self) -> str:
        """Returns the code of a number, as the module `struct` names it. Raises `KeyError` for UTF8."""
        return _STRUCT_CODES[self]

    @property
    def is_integer(self) -> bool:
        return self.value[0] in "ui" and self is not ElementType.UTF8

    @property
    def is_float(self) -> bool:
        return self in (ElementType.F32, ElementType.F64)

    def __str__(self) -> str:
        return self.value


_SIZES = {
    ElementType.U8: 1,
    ElementType.I8: 1,
    ElementType.U16: 2,
    ElementType.I16: 2,
    ElementType.U32: 4,
    ElementType.I32: 4,
    ElementType.F32: 4,
    ElementType.U64: 8,
    ElementType.I64: 8,
    ElementType.F64: 8,
    ElementType.UTF8: 8,
}


_STRUCT_CODES = {
    ElementType.U8: "B",
    ElementType.I8: "b",
    ElementType.U16: "H",
    ElementType.I16: "h",
    ElementType.U32: "I",
    ElementType.I32: "i",
    ElementType.F32: "f",
    ElementType.U64: "Q",
    ElementType.I64: "q",
    ElementType.F64: "d",
}


@dataclass(frozen=True)
class TensorType:
    """An element type with dimensions, row-major. No dimensions means a scalar (one element).

    Where a run decides a size, `dimensions` has its capacity: the largest that it can be. The elements of a run lie
    dense, as those of a tensor of just that run's sizes.
    """

    element: ElementType
    dimensions: tuple[int, ...]
    run_time: tuple[int, ...] = ()
    """The axes whose sizes each run decides, ascending."""
    text_size: int = field(default=0, compare=False)
    """utf8 only: the most bytes of one text; 0 where nobody said it."""

    @property
    def count(self) -> int:
        """How many elements, at most."""
        return math.prod(self.dimensions)

    @property
    def size(self) -> int:
        """Bytes in memory, at most."""
        return self.count * self.element.size

    @property
    def is_fixed(self) -> bool:
        """Whether every run has the same sizes."""
        return not self.run_time

    @property
    def fixed_count(self) -> int:
        """The product of the sizes that no run decides."""
        return math.prod(size for axis, size in enumerate(self.dimensions) if axis not in self.run_time)

    def at_capacity(self) -> TensorType:
        """The same with each size at its largest, decided by no run."""
        return replace(self, run_time=())

    def __str__(self) -> str:
        """The form of the wire: `f32[1, 2, 3]`; with a bound where a run decides the size: `f32[<=20, 4]`."""
        sizes = (f"<={size}" if axis in self.run_time else str(size) for axis, size in enumerate(self.dimensions))
        return f"{self.element}[{', '.join(sizes)}]"


_SHAPE = re.compile(r"([a-z]+[0-9]+)(?:\[([0-9, ]*)\])?")


def parse_shape(text: str) -> TensorType:
    """Reads `f32[1, 2, 3]`; a name alone is a scalar. Raises `ValueError`."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a type with dimensions")
    name, dimensions = match.groups()
    parts = [part.strip() for part in dimensions.split(",")] if dimensions and dimensions.strip() else []
    return TensorType(ElementType(name), tuple(int(part) for part in parts))
