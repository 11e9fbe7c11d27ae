"""The options of an op: padding, strides, fused activation and so on.

The operators that are compiled have a dataclass each; the others give a mapping with the names of the format.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from rune.model.tflite.errors import ModelError
from rune.model.tflite.flatbuffer import FlatTable
from rune.model.tflite.flexbuffer import BadFlexBuffer, map_numbers
from rune.model.tflite.schema import TABLES, FieldForm
from rune.wording import plain

DETECTION: Final = "CUSTOM:TFLite_Detection_PostProcess"
"""The one custom operator whose options are read."""

DETECTIONS_PER_CLASS: Final = 100
"""Where the operator does not say it."""

LARGEST_DETECTION_OPTION: Final = 1 << 30
"""In magnitude."""

MOST_DETECTIONS: Final = 1 << 14
"""And classes of one."""


class Padding(Enum):
    """How a window treats the border. The value is the format's number."""

    SAME = 0
    VALID = 1


class Activation(Enum):
    """The function that is applied to an operator's output. The value is the format's number."""

    NONE = 0
    RELU = 1
    RELU_N1_TO_1 = 2
    RELU6 = 3
    TANH = 4
    SIGN_BIT = 5


@dataclass(frozen=True)
class Conv2DOptions:
    """Strides and dilations are at least 1, in elements."""

    padding: Padding
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    activation: Activation
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class DepthwiseConv2DOptions:
    """As `Conv2DOptions`. `depth_multiplier` is redundant and may be wrong: the shapes of the tensors count."""

    padding: Padding
    stride_height: int
    stride_width: int
    dilation_height: int
    dilation_width: int
    depth_multiplier: int
    activation: Activation


@dataclass(frozen=True)
class Pool2DOptions:
    """Strides and the window's sides are at least 1, in elements."""

    padding: Padding
    stride_height: int
    stride_width: int
    filter_height: int
    filter_width: int
    activation: Activation


@dataclass(frozen=True)
class FullyConnectedOptions:
    """`shuffled_weights`: the weights are stored in blocks (SHUFFLED4x16INT8), not row by row."""

    activation: Activation
    keep_num_dims: bool
    shuffled_weights: bool
    asymmetric_quantize_inputs: bool
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class SoftmaxOptions:
    beta: float


@dataclass(frozen=True)
class ReshapeOptions:
    """`new_shape` is empty when it comes as a tensor; one dimension may be -1."""

    new_shape: tuple[int, ...]


@dataclass(frozen=True)
class ElementwiseOptions:
    """Of ADD, SUB, MUL and DIV."""

    activation: Activation


@dataclass(frozen=True)
class SumOptions(ElementwiseOptions):
    """Of ADD and SUB: whether int16 with scales that are powers of two is shifted, as old converters asked for."""

    powers_of_two: bool = True


@dataclass(frozen=True)
class ResizeOptions:
    """Of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: whether the corners of both images lie on each other, and whether
    a pixel's place is its centre."""

    align_corners: bool
    half_pixel_centers: bool


@dataclass(frozen=True)
class MirrorPadOptions:
    """Whether the edge of a tensor is mirrored too (SYMMETRIC)."""

    with_edge: bool


@dataclass(frozen=True)
class StridedSliceOptions:
    """Bits of dimensions: where begin or end do not count, which are indexed by one number, are added, or stand for
    several. With `offset`, ends are counted from the begins."""

    begin_mask: int
    end_mask: int
    shrink_axis_mask: int
    new_axis_mask: int
    ellipsis_mask: int
    offset: bool


@dataclass(frozen=True)
class TransposeConvOptions:
    """Strides are at least 1, in elements of the output."""

    padding: Padding
    stride_height: int
    stride_width: int
    activation: Activation
    has_short_bias: bool = False
    """Whether a bias beside int16 is int32; else it is int64."""


@dataclass(frozen=True)
class BatchMatMulOptions:
    """Whether the rows of an input's matrices are stored as columns. Floats beside int8 weights may be brought to bytes
    with a zero point."""

    left_is_transposed: bool
    right_is_transposed: bool
    asymmetric_quantize_inputs: bool


@dataclass(frozen=True)
class GatherOptions:
    """A negative axis counts from the last dimension."""

    axis: int
    batch_dims: int


@dataclass(frozen=True)
class BlockOptions:
    """Of SPACE_TO_DEPTH and DEPTH_TO_SPACE: the side of a block, at least 1."""

    block_size: int


@dataclass(frozen=True)
class AxisOptions:
    """Of PACK and UNPACK. A negative axis counts from the last dimension."""

    axis: int


@dataclass(frozen=True)
class LeakyReluOptions:
    """Numbers below zero times alpha."""

    alpha: float


@dataclass(frozen=True)
class ConcatenationOptions:
    """A negative axis counts from the last dimension."""

    axis: int
    activation: Activation


