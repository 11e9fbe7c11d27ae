"""TFLite_Detection_PostProcess."""

from __future__ import annotations

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, KernelStructure, OutputPointer, Scratch
from rune.compiler.anvil.ops.images.detection_post_process import DetectionPostProcess, Linear

_NUMBERS = ("encoded", "scores", "anchors")


def detection(op: DetectionPostProcess) -> KernelCall:
    kind, element = ("float32", "float") if op.linear is None else ("int8", "int8_t")
    return KernelCall(
        f"rune_detection_{kind}",
        (
            *(InputPointer(number, element) for number in range(3)),
            *(OutputPointer(number, "float") for number in range(4)),
            *_memory(op),
            KernelStructure("struct rune_detection", _fields(op)),
        ),
    )


def _memory(op: DetectionPostProcess) -> tuple[Scratch, ...]:
    """Returns the scratch memory of `struct rune_detection_memory`."""
    options = op.options
    candidates = options.max_detections if options.is_regular else 1
    return (
        Scratch("float", 4 * 4 * op.boxes),
        Scratch("float", 4 * op.boxes),
        Scratch("float", 4 * options.num_classes),
        Scratch("float", 4 * candidates),
        Scratch("uint8_t", op.boxes),
        Scratch("int32_t", 4 * min(op.boxes, max(options.max_detections, options.detections_per_class))),
        Scratch("int32_t", 4 * op.categories),
        Scratch("int32_t", 4 * candidates),
    )


def _fields(op: DetectionPostProcess) -> tuple[tuple[str, int | float], ...]:
    options = op.options
    return (
        ("boxes", op.boxes),
        ("coordinates", op.coordinates),
        ("columns", op.columns),
        ("classes", options.num_classes),
        ("is_regular", int(options.is_regular)),
        ("most_boxes", options.max_detections),
        ("most_classes", options.max_classes_per_detection),
        ("most_of_class", options.detections_per_class),
        *(
            (name, _single(getattr(options, name)))
            for name in ("y_scale", "x_scale", "h_scale", "w_scale", "score_threshold", "overlap_threshold")
        ),
        ("scores_move", 0.0 if op.linear is None else op.linear[1].move),
        *(
            field
            for name, each in zip(_NUMBERS, op.linear or (Linear(1.0, 0),) * 3, strict=True)
            for field in ((f"{name}_scale", _single(each.scale)), (f"{name}_zero_point", each.zero_point))
        ),
    )


def _single(number: float) -> float:
    """Rounds a number to single precision."""
    return float(np.float32(number))


PACKERS = {DetectionPostProcess: detection}
