"""The types of NumPy for the elements in a rune's memory, which is little-endian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from rune.tensor import ElementType

DTYPES: Final[Mapping[ElementType, np.dtype[Any]]] = {
    ElementType.U8: np.dtype("u1"),
    ElementType.I8: np.dtype("i1"),
    ElementType.U16: np.dtype("<u2"),
    ElementType.I16: np.dtype("<i2"),
    ElementType.U32: np.dtype("<u4"),
    ElementType.I32: np.dtype("<i4"),
    ElementType.F32: np.dtype("<f4"),
    ElementType.U64: np.dtype("<u8"),
    ElementType.I64: np.dtype("<i8"),
    ElementType.F64: np.dtype("<f8"),
}
