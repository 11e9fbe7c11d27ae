"""Models that a host runs: verified, loaded and run by what is installed."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from rune.abi import ModelFormat
from rune.capabilities.randomness import random_bytes, random_words
from rune.model.profile import LITERT
from rune.running.runtime.errors import ModelLoadError, ModelRunError, ModelRuntimeMissing
from rune.running.runtime.interpreters import Interpreter, open_model, tflite
from rune.tensor import ElementType, TensorType
from tests.support.models.model_cases import model_cases
from tests.support.models.real_models import QUICK_MODELS

TFLITE = ModelFormat.TENSORFLOW_LITE.mimetype
MODELS = {case.name: case for case in model_cases()}


def generated(kind: TensorType) -> bytes:
    """Integers of any value; floats in 0 to 1."""
    if kind.element.is_integer:
        return random_bytes(1, kind.size)
    words = random_words(1)
    code = "f" if kind.element is ElementType.F32 else "d"
    return struct.pack(f"<{kind.count}{code}", *(next(words) / (1 << 32) for _ in range(kind.count)))


def run_on_generated_input(model: Interpreter) -> tuple[bytes, ...]:
    return model.run([generated(kind) for kind in model.inputs])


@pytest.mark.parametrize("name", ["add_i8_rank_2", "quantize_f32_to_i8", "softmax_i8_rows", "chain_i8_dense"])
def test_reference_kernels_answer_as_they_are_recorded(name: str) -> None:
    case = MODELS[name]
    model = open_model(TFLITE, case.data, reference=LITERT)
    assert [model.run(run.inputs) for run in case.runs] == [run.outputs for run in case.runs]
    assert model.name.startswith("ai-edge-litert ")


def test_several_inputs_and_outputs_keep_the_models_order() -> None:
    case = MODELS["chain_f32_two_inputs_two_outputs"]
    model = open_model(TFLITE, case.data, reference=LITERT)
    assert [str(kind) for kind in model.inputs] == ["f32[1, 9]", "f32[1, 4]"]
    assert [str(kind) for kind in model.outputs] == ["f32[1, 5]", "f32[1, 5]"]
    assert model.run(case.runs[0].inputs) == case.runs[0].outputs


@pytest.mark.parametrize("name", QUICK_MODELS)
def test_real_models_of_every_kind_run(test_data: Path, name: str) -> None:
    model = open_model(TFLITE, (test_data / "models" / f"{name}.tflite").read_bytes())
    outputs = run_on_generated_input(model)
    assert [len(data) for data in outputs] == [kind.size for kind in model.outputs]
    assert any(any(data) for data in outputs)
    model.close()


@pytest.mark.protects("runes/host-models")
def test_damaged_models_never_reach_an_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached() -> None:
        raise AssertionError("the interpreter was loaded for bytes that are no model")

    monkeypatch.setattr(tflite, "_package", reached)
    good = MODELS["add_i8_rank_2"].data
    for data in (b"", b"TFL3", bytes(100), good[:100], good[:-8], good.replace(b"TFL3", b"TFL4")):
        with pytest.raises(ModelLoadError):
            open_model(TFLITE, data)


def test_a_model_that_would_take_too_much_memory_is_refused_before_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tflite, "WORKING_MEMORY_LIMIT", 40)
    with pytest.raises(ModelLoadError, match="more than the limit of 40"):
        open_model(TFLITE, MODELS["add_i8_rank_2"].data)


def test_inputs_of_another_number_or_length_are_refused() -> None:
    model = open_model(TFLITE, MODELS["add_i8_rank_2"].data)
    with pytest.raises(ModelRunError, match="has 2 inputs, but 1 were given"):
        model.run([bytes(17)])
    with pytest.raises(ModelRunError, match=r"input 1 of the model is i8\[1, 17\] \(17 bytes\), not 16 bytes"):
        model.run([bytes(17), bytes(16)])


def test_a_closed_model_says_so() -> None:
    model = open_model(TFLITE, MODELS["add_i8_rank_2"].data)
    model.close()
    model.close()
    with pytest.raises(ModelRunError, match="closed"):
        model.run([bytes(17), bytes(17)])


def test_without_any_interpreter_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflite, "find_spec", lambda _name: None)
    with pytest.raises(
        ModelRuntimeMissing, match=r"install ai-edge-litert .*host-models.*tflite-runtime or tensorflow"
    ):
        open_model(TFLITE, MODELS["add_i8_rank_2"].data)


@pytest.mark.parametrize(
    ("mimetype", "words"),
    [
        (ModelFormat.TENSORFLOW_JS.mimetype, "runs in a browser"),
        (ModelFormat.TENSORFLOW.mimetype, "convert the model to TensorFlow Lite"),
    ],
)
def test_formats_that_run_elsewhere_say_where(mimetype: str, words: str) -> None:
    with pytest.raises(ModelRuntimeMissing, match=words):
        open_model(mimetype, b"anything")


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ModelLoadError, match='The "application/pickle" format isn\'t supported'):
        open_model("application/pickle", b"")


def test_nothing_heavy_is_imported_before_a_model_needs_it() -> None:
    import subprocess

    code = (
        "import sys, rune.running.runtime, rune.running.runtime.interpreters;"
        "print([name for name in ('numpy', 'ai_edge_litert', 'onnxruntime', 'PIL') if name in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


def test_each_format_is_run_or_refused_by_name() -> None:
    for form in ModelFormat:
        with pytest.raises((ModelLoadError, ModelRuntimeMissing)) as error:
            open_model(form.mimetype, b"")
        assert "isn't supported" not in str(error.value)
