"""ONNX models are converted in the onnx environment, and compared there with onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.child.start import Step, run
from lab.environments.environment import ENVIRONMENTS
from lab.formats.onnx.reading import read_onnx
from lab.refusal import Reason, Refused
from tests.support.models.onnx_files import model, node, write

FOLDER = Path(__file__).resolve().parent / "models" / "onnx"
ONNX = ENVIRONMENTS["onnx"]

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ONNX.is_ready, reason="needs the onnx environment, which `make lab` prepares"),
]


@pytest.fixture
def convert(tmp_path: Path) -> Callable[..., tuple[Any, bytes]]:
    def converted(source: Path) -> tuple[Any, bytes]:
        inputs, spec = {"source": source}, {}
        weights = source.with_name(f"{source.name}.data")
        if weights.exists():
            inputs["weights"], spec["weights_name"] = weights, weights.name
        step = Step("onnx", spec, inputs, {"model": tmp_path / "converted"})
        return run(step, ONNX.python).result, (tmp_path / "converted").read_bytes()

    return converted


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.onnx")), ids=lambda path: path.stem)
def test_a_network_of_pytorch_gives_what_onnxruntime_gives(convert: Callable[..., Any], path: Path) -> None:
    result, data = convert(path)
    assert result["difference"] < 1e-5
    assert result["saved_with"].startswith("ONNX of pytorch 2.13")
    assert convert(path)[1] == data


def test_a_translation_that_answers_otherwise_is_refused_with_its_first_operator(
    convert: Callable[..., Any], tmp_path: Path
) -> None:
    """onnxruntime rounds one place of this row down that ONNX's rule rounds up: 2 of 4 is 3.5 of 7."""
    resize = node(
        "Resize",
        ("x", "", "", "s"),
        coordinate_transformation_mode="asymmetric",
        nearest_mode="round_prefer_ceil",
        mode="nearest",
    )
    source = read_onnx(FOLDER / "unet.onnx")
    picture = replace(source.inputs[0], shape=(1, 2, 5, 7))
    wrong = model(resize, inputs=[picture], s=np.array([1, 2, 3, 4], np.int64))
    with pytest.raises(Refused, match='The first operator that differs is Resize "the Resize"') as error:
        convert(write(tmp_path / "m.onnx", wrong))
    assert error.value.reason is Reason.DIFFERS


def test_a_model_that_onnxruntime_refuses_is_named(convert: Callable[..., Any], tmp_path: Path) -> None:
    wrong = model(node("Relu", ("i",)), i=np.zeros((1, 4), np.int64))
    with pytest.raises(Refused) as error:
        convert(write(tmp_path / "m.onnx", wrong))
    assert error.value.reason in (Reason.BROKEN, Reason.NOT_CONVERTED)


def test_a_source_of_16_bit_floats_is_accepted_with_the_error_of_its_own_type(
    convert: Callable[..., Any], tmp_path: Path
) -> None:
    random = np.random.default_rng(2)
    weights = random.standard_normal((4, 3, 3, 3)).astype(np.float16)
    picture = replace(read_onnx(FOLDER / "unet.onnx").inputs[0], shape=(1, 3, 8, 8), kind="float16")
    half = model(node("Conv", ("x", "w"), kernel_shape=(3, 3)), inputs=[picture], w=weights)
    result, _ = convert(write(tmp_path / "m.onnx", half))
    assert 0 < result["difference"] < 0.004
