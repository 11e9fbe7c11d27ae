"""A Runefile for any model: it fits the model's inputs and outputs and has nothing wrong."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.project.files import FileNotInProject, MemoryFiles
from rune.source.runefile import Severity, check
from rune.source.runefile.model_inputs.starter import starter
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case


def _type(text: str) -> TensorType:
    element, _, dimensions = text.partition("[")
    return TensorType(ElementType(element), tuple(int(size) for size in dimensions.rstrip("]").split(",") if size))


def _stages(inputs: list[str], outputs: list[str], path: str = "models/m.tflite") -> list[str]:
    """The kinds of the stages of the starter, which must check without an error."""
    signature = ModelSignature(
        tuple(ModelTensor(f"in{i}", _type(text)) for i, text in enumerate(inputs)),
        tuple(ModelTensor(f"out{i}", _type(text)) for i, text in enumerate(outputs)),
    )
    files = MemoryFiles({"Runefile.yml": starter(signature, path).encode(), path: b""})
    result = check(files, PUBLISHED_BLOCKS, signatures=lambda _: signature)
    assert [item for item in result.diagnostics if item.severity is Severity.ERROR] == []
    assert result.pipeline is not None
    kinds = []
    for stage in result.pipeline.stages:
        if isinstance(stage, CapabilityStage | OutputStage):
            kinds.append(stage.kind.name)
        else:
            kinds.append(stage.block.name if isinstance(stage, BlockStage) else "model")
    return kinds


@each_case(
    ("input_", "before"),
    [
        ("u8[1, 96, 96, 1]", ["IMAGE"]),
        ("u8[1, 224, 160, 3]", ["IMAGE"]),
        ("i8[1, 96, 96, 3]", ["IMAGE", "signed_pixels"]),
        ("f32[1, 32, 32, 3]", ["IMAGE", "image_normalization"]),
        ("f32[1, 32, 32, 4]", ["RAW"]),
        ("f32[2, 32, 32, 3]", ["RAW"]),
        ("f32[1, 49, 10, 1]", ["SOUND", "mfcc"]),
        ("f32[1, 47, 10, 1]", ["RAW"]),
        ("f32[1, 128, 3, 1]", ["ACCEL"]),
        ("f32[1, 50, 3]", ["ACCEL"]),
        ("f32[1, 1]", ["RAW"]),
        ("i16[1, 16000]", ["RAW"]),
        ("i64[7]", ["RAW"]),
        ("f32[]", ["RAW"]),
    ],
)
def test_an_input_gets_a_capability_that_fits_it(input_: str, before: list[str]) -> None:
    assert _stages([input_], ["f32[1, 4]"]) == [*before, "model", "SERIAL"]


def test_several_inputs_and_outputs_are_all_wired() -> None:
    assert _stages(["f32[1, 32, 32, 3]", "f32[1, 100]"], ["f32[1, 2]", "u8[3]"]) == [
        "IMAGE",
        "image_normalization",
        "RAW",
        "model",
        "SERIAL",
    ]


def test_a_large_output_goes_out_as_bytes_and_a_small_one_as_text() -> None:
    assert _stages(["f32[4]"], ["f32[1, 384, 384, 3]", "f32[2]"]) == ["RAW", "model", "SERIAL", "TENSOR"]
    assert _stages(["f32[4]"], ["i8[1, 64]"]) == ["RAW", "model", "SERIAL"]
    assert _stages(["f32[4]"], ["i8[1, 65]"]) == ["RAW", "model", "TENSOR"]


@each_case("path", ["m.tflite", "models/my model, the #1: best.tflite", "größe.tflite", "'q\".tflite"])
def test_any_name_of_a_model_can_stand_in_the_runefile(path: str) -> None:
    assert _stages(["f32[4]"], ["f32[4]"], path)[-2:] == ["model", "SERIAL"]


def test_a_path_out_of_the_project_is_refused() -> None:
    with pytest.raises(FileNotInProject):
        starter(ModelSignature((), ()), "../m.tflite")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("utf8[1]", "is text, which a rune cannot exchange"),
        ("f32[0, 4]", "is empty"),
        ("f32[100000000]", "larger than"),
    ],
)
def test_a_model_that_no_rune_can_run_gets_no_runefile(kind: str, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        starter(ModelSignature((ModelTensor("x", _type(kind)),), (ModelTensor("y", _type("f32[1]")),)), "m.tflite")
