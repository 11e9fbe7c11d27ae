"""Draws each operator: on what, with which options. For `random_models.py`.

Floats agree within a tolerance, so what makes a small difference large (a rounding, a division, an exponential) stands
behind an input of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tests.support.models.random.random_drawing import Draw, ModelDrawing
from tests.support.models.random.random_moves import MOVING_DRAWS
from tests.support.models.random.random_states import draw_delayed, draw_lstm, draw_svdf, draw_windowed
from tests.support.models.reference.attention_models import gelu
from tests.support.models.reference.detection_models import DetectionSettings, detect
from tests.support.models.reference.float_models import add_n, cumsum, floor_of, reduced, rows_of
from tests.support.models.reference.further_models import arg, batch_matmul, prelu, squared_difference, transpose_conv
from tests.support.models.reference.logic_models import COMPARISONS, as_floats, cast, compare, logical, select
from tests.support.models.reference.lookup_models import embedding_lookup, hybrid_table
from tests.support.models.reference.model_values import SHARES, ModelValue

ACTIVATIONS = ("none", "none", "relu", "relu6")


def _window(drawing: ModelDrawing, source: ModelValue) -> dict[str, object]:
    """A kernel that fits, a stride and a padding."""
    kernel = tuple(drawing.whole(1, min(4, side)) for side in source.shape[1:3])
    return {
        "kernel": kernel,
        "stride": (drawing.whole(1, 2), drawing.whole(1, 2)),
        "padding": drawing.one_of(("same", "valid")),
        "activation": drawing.one_of(ACTIVATIONS),
    }


def _conv(drawing: ModelDrawing) -> ModelValue:
    source, channels = drawing.picture(), drawing.whole(1, 12)
    options = _window(drawing, source)
    if source.kind == "float32" and drawing.chance(0.3):
        source, options["hybrid"] = drawing.image("float32"), True
        options["kernel"] = (drawing.whole(1, 3), drawing.whole(1, 3))
    options["per_channel"] = drawing.chance(0.6)
    return drawing.layers.conv(source, channels, zero_point=drawing.zero_point(), **options)  # type: ignore[arg-type]


def _depthwise(drawing: ModelDrawing) -> ModelValue:
    source = drawing.picture()
    multiplier = drawing.one_of((1, 1, 2)) if source.shape[3] <= 8 else 1
    options = {**_window(drawing, source), "per_channel": drawing.chance(0.6), "zero_point": drawing.zero_point()}
    if source.kind == "float32" and drawing.chance(0.3):
        source = drawing.image("float32", source.shape[3])
        options |= {"hybrid": True, "per_channel": True, "kernel": (drawing.whole(1, 3), drawing.whole(1, 3))}
    return drawing.layers.depthwise(source, multiplier, **options)  # type: ignore[arg-type]


def _fully_connected(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source()
    is_hybrid = source.kind == "float32" and drawing.chance(0.4)
    if is_hybrid:
        source = drawing.image("float32")
    return drawing.layers.fully_connected(
        source,
        drawing.whole(1, 12),
        drawing.one_of(ACTIVATIONS),
        per_channel=source.kind in ("int8", "int16") and drawing.chance(0.3),
        bias=drawing.chance(0.7),
        keep_dimensions=drawing.chance(0.3),
        zero_point=drawing.zero_point(),
        hybrid=is_hybrid,
        asymmetric=drawing.chance(0.5),
    )


def _transpose_conv(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) == 4 and math.prod(value.shape[:3]) <= 60)
    kernel, stride = ((drawing.whole(1, 3), drawing.whole(1, 3)) for _ in range(2))
    padding = drawing.one_of(("same", "valid"))
    # Of so many pixels a convolution makes the image.
    size = [
        side * step - drawing.whole(0, step - 1) if padding == "same" else (side - 1) * step + extent
        for side, step, extent in zip(source.shape[1:3], stride, kernel, strict=True)
    ]
    return transpose_conv(
        drawing.layers,
        source,
        (size[0], size[1]),
        drawing.whole(1, 6),
        kernel,
        stride,
        padding,
        drawing.chance(0.7),
        drawing.one_of(ACTIVATIONS),
        drawing.chance(0.6),
        hybrid=source.kind == "float32" and drawing.chance(0.4),
    )


def _batch_matmul(drawing: ModelDrawing) -> ModelValue:
    left = drawing.source(lambda value: 2 <= len(value.shape) <= 4)
    if left.kind == "uint8" or len(left.shape) < 2:
        left = drawing.image("int8")
    transposes = drawing.chance(0.5), drawing.chance(0.5)
    depth, columns = left.shape[-2 if transposes[0] else -1], drawing.whole(1, 5)
    shape = (columns, depth) if transposes[1] else (depth, columns)
    batches = drawing.one_of(((), left.shape[:-2]))
    right = drawing.input((*batches, *shape), left.kind) if drawing.chance(0.5) else None
    right = right or drawing.layers.constant((*batches, *shape), left.kind, zero_point=drawing.zero_point())
    return batch_matmul(drawing.layers, left, right, *transposes, drawing.zero_point())


def _arg(drawing: ModelDrawing, op: str) -> ModelValue:
    kind = drawing.narrow_kind
    source = drawing.image() if kind == "float32" else drawing.source_of(kind, lambda value: len(value.shape) > 1)
    axis = drawing.whole(0, len(source.shape) - 1)
    return arg(drawing.layers, op, source, axis, drawing.one_of(("int32", "int64")))


def _prelu(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) == 4 and value.kind in ("int8", "float32"))
    if source.kind not in ("int8", "float32"):
        source = drawing.image("int8")
    alphas = drawing.one_of(((1, 1, source.shape[3]), source.shape[1:]))
    return prelu(drawing.layers, source, alphas, drawing.scale_near(source.scale) or 1.0, drawing.zero_point())


def _pool(drawing: ModelDrawing, op: str) -> ModelValue:
    source = drawing.picture()
    return drawing.layers.pool(source, op, **_window(drawing, source))  # type: ignore[arg-type]


def _l2_pool(drawing: ModelDrawing) -> ModelValue:
    source = drawing.image("float32")
    return drawing.layers.pool(source, "L2_POOL_2D", **_window(drawing, source))  # type: ignore[arg-type]


def _binary(drawing: ModelDrawing, op: str) -> ModelValue:
    left = drawing.source(lambda value: len(value.shape) <= 4)
    right = drawing.one_of(
        (
            drawing.layers.constant(left.shape[-1:], left.kind, zero_point=drawing.zero_point()),
            drawing.alike(left),
            drawing.source(lambda value: value.shape == left.shape),
        )
    )
    if right.shape not in (left.shape, left.shape[-1:]):
        right = left
    scale = None
    if left.scale is not None and right.scale is not None:
        scale = drawing.scale_near(left.scale * right.scale * 60 if op == "MUL" else left.scale + right.scale)
    return drawing.layers.add(left, right, drawing.one_of(ACTIVATIONS), scale, drawing.zero_point(), op)


def _div(drawing: ModelDrawing) -> ModelValue:
    left = drawing.image("float32")
    right = drawing.input(left.shape, "float32")
    return drawing.layers.add(left, right, drawing.one_of(ACTIVATIONS), op="DIV")


def _extreme(drawing: ModelDrawing, op: str) -> ModelValue:
    left = drawing.source(lambda value: len(value.shape) <= 4)
    return drawing.layers.extreme(op, left, drawing.alike(left))


def _squared_difference(drawing: ModelDrawing) -> ModelValue:
    left = drawing.image("float32" if drawing.kind == "float32" else "int8")
    right = drawing.input(left.shape, left.kind)
    if left.scale is None or right.scale is None:
        return squared_difference(drawing.layers, left, right)
    scale = drawing.scale_near(max(left.scale, right.scale) ** 2 * 150)
    return squared_difference(drawing.layers, left, right, scale)


def _truths(drawing: ModelDrawing, shape: Sequence[int] = ()) -> ModelValue:
    numbers = drawing.input(shape or (drawing.whole(1, 4), drawing.whole(1, 6)), "float32")
    return compare(drawing.layers, "LESS", numbers, drawing.input(numbers.shape, "float32"))


def _compared(drawing: ModelDrawing, op: str) -> ModelValue:
    """The reference ends at a scale of 1."""
    left = drawing.source(lambda value: len(value.shape) <= 4 and (value.scale or 0.0) < 1)
    if left.kind == "int16" and op in ("EQUAL", "NOT_EQUAL"):
        left = drawing.image("int8")
    left = drawing.image(left.kind) if left.kind in ("float32", "int16") else left
    if left.kind == "int16":
        same = drawing.layers.input(left.shape, left.kind, left.scale, name=f"input like {left.index}")
        return as_floats(drawing.layers, compare(drawing.layers, op, left, same))
    return as_floats(drawing.layers, compare(drawing.layers, op, left, drawing.input(left.shape, left.kind)))


def _logical(drawing: ModelDrawing, op: str) -> ModelValue:
    first = _truths(drawing)
    others = [] if op == "LOGICAL_NOT" else [_truths(drawing, first.shape)]
    return as_floats(drawing.layers, logical(drawing.layers, [first, *others], op))


def _select(drawing: ModelDrawing, op: str) -> ModelValue:
    first = drawing.source(lambda value: len(value.shape) <= 4 and math.prod(value.shape) > 1)
    return select(drawing.layers, _truths(drawing, first.shape), first, drawing.alike(first), op)


def _cast(drawing: ModelDrawing) -> ModelValue:
    source = drawing.image("float32" if drawing.chance(0.6) else "int8")
    return cast(drawing.layers, cast(drawing.layers, source, drawing.one_of(("int32", "int16", "bool"))), "float32")


def _float_function(drawing: ModelDrawing, op: str) -> ModelValue:
    return drawing.layers.unary(op, drawing.image("float32"))


def _floor_of(drawing: ModelDrawing, op: str) -> ModelValue:
    left = drawing.image("float32")
    return floor_of(drawing.layers, op, left, drawing.input(left.shape, "float32"))


def _cumsum(drawing: ModelDrawing) -> ModelValue:
    source = drawing.image("float32")
    return cumsum(drawing.layers, source, drawing.whole(0, 3), drawing.chance(0.5), drawing.chance(0.5))


def _rows_of(drawing: ModelDrawing, op: str) -> ModelValue:
    return rows_of(drawing.layers, op, drawing.image("float32"))


def _add_n(drawing: ModelDrawing) -> ModelValue:
    first = drawing.image("float32")
    return add_n(drawing.layers, [first, *(drawing.alike(first) for _ in range(drawing.whole(1, 3)))])


def _reduced(drawing: ModelDrawing, op: str) -> ModelValue:
    source = drawing.source(lambda value: 1 < len(value.shape) <= 4)
    axis = drawing.whole(0, len(source.shape) - 1)
    return reduced(drawing.layers, op, source, (axis,), drawing.chance(0.5))


def _root(drawing: ModelDrawing, op: str) -> ModelValue:
    return drawing.layers.unary(op, drawing.layers.unary("SQUARE", drawing.image("float32")))


def _function(drawing: ModelDrawing, op: str) -> ModelValue:
    source = drawing.source()
    if source.kind == "float32":
        return drawing.layers.unary(op, source)
    if op == "HARD_SWISH" and source.kind == "int16":
        source = drawing.image("int8")
    parameters = {"LOGISTIC": SHARES[source.kind], "TANH": (1 / 128, 0)}
    return drawing.layers.unary(
        op, source, *parameters.get(op, (drawing.scale_near(source.scale), drawing.zero_point()))
    )


def _elu(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source() if drawing.kind in ("float32", "int8") else drawing.image("float32")
    return drawing.layers.unary("ELU", source, drawing.scale_near(source.scale), drawing.zero_point())


def _gelu(drawing: ModelDrawing) -> ModelValue:
    source = drawing.image("int8") if drawing.kind == "int16" else drawing.source()
    return gelu(drawing.layers, source, drawing.chance(0.5), drawing.scale_near(source.scale), drawing.zero_point())


def _activation(drawing: ModelDrawing, op: str) -> ModelValue:
    source = drawing.image("float32") if op == "RELU_N1_TO_1" else drawing.source()
    alpha = float(np.float32(drawing.random.uniform(0, 1.5))) if op == "LEAKY_RELU" else None
    return drawing.layers.activation(op, source, drawing.scale_near(source.scale), drawing.zero_point(), alpha)


def _softmax(drawing: ModelDrawing) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    return drawing.layers.softmax(source, float(np.float32(drawing.random.uniform(0.3, 1.5))))


def _quantize(drawing: ModelDrawing) -> ModelValue:
    kinds = {"float32": ("int8", "uint8", "int16"), "int16": ("int8", "int16")}
    kind = drawing.one_of(kinds.get(drawing.kind, (drawing.kind,)))
    source = drawing.source() if drawing.kind != "float32" and drawing.chance(0.5) else drawing.image("float32")
    return drawing.layers.convert("QUANTIZE", source, kind, drawing.scale_near(0.03), drawing.zero_point())


def _dequantize(drawing: ModelDrawing) -> ModelValue:
    source = drawing.image(drawing.one_of(("int8", "int16"))) if drawing.kind == "float32" else drawing.source()
    return drawing.layers.convert("DEQUANTIZE", source, "float32")


def _reduce(drawing: ModelDrawing, op: str) -> ModelValue:
    source = drawing.source(lambda value: len(value.shape) <= 4)
    if op == "SUM" and source.kind in ("int8", "int16"):
        source = drawing.image("float32")
    rank = len(source.shape)
    axes = tuple({drawing.whole(0, rank - 1) for _ in range(drawing.whole(1, 2))})
    scale = drawing.scale_near(source.scale * (8 if op == "SUM" else 1) if source.scale else None)
    return drawing.layers.reduce(op, source, axes, drawing.chance(0.5) or len(axes) == rank, scale or 1.0)


def _resize(drawing: ModelDrawing) -> ModelValue:
    source = drawing.picture()
    size = (drawing.whole(1, 9), drawing.whole(1, 9))
    corners, half = drawing.one_of(((False, False), (True, False), (False, True)))
    return drawing.layers.resize(source, size, corners, half)


def _embedding_lookup(drawing: ModelDrawing) -> ModelValue:
    rows, width = drawing.whole(2, 6), drawing.whole(1, 5)
    numbers = arg(drawing.layers, "ARG_MAX", drawing.input((drawing.whole(1, 4), rows), drawing.narrow_kind), -1)
    if drawing.chance(0.3):
        table = hybrid_table(drawing.layers, (rows, width), drawing.one_of((1, rows)))
    else:
        table = drawing.layers.constant((rows, width), drawing.narrow_kind)
    return embedding_lookup(drawing.layers, table, numbers)


def _detection(drawing: ModelDrawing) -> list[ModelValue]:
    """Each place has a detection, or the regular suppression, which fills what is left with zeros."""
    kind = "uint8" if drawing.kind == "uint8" else "float32"
    is_regular, boxes = drawing.chance(0.5), drawing.whole(8, 30)
    options = DetectionSettings(
        max_detections=drawing.whole(1, 8),
        max_classes_per_detection=1 if is_regular else drawing.whole(1, 2),
        detections_per_class=drawing.whole(1, 9),
        use_regular_nms=is_regular,
        nms_score_threshold=float(drawing.one_of((-9.0, 0.1))) if is_regular else -1e6,
        nms_iou_threshold=float(drawing.random.uniform(0.2, 0.9)) if is_regular else 1.0,
        num_classes=drawing.whole(2, 4),
    )
    encodings = drawing.input((1, boxes, drawing.one_of((4, 4, 7))), kind)
    return detect(drawing.layers, encodings, drawing.input((1, boxes, options.num_classes + 1), kind), options)


def _each(draw: Callable[[ModelDrawing, str], ModelValue], *operators: str) -> dict[str, Draw]:
    def of(operator: str) -> Draw:
        return lambda drawing: draw(drawing, operator)

    return {operator: of(operator) for operator in operators}


DRAWS: Mapping[str, Draw] = {
    **MOVING_DRAWS,
    "ADD_N": _add_n,
    "ASSIGN_VARIABLE": draw_windowed,
    "BATCH_MATMUL": _batch_matmul,
    "CUSTOM:TFLite_Detection_PostProcess": _detection,
    "ELU": _elu,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "CAST": _cast,
    "CONV_2D": _conv,
    "CUMSUM": _cumsum,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _dequantize,
    "DIV": _div,
    "FULLY_CONNECTED": _fully_connected,
    "GELU": _gelu,
    "PRELU": _prelu,
    "QUANTIZE": _quantize,
    "READ_VARIABLE": draw_delayed,
    "RESIZE_BILINEAR": _resize,
    "SOFTMAX": _softmax,
    "SQUARED_DIFFERENCE": _squared_difference,
    "SVDF": draw_svdf,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": draw_lstm,
    **_each(_activation, "LEAKY_RELU", "RELU", "RELU6", "RELU_N1_TO_1"),
    **_each(_arg, "ARG_MAX", "ARG_MIN"),
    **_each(_binary, "ADD", "MUL", "SUB"),
    **_each(_compared, *COMPARISONS),
    **_each(_logical, "LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR"),
    **_each(_select, "SELECT", "SELECT_V2"),
    **_each(_extreme, "MAXIMUM", "MINIMUM"),
    **_each(_float_function, "ABS", "CEIL", "COS", "EXP", "FLOOR", "NEG", "ROUND", "SIN", "SQUARE"),
    **_each(_floor_of, "FLOOR_DIV", "FLOOR_MOD"),
    **_each(_function, "HARD_SWISH", "LOGISTIC", "TANH"),
    **_each(_pool, "AVERAGE_POOL_2D", "MAX_POOL_2D"),
    "L2_POOL_2D": _l2_pool,
    **_each(_reduce, "MEAN", "SUM"),
    **_each(_reduced, "REDUCE_MAX", "REDUCE_MIN"),
    **_each(_rows_of, "L2_NORMALIZATION", "LOG_SOFTMAX"),
    **_each(_root, "LOG", "RSQRT", "SQRT"),
}
"""The draws by TFLite's names."""