@dataclass(frozen=True)
class SvdfOptions:
    """`rank` filters are summed for each output; at least 1."""

    rank: int
    activation: Activation


@dataclass(frozen=True)
class LstmOptions:
    """Of UNIDIRECTIONAL_SEQUENCE_LSTM. A clip of 0 clips nothing. With `time_major`, time is the first dimension."""

    activation: Activation
    cell_clip: float
    projection_clip: float
    time_major: bool


@dataclass(frozen=True)
class DetectionOptions:
    """Of the custom operator TFLite_Detection_PostProcess. What a box is encoded by is divided by the scales. Boxes
    that overlap are suppressed; where that `is_regular`, in each class by itself, which keeps
    `detections_per_class`."""

    max_detections: int
    max_classes_per_detection: int
    detections_per_class: int
    is_regular: bool
    score_threshold: float
    overlap_threshold: float
    num_classes: int
    y_scale: float
    x_scale: float
    h_scale: float
    w_scale: float


RawOptions = Mapping[str, int | float | bool | str | tuple[int | float | bool, ...]]

Options = (
    Conv2DOptions
    | DepthwiseConv2DOptions
    | Pool2DOptions
    | FullyConnectedOptions
    | SoftmaxOptions
    | ReshapeOptions
    | ElementwiseOptions
    | ConcatenationOptions
    | LeakyReluOptions
    | ResizeOptions
    | MirrorPadOptions
    | StridedSliceOptions
    | GatherOptions
    | TransposeConvOptions
    | BatchMatMulOptions
    | BlockOptions
    | AxisOptions
    | SvdfOptions
    | LstmOptions
    | DetectionOptions
    | RawOptions
)

_INT32: Final = 2
"""The number of this kind of tensor."""

_TABLE_OF_OPERATOR: Final = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "SOFTMAX": "SoftmaxOptions",
    "RESHAPE": "ReshapeOptions",
    "ADD": "AddOptions",
    "SUB": "SubOptions",
    "MUL": "MulOptions",
    "DIV": "DivOptions",
    "CONCATENATION": "ConcatenationOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "MIRROR_PAD": "MirrorPadOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "GATHER": "GatherOptions",
    "PACK": "PackOptions",
    "UNPACK": "UnpackOptions",
    "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "SVDF": "SVDFOptions",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
}


def read_options(name: str, operator: FlatTable) -> Options:
    """The options of the operator `name`. Raises `ModelError` when they are another operator's or out of range."""
    if name == DETECTION:
        return _detection(operator)
    table = operator.table("builtin_options")
    kind = _TABLE_OF_OPERATOR.get(name)
    if kind is None:
        return _raw(table or operator.table("builtin_options_2"))
    if table is None:
        table = FlatTable(kind, operator.offset, {}, {})
    if table.kind != kind:
        raise ModelError(f"The operator {name} has options of another kind, {table.kind}", table.offset)
    match kind:
        case "Conv2DOptions":
            return Conv2DOptions(
                _choice(table, "padding", Padding, name),
                _positive(table, "stride_h", name),
                _positive(table, "stride_w", name),
                _positive(table, "dilation_h_factor", name),
                _positive(table, "dilation_w_factor", name),
                _choice(table, "fused_activation_function", Activation, name),
                _has_short_bias(table),
            )
        case "DepthwiseConv2DOptions":
            return DepthwiseConv2DOptions(
                _choice(table, "padding", Padding, name),
                _positive(table, "stride_h", name),
                _positive(table, "stride_w", name),
                _positive(table, "dilation_h_factor", name),
                _positive(table, "dilation_w_factor", name),
                table.number("depth_multiplier"),
                _choice(table, "fused_activation_function", Activation, name),
            )
        case "Pool2DOptions":
            return Pool2DOptions(
                _choice(table, "padding", Padding, name),
                _positive(table, "stride_h", name),
                _positive(table, "stride_w", name),
                _positive(table, "filter_height", name),
                _positive(table, "filter_width", name),
                _choice(table, "fused_activation_function", Activation, name),
            )
        case "FullyConnectedOptions":
            return FullyConnectedOptions(
                _choice(table, "fused_activation_function", Activation, name),
                table.flag("keep_num_dims"),
                table.number("weights_format") != 0,
                table.flag("asymmetric_quantize_inputs"),
                _has_short_bias(table),
            )
        case "SoftmaxOptions":
            return SoftmaxOptions(_finite(table, "beta", name))
        case "LeakyReluOptions":
            return LeakyReluOptions(_finite(table, "alpha", name))
        case "ResizeBilinearOptions" | "ResizeNearestNeighborOptions":
            return ResizeOptions(table.flag("align_corners"), table.flag("half_pixel_centers"))
        case "MirrorPadOptions":
            return MirrorPadOptions(table.number("mode") != 0)
        case "StridedSliceOptions":
            return StridedSliceOptions(
                table.number("begin_mask"),
                table.number("end_mask"),
                table.number("shrink_axis_mask"),
                table.number("new_axis_mask"),
                table.number("ellipsis_mask"),
                table.flag("offset"),
            )
        case "PackOptions" | "UnpackOptions":
            return AxisOptions(table.number("axis"))
        case "TransposeConvOptions":
            return TransposeConvOptions(
                _choice(table, "padding", Padding, name),
                _positive(table, "stride_h", name),
                _positive(table, "stride_w", name),
                _choice(table, "fused_activation_function", Activation, name),
                _has_short_bias(table),
            )
        case "BatchMatMulOptions":
            return BatchMatMulOptions(
                table.flag("adj_x"), table.flag("adj_y"), table.flag("asymmetric_quantize_inputs")
            )
        case "GatherOptions":
            return GatherOptions(table.number("axis"), table.number("batch_dims"))
        case "SpaceToDepthOptions" | "DepthToSpaceOptions":
            return BlockOptions(_positive(table, "block_size", name))
        case "SVDFOptions":
            return SvdfOptions(
                _positive(table, "rank", name), _choice(table, "fused_activation_function", Activation, name)
            )
        case "UnidirectionalSequenceLSTMOptions":
            return LstmOptions(
                _choice(table, "fused_activation_function", Activation, name),
                _finite(table, "cell_clip", name),
                _finite(table, "proj_clip", name),
                table.flag("time_major"),
            )
        case "ReshapeOptions":
            return ReshapeOptions(table.integers("new_shape"))
        case "ConcatenationOptions":
            return ConcatenationOptions(
                table.number("axis"), _choice(table, "fused_activation_function", Activation, name)
            )
        case "AddOptions" | "SubOptions":
            return SumOptions(
                _choice(table, "fused_activation_function", Activation, name), table.flag("pot_scale_int16")
            )
        case _:
            return ElementwiseOptions(_choice(table, "fused_activation_function", Activation, name))


