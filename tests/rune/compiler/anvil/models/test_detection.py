"""TFLite_Detection_PostProcess beyond what its models show: places without a detection, equal scores, and refusals."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import ModelError, read_model, signature
from rune.running.runtime.errors import RuneError
from tests.support.cases import each_case
from tests.support.compiler.evaluated_graph import evaluated_outputs
from tests.support.compiler.pipelines import loaded, models_pipeline, module_of, run, tensors_of
from tests.support.models.reference.detection_models import DetectionSettings, detect, packed
from tests.support.models.reference.make_models import answers, make
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

BOXES, CLASSES = 12, 4


def detecting(options: DetectionSettings, kind: str = "float32", *, without_shapes: bool = False) -> bytes:
    def model(g: Layers) -> list[ModelValue]:
        encodings = g.input((1, BOXES, 4), kind, 0.03, 3, "encoded")
        scores = g.input((1, BOXES, CLASSES), kind, 1 / 256, -128, "scores")
        return detect(g, encodings, scores, options, without_shapes=without_shapes)

    return make("detecting", model)


def compiled(data: bytes, *inputs: bytes) -> list[bytes]:
    models = {"model": read_model(data)}
    (message,) = run(loaded(module_of(models_pipeline(models), models)), inputs)
    return [tensor for _, tensor in tensors_of(message.data)]


def floats(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, np.float32)


def inputs_of(seed: int, levels: int = 0) -> tuple[bytes, bytes]:
    """Encoded boxes, and scores from 0 to 1: of so many levels, or all different."""
    random = np.random.default_rng(seed)
    scores = random.uniform(0, 1, (BOXES, CLASSES))
    if levels:
        scores = np.round(scores * levels) / levels
    return random.standard_normal((BOXES, 4)).astype(np.float32).tobytes(), scores.astype(np.float32).tobytes()


FEW = DetectionSettings(max_detections=10, max_classes_per_detection=2, nms_iou_threshold=0.05, num_classes=CLASSES)


@pytest.mark.slow
def test_places_without_a_detection_hold_zeros() -> None:
    data = detecting(FEW)
    inputs = inputs_of(3)
    boxes, classes, scores, count = map(floats, compiled(data, *inputs))
    expected = [floats(each) for each in answers(data, [inputs])[0]]
    detections = int(count[0])
    assert 0 < detections < 10
    assert count[0] == expected[3][0]
    for mine, its, width in ((boxes, expected[0], 8), (classes, expected[1], 2), (scores, expected[2], 2)):
        np.testing.assert_allclose(mine[: detections * width], its[: detections * width], rtol=1e-5)
        assert not mine[detections * width :].any()


@pytest.mark.slow
def test_shapes_that_a_file_leaves_out_are_those_of_the_interpreter() -> None:
    data, inputs = detecting(FEW, without_shapes=True), inputs_of(3)
    outputs = signature(read_model(data)).outputs
    assert [tensor.type.dimensions for tensor in outputs] == [(1, 20, 4), (1, 20), (1, 20), (1,)]
    assert compiled(data, *inputs) == compiled(detecting(FEW), *inputs)


def bytes_of(seed: int) -> tuple[bytes, bytes]:
    """Encoded boxes, and scores of six levels."""
    random = np.random.default_rng(seed)
    boxes = random.integers(0, 256, (BOXES, 4), dtype=np.uint8)
    return boxes.tobytes(), (random.integers(0, 6, (BOXES, CLASSES), dtype=np.uint8) * 37).tobytes()


@each_case("kind", ["float32", "uint8"])
@each_case("is_regular", [False, True], ids=["fast", "regular"])
def test_equal_scores_come_in_the_order_of_the_reference(is_regular: bool, kind: str) -> None:
    """The operator's own reference is asked, which `test_anvil_models.py` holds to its kernel."""
    classes = 1 if is_regular else 3
    options = replace(FEW, use_regular_nms=is_regular, max_detections=7, max_classes_per_detection=classes)
    data = detecting(replace(options, nms_iou_threshold=1.0), kind)
    runs = [inputs_of(seed, levels=3) if kind == "float32" else bytes_of(seed) for seed in range(40)]
    for mine, its in zip(evaluated_outputs(data, runs), answers(data, runs), strict=True):
        np.testing.assert_array_equal(floats(mine[1]), floats(its[1]))
        np.testing.assert_array_equal(floats(mine[2]), floats(its[2]))
        np.testing.assert_allclose(floats(mine[0]), floats(its[0]), rtol=1e-5, atol=1e-6)


def test_a_box_that_ends_before_it_begins_ends_the_run_by_name() -> None:
    data = detecting(replace(FEW, y_scale=10.0))
    anchors = next(
        tensor for tensor in read_model(data).tensors if tensor.data is not None and tensor.shape == (BOXES, 4)
    )
    assert anchors.data is not None
    mutant = data.replace(bytes(anchors.data), (-floats(bytes(anchors.data))).tobytes())
    with pytest.raises(RuneError, match="TFLite_Detection_PostProcess: a box ends before it begins"):
        compiled(mutant, *inputs_of(1))


@each_case(
    ("change", "message"),
    [
        ({"nms_iou_threshold": 0.0}, "threshold of overlaps"),
        ({"num_classes": 2}, "scores are not of 2 classes"),
        ({"h_scale": 0.0}, "divides by 0"),
        ({"detections_per_class": 0}, "gives no detections"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_options_that_cannot_be_are_refused_by_name(change: dict[str, float], message: str) -> None:
    model = read_model(detecting(replace(FEW, **change)))  # type: ignore[arg-type]
    assert unsupported_ops(model) == ()
    with pytest.raises(Exception, match=message):
        module_of(models_pipeline({"model": model}), {"model": model})


def test_options_that_cannot_be_read_are_refused_by_name() -> None:
    data, options = detecting(FEW), packed(asdict(FEW))
    with pytest.raises(ModelError, match="TFLite_Detection_PostProcess has options that cannot be read"):
        read_model(data.replace(options, b"\xff" * len(options)))
    endless = packed(asdict(replace(FEW, nms_score_threshold=float("inf"))))
    with pytest.raises(ModelError, match="nms score threshold inf; it must be a number of at most"):
        read_model(data.replace(options, endless))
