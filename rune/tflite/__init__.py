"""Reading .tflite files, safely, whatever bytes they hold. Pure Python, and the only reader that the project has.

It says what is in a model; whether a model can be compiled is Anvil's to say.
"""

from rune.tflite.describe import describe, element_kind, operator_types
from rune.tflite.described import Described
from rune.tflite.errors import ModelError
from rune.tflite.model import Model, Normalization, Operator, Quantization, Tensor, TensorKind, keeps_state
from rune.tflite.options import (
    Activation,
    AxisOptions,
    BatchMatMulOptions,
    BlockOptions,
    ConcatenationOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    DetectionOptions,
    ElementwiseOptions,
    FullyConnectedOptions,
    GatherOptions,
    LeakyReluOptions,
    LstmOptions,
    MirrorPadOptions,
    Options,
    Padding,
    Pool2DOptions,
    RawOptions,
    ReshapeOptions,
    ResizeOptions,
    SoftmaxOptions,
    StridedSliceOptions,
    SumOptions,
    SvdfOptions,
    TransposeConvOptions,
)
from rune.tflite.pixels import PixelAdvice, PixelRange, pixel_advice
from rune.tflite.reader import read_model
from rune.tflite.signature import ModelSignature, ModelTensor, Unsupported, from_json, signature, to_json

__all__ = [
    "Activation",
    "AxisOptions",
    "BatchMatMulOptions",
    "BlockOptions",
    "ConcatenationOptions",
    "Conv2DOptions",
    "DepthwiseConv2DOptions",
    "Described",
    "DetectionOptions",
    "ElementwiseOptions",
    "FullyConnectedOptions",
    "GatherOptions",
    "LeakyReluOptions",
    "LstmOptions",
    "MirrorPadOptions",
    "Model",
    "ModelError",
    "ModelSignature",
    "ModelTensor",
    "Normalization",
    "Operator",
    "Options",
    "Padding",
    "PixelAdvice",
    "PixelRange",
    "Pool2DOptions",
    "Quantization",
    "RawOptions",
    "ReshapeOptions",
    "ResizeOptions",
    "SoftmaxOptions",
    "StridedSliceOptions",
    "SumOptions",
    "SvdfOptions",
    "Tensor",
    "TensorKind",
    "TransposeConvOptions",
    "Unsupported",
    "describe",
    "element_kind",
    "from_json",
    "keeps_state",
    "operator_types",
    "pixel_advice",
    "read_model",
    "signature",
    "to_json",
]
