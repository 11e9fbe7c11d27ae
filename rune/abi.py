"""The constants of Rune's ABI v0: the numbers that a rune and its host exchange."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final

from rune.tensor import ElementType


class OutputKind(IntEnum):
    """The place to which a rune sends results; the argument of `request_output`."""

    SERIAL = 1
    BLE = 2
    PIN = 3
    WIFI = 4
    TENSOR = 5


class ParameterType(IntEnum):
    """The type of a capability's parameter; the last argument of `request_capability_set_param`."""

    INTEGER = 1
    FLOAT = 2
    BYTE = 5
    SHORT = 6
    SIGNED_BYTE = 7


class PixelFormat(IntEnum):
    """The values of an image capability's `pixel_format`."""

    RGB = 0
    BGR = 1
    GRAYSCALE = 2


class SectionName:
    """Names of the custom sections of a `.rune`."""

    VERSION = ".rune_version"
    GRAPH = ".rune_graph"
    RESOURCE = ".rune_resource"
    PROC_BLOCK = ".rune_proc_block"
    RELAXED = ".rune_relaxed"
    """The same rune as a module of relaxed SIMD, for hosts whose dot product of bytes is exact."""

    WATCH = ".rune_watch"
    """The bins in which the rune counts its answers, and the counts of its test samples (`rune.watch.record`)."""


WATCH_EXPORT: Final = "_watch"
"""The function without parameters that gives the address of the counters, 32 bits each, in the order of the bins. Other
hosts ignore it."""

STAGE_MARK: Final = b'{"level":"TRACE","target":"rune.stage","message":'
"""How the log lines begin by which a rune that is built to be timed says that a stage has ended: its name as JSON and
`}` follow. Two with an empty name come before the first stage; what lies between them is the cost of a mark."""


class ModelFormat(Enum):
    """The format of a model file. The value is the name in a Runefile's `format`."""

    TENSORFLOW_LITE = "tensorflow-lite"
    TENSORFLOW = "tensorflow"
    TENSORFLOW_JS = "tensorflow-js"
    ONNX = "onnx"

    @property
    def mimetype(self) -> str:
        """How a rune names the format to its host."""
        return _MIMETYPES[self]


_MIMETYPES: Final = {
    ModelFormat.TENSORFLOW_LITE: "application/tflite-model",
    ModelFormat.TENSORFLOW: "application/tf-model",
    ModelFormat.TENSORFLOW_JS: "application/tfjs-model",
    ModelFormat.ONNX: "application/onnx-model",
}

NUMBER_CHARACTERS: Final = {
    ElementType.U8: 3,
    ElementType.I8: 4,
    ElementType.U16: 5,
    ElementType.I16: 6,
    ElementType.U32: 10,
    ElementType.I32: 11,
    ElementType.F32: 24,
    ElementType.U64: 20,
    ElementType.I64: 20,
    ElementType.F64: 24,
}
"""The most characters of one number in the JSON of a SERIAL output. Floats: `-1.2345678901234567e-308` and the like."""
