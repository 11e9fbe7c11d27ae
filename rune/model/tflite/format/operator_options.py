"""Reads the options of an op from its table: those that an op leaves out have the defaults of the format."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final, TypeVar

from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.flatbuffer import FlatTable
from rune.model.tflite.format.flexbuffer import BadFlexBuffer, map_numbers
from rune.model.tflite.format.schema import TABLES, FieldForm
from rune.model.tflite.options import (
    DETECTION,
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
from rune.wording import plain

DETECTIONS_PER_CLASS: Final = 100
"""The number where the operator does not say it."""

LARGEST_DETECTION_OPTION: Final = 1 << 30
"""The largest magnitude of an option."""

MOST_DETECTIONS: Final = 1 << 14
"""The most detections, and detections of one class."""

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
    """Returns the operator's options: missing ones are 0, as in the reference, but for two later ones."""
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
