"""The shapes of what TFLite_Detection_PostProcess gives, which most files leave out: its options say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.model.tflite.model import Operator, Tensor
from rune.model.tflite.options import DetectionOptions
from rune.model.tflite.shapes.limits import is_too_large


def with_shapes_of_detections(tensors: Sequence[Tensor], operators: Sequence[Operator]) -> tuple[Tensor, ...]:
    """The tensors of a graph; an output of such an operator has the shape that the interpreter would give it, where the
    file has none."""
    tensors_ = list(tensors)
    for operator in operators:
        if isinstance(operator.options, DetectionOptions):
            for index, shape in zip(operator.outputs, _shapes(operator.options), strict=False):
                tensor = tensors_[index]
                if not tensor.shape and tensor.data is None and not is_too_large(shape, tensor.kind):
                    tensors_[index] = replace(tensor, shape=shape)
    return tuple(tensors_)


def _shapes(options: DetectionOptions) -> tuple[tuple[int, ...], ...]:
    """Returns the shapes of boxes, classes, scores and their number."""
    places = max(options.max_detections, 0) * max(options.max_classes_per_detection, 0)
    return (1, places, 4), (1, places), (1, places), (1,)
