"""RESIZE_BILINEAR: the places and weights of rows and columns."""

from __future__ import annotations

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer
from rune.compiler.anvil.ops.images.resize_bilinear import ResizeBilinear, ResizeBilinearUint8
from rune.compiler.kernels.packing import C_TYPES, float32s, int32s


def resize(op: ResizeBilinear) -> KernelCall:
    element, kind, pack = C_TYPES[op.element.name], op.element.name, float32s if op.is_float else int32s
    weights = (pack(op.rows.weight), pack(op.columns.weight))
    return KernelCall(
        f"rune_resize_bilinear_{kind}", (InputPointer(0, element), OutputPointer(0, element), _structure(op), *weights)
    )


def resize_uint8(op: ResizeBilinearUint8) -> KernelCall:
    weights = (float32s(op.rows.weight), float32s(op.columns.weight))
    return KernelCall(
        "rune_resize_bilinear_uint8", (InputPointer(0, "int8_t"), OutputPointer(0, "int8_t"), _structure(op), *weights)
    )


def _structure(op: ResizeBilinear | ResizeBilinearUint8) -> KernelStructure:
    return KernelStructure(
        "struct rune_resize",
        (
            ("batches", op.batches),
            ("input_height", op.input_height),
            ("input_width", op.input_width),
            ("output_height", len(op.rows.lower)),
            ("output_width", len(op.columns.lower)),
            ("channels", op.channels),
            ("row_lower", int32s(op.rows.lower)),
            ("row_upper", int32s(op.rows.upper)),
            ("column_lower", int32s(op.columns.lower)),
            ("column_upper", int32s(op.columns.upper)),
        ),
    )


PACKERS = {ResizeBilinear: resize, ResizeBilinearUint8: resize_uint8}
