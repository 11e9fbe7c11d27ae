"""A TFLite model as it is in memory once it was read: tensors, and operators in the order in which they run.

`read_model` checked all that is documented here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rune.model.tflite.options import Options
from rune.tensor import ElementType, TensorType


class TensorKind(Enum):
    """The element kinds of the format, by their names there. The value is the format's number."""

    FLOAT32 = 0
    FLOAT16 = 1
    INT32 = 2
    UINT8 = 3
    INT64 = 4
    STRING = 5
    BOOL = 6
    INT16 = 7
    COMPLEX64 = 8
    INT8 = 9
    FLOAT64 = 10
    COMPLEX128 = 11
    UINT64 = 12
    RESOURCE = 13
    VARIANT = 14
    UINT32 = 15
    UINT16 = 16
    INT4 = 17
    BFLOAT16 = 18
    INT2 = 19
    UINT4 = 20
    FLOAT8_E4M3FN = 21
    FLOAT8_E5M2 = 22

    @property
    def bits(self) -> int | None:
        """Bits of one element; None where elements have no fixed size."""
        return _BITS.get(self)

    @property
    def element(self) -> ElementType | None:
        """The Runefile's name for it, where there is one."""
        return _ELEMENTS.get(self)

    @property
    def integer_range(self) -> tuple[int, int] | None:
        """The least and the greatest value of an integer kind that can be quantised."""
        signed, bits = _INTEGERS.get(self, (False, 0))
        if not bits:
            return None
        return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


_BITS: Final = {
    TensorKind.FLOAT32: 32,
    TensorKind.FLOAT16: 16,
    TensorKind.INT32: 32,
    TensorKind.UINT8: 8,
    TensorKind.INT64: 64,
    TensorKind.BOOL: 8,
    TensorKind.INT16: 16,
    TensorKind.COMPLEX64: 64,
    TensorKind.INT8: 8,
    TensorKind.FLOAT64: 64,
    TensorKind.COMPLEX128: 128,
    TensorKind.UINT64: 64,
    TensorKind.UINT32: 32,
    TensorKind.UINT16: 16,
    TensorKind.INT4: 4,
    TensorKind.BFLOAT16: 16,
    TensorKind.INT2: 2,
    TensorKind.UINT4: 4,
    TensorKind.FLOAT8_E4M3FN: 8,
    TensorKind.FLOAT8_E5M2: 8,
}

_ELEMENTS: Final = {
    TensorKind.FLOAT32: ElementType.F32,
    TensorKind.INT32: ElementType.I32,
    TensorKind.UINT8: ElementType.U8,
    TensorKind.INT64: ElementType.I64,
    TensorKind.STRING: ElementType.UTF8,
    TensorKind.INT16: ElementType.I16,
    TensorKind.INT8: ElementType.I8,
    TensorKind.FLOAT64: ElementType.F64,
    TensorKind.UINT64: ElementType.U64,
    TensorKind.UINT32: ElementType.U32,
    TensorKind.UINT16: ElementType.U16,
}

_INTEGERS: Final = {
    TensorKind.INT2: (True, 2),
    TensorKind.INT4: (True, 4),
    TensorKind.UINT4: (False, 4),
    TensorKind.INT8: (True, 8),
    TensorKind.UINT8: (False, 8),
    TensorKind.INT16: (True, 16),
    TensorKind.UINT16: (False, 16),
    TensorKind.INT32: (True, 32),
    TensorKind.UINT32: (False, 32),
    TensorKind.INT64: (True, 64),
}


@dataclass(frozen=True)
class Quantization:
    """real = scale * (stored - zero point). Scales are finite and above 0, zero points in the kind's range.

    As many zero points as scales. One scale is for the whole tensor; more are one an index of dimension `axis`.
    `scheme` names one that scales do not describe ("BlockwiseQuantization"); then there are none.
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int = 0
    scheme: str = ""


@dataclass(frozen=True)
class Tensor:
    """`data` is a constant's bytes, little-endian, exactly as many as shape and kind ask for; it views the file."""

    name: str
    kind: TensorKind
    shape: tuple[int, ...]
    quantization: Quantization | None = None
    data: memoryview | None = None
    is_variable: bool = False
    """Keeps its value between runs, as the state of an LSTM does."""
    is_sparse: bool = False
    """A constant that is stored without its zeros; `data` is None."""

    @property
    def type(self) -> TensorType | None:
        """The type as a Runefile writes it; None for a kind that it does not know."""
        element = self.kind.element
        return None if element is None else TensorType(element, self.shape)

    @property
    def count(self) -> int:
        """How many elements."""
        return math.prod(self.shape)

    @property
    def scale(self) -> float | None:
        """The one scale of the whole tensor, where there is one."""
        quantization = self.quantization
        return quantization.scales[0] if quantization and len(quantization.scales) == 1 else None

    @property
    def zero_point(self) -> int | None:
        """The one zero point of the whole tensor, where there is one."""
        quantization = self.quantization
        return quantization.zero_points[0] if quantization and len(quantization.scales) == 1 else None


@dataclass(frozen=True)
class Operator:
    """`inputs` and `outputs` are indices of tensors, -1 an absent optional one. `op` is `CONV_2D` or `CUSTOM:Name`.

    An input is a constant, a variable, an input of the model or an output of an operator before this one. Shapes are
    those of the file, but for what a file of boxes leaves out (`detections.py`); whether they fit the operator is not
    checked here.
    """

    op: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options
    intermediates: tuple[int, ...] = ()
    """Tensors that say how numbers inside of the operator are quantised."""


@dataclass(frozen=True)
class Normalization:
    """The normalisation of an input according to the metadata: (x - mean) / std, x a pixel of 0 to 255.

    One number of each, or one for each channel. Finite, no std is 0.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class TensorNotes:
    """Further metadata of an input or an output; missing parts are None or empty.

    `colour` is RGB or GRAYSCALE, `rate` the samples a second of a sound, `labels_file` the file inside of the model's
    that names the classes.
    """

    colour: str | None = None
    rate: int | None = None
    labels_file: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notes:
    """The notes of the inputs and outputs, as far as the metadata goes."""

    inputs: tuple[TensorNotes, ...] = ()
    outputs: tuple[TensorNotes, ...] = ()

    def of(self, position: int, *, is_input: bool) -> TensorNotes:
        """Returns the description of an input or an output."""
        tensors = self.inputs if is_input else self.outputs
        return tensors[position] if position < len(tensors) else TensorNotes()


@dataclass(frozen=True, eq=False)
class Model:
    """The main graph of a model file, which equals itself alone.

    `size` is the file's in bytes; `graphs` counts all graphs, for IF and WHILE."""

    version: int
    description: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    size: int
    graphs: int = 1
    normalizations: tuple[Normalization | None, ...] = ()
    """The normalizations of the inputs, as far as the metadata goes; empty without one."""
    notes: Notes = Notes()
    subgraphs: tuple[Model, ...] = ()
    """The graphs 1 and up, which IF, WHILE and CALL_ONCE name by their numbers."""


def keeps_state(model: Model) -> bool:
    """Returns whether a run may depend on the runs before it."""
    graphs = (model, *model.subgraphs)
    return any(tensor.is_variable or tensor.kind is TensorKind.RESOURCE for graph in graphs for tensor in graph.tensors)
