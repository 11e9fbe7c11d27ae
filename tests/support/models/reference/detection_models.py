"""Small models that end in boxes, for `make_models.py`. They have as many boxes as places, since the reference leaves
what its memory held in places without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]


@dataclass(frozen=True)
class DetectionSettings:
    """The operator's options, by its own names."""

    max_detections: int = 5
    max_classes_per_detection: int = 1
    detections_per_class: int = 100
    use_regular_nms: bool = False
    nms_score_threshold: float = -1e6
    nms_iou_threshold: float = 0.5
    num_classes: int = 3
    y_scale: float = 10.0
    x_scale: float = 10.0
    h_scale: float = 5.0
    w_scale: float = 5.0


def detection_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for kind, short in (("float32", "f32"), ("uint8", "u8")):
        yield f"detection_post_process_{short}_fast", _detecting(kind, DetectionSettings())
        yield (
            f"detection_post_process_{short}_two_classes",
            _detecting(kind, DetectionSettings(max_classes_per_detection=2)),
        )
        yield f"detection_post_process_{short}_regular", _detecting(kind, DetectionSettings(use_regular_nms=True))
        few = DetectionSettings(use_regular_nms=True, detections_per_class=2, nms_iou_threshold=0.1, max_detections=9)
        yield f"detection_post_process_{short}_regular_few", _detecting(kind, few, boxes=40)
    yield (
        "detection_post_process_f32_no_background",
        _detecting("float32", DetectionSettings(), background=0, coordinates=6),
    )


def _detecting(
    kind: str, options: DetectionSettings, boxes: int = 30, background: int = 1, coordinates: int = 4
) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        encodings = g.input((1, boxes, coordinates), kind, 0.061, 3, "encoded")
        scores = g.input((1, boxes, options.num_classes + background), kind, 1 / 256, -128, "scores")
        return detect(g, encodings, scores, options)

    return model


def anchors_of(g: Layers, boxes: int, kind: str) -> ModelValue:
    """Centres and sizes in an image of side 1."""
    numbers = np.concatenate([g.random.uniform(0, 1, (boxes, 2)), g.random.uniform(0.1, 0.6, (boxes, 2))], axis=1)
    if kind == "float32":
        return ModelValue(g.graph.constant("anchors", numbers.astype(np.float32)), (boxes, 4), kind)
    index = g.graph.constant("anchors", np.round(numbers * 200).astype(np.uint8), 1 / 200, 0)
    return ModelValue(index, (boxes, 4), kind, 1 / 200, -128)


def detect(
    g: Layers, encodings: ModelValue, scores: ModelValue, options: DetectionSettings, *, without_shapes: bool = False
) -> list[ModelValue]:
    """Boxes, classes, scores and count; perhaps as converters write them, without their shapes."""
    anchors = anchors_of(g, encodings.shape[1], encodings.kind)
    places = options.max_detections * options.max_classes_per_detection
    shapes = ((1, places, 4), (1, places), (1, places), (1,))
    outputs = [g.output(() if without_shapes else shape, "float32") for shape in shapes]
    g.graph.operator(
        "CUSTOM",
        [encodings.index, scores.index, anchors.index],
        [output.index for output in outputs],
        custom_code="TFLite_Detection_PostProcess",
        custom_options=packed(asdict(options)),
    )
    return outputs


def packed(options: dict[str, Any]) -> bytes:
    """As a FlexBuffer, the form of custom options."""
    return bytes(flexbuffers.Dumps(options))