def _has_short_bias(table: FlatTable) -> bool:
    return table.number("quantized_bias_type") == _INT32


def _raw(table: FlatTable | None) -> RawOptions:
    """Every field with its default where it is absent; raw bytes are left out."""
    if table is None:
        return {}
    options: dict[str, int | float | bool | str | tuple[int | float | bool, ...]] = {}
    for field in TABLES[table.kind]:
        match field.form:
            case FieldForm.NUMBER:
                value = table.fields.get(field.name, bool(field.default) if field.code == "?" else field.default)
                options[field.name] = value  # type: ignore[assignment]
            case FieldForm.NUMBERS:
                options[field.name] = table.integers(field.name)
            case FieldForm.TEXT:
                options[field.name] = table.text(field.name)
            case _:
                pass
    return options


def _detection(operator: FlatTable) -> DetectionOptions:
    """What the operator does not say is 0, as in the reference, but for two that came later."""
    try:
        custom = map_numbers(operator.bytes("custom_options") or b"")
    except BadFlexBuffer as error:
        raise ModelError(
            f"The operator {DETECTION} has options that cannot be read: {error}", operator.place("custom_options")
        ) from error
    for key, value in custom.items():
        most = MOST_DETECTIONS if key.startswith("max_") else LARGEST_DETECTION_OPTION
        if not math.isfinite(value) or abs(value) > most:
            raise ModelError(
                f"The operator {DETECTION} has {_words(plain(key))} {value}; it must be a number of at most {most:,}",
                operator.place("custom_options"),
            )
    whole = {key: int(value) for key, value in custom.items()}
    return DetectionOptions(
        whole.get("max_detections", 0),
        whole.get("max_classes_per_detection", 0),
        whole.get("detections_per_class", DETECTIONS_PER_CLASS),
        bool(custom.get("use_regular_nms", False)),
        float(custom.get("nms_score_threshold", 0.0)),
        float(custom.get("nms_iou_threshold", 0.0)),
        whole.get("num_classes", 0),
        *(float(custom.get(f"{side}_scale", 0.0)) for side in "yxhw"),
    )


_Choice = TypeVar("_Choice", bound=Enum)


def _choice(table: FlatTable, field: str, choices: type[_Choice], name: str) -> _Choice:
    number = table.number(field)
    try:
        return choices(number)
    except ValueError:
        raise ModelError(
            f"The operator {name} has an unknown {_words(field)}, number {number}", table.place(field)
        ) from None


def _positive(table: FlatTable, field: str, name: str) -> int:
    number = table.number(field)
    if number < 1:
        raise ModelError(f"The operator {name} has {_words(field)} {number}; it must be at least 1", table.place(field))
    return number


def _finite(table: FlatTable, field: str, name: str) -> float:
    value = table.real(field)
    if not math.isfinite(value):
        raise ModelError(
            f"The operator {name} has {_words(field)} {value}; it must be a finite number", table.place(field)
        )
    return value


def _words(field: str) -> str:
    return field.replace("_", " ")
