"""The forms of a float model: what each is made of, how far it is from the float model, and layers that stay float."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.child.job import ChildJob
from lab.command.table import lines
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from lab.quantize import step
from lab.quantize.forms import FORMS, Form, recipe
from lab.quantize.layers import layers_of, tensors_of
from lab.quantize.noise import RunningModel, answer_of, compare
from lab.quantize.samples import pack_samples
from lab.quantize.step import run
from lab.refusal import Reason, Refused
from rune.model.tflite import Model, TensorKind, read_model

MODELS = Path(__file__).resolve().parent.parent / "models"
NETWORK = (MODELS / "network.tflite").read_bytes()

Quantise = Callable[..., tuple[dict[str, Any], dict[str, bytes]]]


@pytest.fixture
def quantise(tmp_path: Path) -> Quantise:
    """Makes forms in this process; the result and the files."""

    def quantised_forms(*forms: str, data: bytes = NETWORK, samples: Path | None = None, **spec: Any) -> Any:
        source = tmp_path / "source"
        source.write_bytes(data)
        inputs = {"source": source}
        if samples is not None:
            inputs["samples"] = tmp_path / "samples.zip"
            pack_samples(samples, inputs["samples"])
        outputs = {form: tmp_path / form for form in forms}
        result = run(ChildJob(tmp_path, {"forms": list(forms), **spec}, inputs, outputs, lambda _share, _text: None))
        return result, {form: path.read_bytes() for form, path in outputs.items()}

    return quantised_forms


def kinds(model: Model, op: str) -> set[str]:
    """The types of what the operators of a kind give."""
    return {model.tensors[one.outputs[0]].kind.name for one in model.operators if one.op == op}


@pytest.mark.slow
def test_every_form_is_made_and_compared(quantise: Quantise) -> None:
    result, files = quantise(*FORMS)
    rows = {row["form"]: row for row in result["forms"]}
    assert files["float32"] == NETWORK
    assert rows["float32"]["output"] == 200.0
    assert rows["float16"]["output"] > rows["dynamic"]["output"] > rows["int8"]["output"] > 15
    assert rows["int8"]["arena"] < rows["float32"]["arena"] / 2
    assert all(row["arena"] and row["constants"] and not row["reason"] for row in rows.values())
    assert all(row["size"] == len(files[form]) for form, row in rows.items())
    int8, int16 = read_model(files["int8"]), read_model(files["int16x8"])
    assert {int8.tensors[index].kind for index in (*int8.inputs, *int8.outputs)} == {TensorKind.INT8}
    assert kinds(int8, "CONV_2D") == {"INT8"}
    assert kinds(int16, "CONV_2D") == {"INT16"}


@pytest.mark.slow
def test_a_layer_has_scales_for_its_channels_or_one(quantise: Quantise) -> None:
    _, files = quantise("int8", "int8-tensor")
    channels = {
        form: max(len(one.quantization.scales) for one in read_model(data).tensors if one.quantization is not None)
        for form, data in files.items()
    }
    assert channels == {"int8": 8, "int8-tensor": 1}


@pytest.mark.slow
def test_a_layer_that_is_kept_stays_float(quantise: Quantise) -> None:
    plain, _ = quantise("int8")
    hybrid, files = quantise("int8", floats=["mixing_1"])
    model = read_model(files["int8"])
    assert kinds(model, "CONV_2D") == {"INT8", "FLOAT32"}
    before, after = plain["forms"][0]["layers"], hybrid["forms"][0]["layers"]
    assert after["mixing_1"] > before["mixing_1"]


def test_a_layer_that_does_not_exist_is_named(quantise: Quantise) -> None:
    with pytest.raises(Refused, match=r'no layer "nothing".*mixing_1'):
        quantise("int8", floats=["nothing"])


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(quantise: Quantise) -> None:
    assert quantise("int8") == quantise("int8")


@pytest.mark.slow
def test_samples_measure_ranges_and_judge(quantise: Quantise, tmp_path: Path) -> None:
    model = RunningModel(NETWORK)
    random = np.random.default_rng(3)
    folder = tmp_path / "samples"
    answers = set()
    for number in range(60):
        sample = (random.standard_normal((12, 6)) * (1 + number % 5)).astype(np.float32)
        answer = answer_of(model.run([sample]))
        answers.add(answer)
        (folder / str(answer)).mkdir(parents=True, exist_ok=True)
        np.save(folder / str(answer) / f"{number}.npy", sample)
    for number in range(3):  # each class has a folder
        (folder / str(number)).mkdir(exist_ok=True)
        np.save(folder / str(number) / "more.npy", np.stack([np.full((12, 6), 0.1 * number, np.float32)] * 2))
    result, _ = quantise("float32", "int8", samples=folder)
    about = result["samples"]
    assert (about["kind"], about["classes"]) == ("files", ["0", "1", "2"])
    assert about["calibration"] + about["judging"] == 66
    rows = {row["form"]: row for row in result["forms"]}
    assert rows["float32"]["changed"] == 0
    assert rows["float32"]["right"] >= rows["float32"]["samples"] - 6
    assert rows["int8"]["right"] is not None


def test_layers_are_named_as_their_author_named_them() -> None:
    layers = layers_of(read_model(NETWORK))
    assert [layer.name for layer in layers][:3] == ["first_1", "wide_1", "mixing_1"]
    assert tensors_of(layers, ["wide_1"]) == (layers[1].tensor,)
    assert len({layer.name for layer in layers}) == len(layers)


@pytest.mark.slow
def test_a_quantised_model_is_not_quantised_again(quantise: Quantise) -> None:
    _, files = quantise("int8")
    with pytest.raises(Refused, match="quantised already") as error:
        quantise("int8", data=files["int8"])
    assert error.value.reason is Reason.NOT_CONVERTED


@pytest.mark.parametrize("data", [b"", b"\0\0\0\0TFL3" + bytes(100), NETWORK[:2000]])
def test_a_damaged_model_is_refused(quantise: Quantise, data: bytes) -> None:
    with pytest.raises(Refused) as error:
        quantise("int8", data=data)
    assert error.value.reason is Reason.BROKEN


def test_names_of_layers_are_no_patterns() -> None:
    settings = recipe(FORMS["int8"], ["a.*(b"])[1]
    assert settings["regex"] == r"(^|;)a\.\*\(b(;|$)"
    with pytest.raises(ValueError, match="no recipe"):
        recipe(FORMS["float32"])


def test_a_form_that_no_interpreter_runs_is_named() -> None:
    layers = layers_of(read_model(NETWORK))
    with pytest.raises(Refused, match="int8: no interpreter can run") as error:
        compare(NETWORK, {"int8": b"\0\0\0\0TFL3" + bytes(64)}, [], layers)
    assert error.value.reason is Reason.NOT_CONVERTED


def test_a_form_that_is_refused_is_a_row_with_its_reason_unless_it_is_the_wanted_one(
    quantise: Quantise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = step.quantised

    def some(data: bytes, form: Form, *rest: Any) -> bytes:
        if form.name == "dynamic":
            raise Refused(Reason.NOT_CONVERTED, "dynamic: the quantiser refused the model.", "ValueError")
        return make(data, form, *rest)

    monkeypatch.setattr(step, "quantised", some)
    with pytest.raises(Refused, match="dynamic"):
        quantise("float32", "dynamic", form="dynamic")
    source = tmp_path / "network"
    source.write_bytes(NETWORK)
    forms = ["float32", "dynamic", "float16"]
    outputs = {form: tmp_path / form for form in forms}
    spec = {"forms": forms, "form": "float16"}
    report = step.run(ChildJob(tmp_path, spec, {"source": source}, outputs, lambda _share, _text: None))
    assert [row["form"] for row in report["forms"]] == ["float32", "float16", "dynamic"]
    assert report["forms"][2] == {
        "form": "dynamic",
        "refusal": "dynamic: the quantiser refused the model.",
        "detail": "ValueError",
    }
    assert "dynamic was not converted: the quantiser refused the model. ValueError" in "\n".join(
        lines(report, "float16", (), "train")
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cnn", "words"])
def test_networks_that_were_exported_are_quantised(quantise: Quantise, name: str) -> None:
    """One with padding in front of a pooling, and one whose inputs are whole numbers."""
    source = read_onnx(MODELS / "onnx" / f"{name}.onnx")
    result, _ = quantise("float32", "int8", data=translate(fix_shapes(source, {})).data)
    row = result["forms"][1]
    assert (row["form"], row["reason"]) == ("int8", "")
    assert row["output"] > 15
