"""Models of Keras are converted in the TensorFlow environment, and hostile ones are refused there as well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.child.start import Step, run
from lab.command.conversion import FloatModel, Request, make_forms
from lab.command.conversion import convert as convert_whole
from lab.environments.environment import ENVIRONMENTS
from lab.formats.identify import SourceFormat
from lab.formats.keras.objects import ACTIVATIONS, LAYERS
from lab.quantize.forms import TENSORFLOW_INT8
from lab.refusal import Reason, Refused
from rune.model.tflite import TensorKind, read_model, signature
from tests.lab.formats.keras_files import dense, layer, sequential, write_h5, write_keras

MODELS = Path(__file__).resolve().parent / "models"
TENSORFLOW = ENVIRONMENTS["tensorflow"]

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not TENSORFLOW.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]


@pytest.fixture
def convert(tmp_path: Path) -> Callable[..., tuple[Any, bytes]]:
    def converted(source: Path, **shapes: list[int]) -> tuple[Any, bytes]:
        step = Step("keras", {"shapes": shapes}, {"source": source}, {"model": tmp_path / "converted"})
        return run(step, TENSORFLOW.python).result, (tmp_path / "converted").read_bytes()

    return converted


def in_keras(code: str, folder: Path) -> str:
    """Runs Python in the environment; what it printed."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": str(folder.parent)}
    command = [str(TENSORFLOW.python), "-c", code]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    return process.stdout


@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_a_model_is_converted_and_gives_what_keras_gives(convert: Callable[..., Any], name: str) -> None:
    result, data = convert(MODELS / name)
    assert result["difference"] < 1e-5
    assert result["inputs"] == [{"name": "frames", "shape": [1, 12, 6]}]
    model = read_model(data)
    assert tuple(model.tensors[model.inputs[0]].shape) == (1, 12, 6)
    assert convert(MODELS / name)[1] == data


SOURCES = """
import keras
from keras import layers as L, ops
keras.utils.set_random_seed(4)
def save(name, *layers, shape=(16, 8)):
    keras.Sequential([L.Input(shape), *layers]).save(name)
save("lstm.keras", L.LSTM(6), L.Dense(3, "softmax"))
save("gru.keras", L.Bidirectional(L.GRU(5, return_sequences=True)), L.TimeDistributed(L.Dense(2)))
save("conv_1d.keras", L.Conv1D(8, 3, activation="relu6"), L.BatchNormalization(), L.MaxPooling1D(), L.Flatten(),
     L.Dense(4))
save("words.keras", L.Embedding(50, 6), L.GlobalAveragePooling1D(), L.Dense(2), shape=(12,))
save("separable.keras", L.SeparableConv2D(8, 3, activation="hard_swish"), L.ReLU(6.0), L.Dropout(0.2),
     L.GlobalMaxPooling2D(), shape=(16, 16, 3))
source = L.Input((10, 8))
value = L.MultiHeadAttention(2, 4)(source, source)
value = L.LayerNormalization()(value + source)
keras.Model(source, [L.Dense(3)(L.Flatten()(value)), value * 0.5]).save("attention.keras")
inner = keras.Sequential([L.Input((8,)), L.Dense(6, "elu")], name="inner")
left, right = L.Input((8,), name="left"), L.Input((8,), name="right")
keras.Model([right, left], L.Concatenate()([inner(left), inner(right)])).save("two.keras")
source = L.Input((6, 8))
rest = ops.transpose(source[:, 1:, ...], (0, 2, 1))
value = ops.matmul(rest, ops.clip(source[..., :5, :], -1.0, 1.0))
value = ops.concatenate([value, ops.expand_dims(source[:, -1], 1)], axis=1)
value = ops.stack([value, -value], axis=1)
value = ops.max(value, axis=1) - ops.min(value, axis=2, keepdims=True)[:, 0]
value = ops.squeeze(ops.reshape(value, (-1, 1, 9, 8)), 1) + ops.convert_to_tensor([[0.5] * 8])
model = keras.Model(source, L.Dense(3)(ops.tanh(ops.log(ops.power(value, 2.0) + 1.0))))
model.save("operations.keras")
model.save("operations.h5")
keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=5).save("mobilenet.keras")
keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=5).save("mobilenet.h5")
"""


def test_layers_of_many_kinds_are_converted(convert: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    in_keras(SOURCES, folder)
    differences = {path.name: convert(path)[0]["difference"] for path in sorted(folder.iterdir())}
    assert len(differences) == 11
    assert max(differences.values()) < 1e-4, differences


def test_every_layer_of_the_list_is_keras_own_and_has_its_arguments(tmp_path: Path) -> None:
    code = """
import inspect, json, keras
def arguments(name):
    kind = getattr(keras.layers, name)
    names = set()
    for one in kind.__mro__:
        if "__init__" in vars(one):
            names |= set(inspect.signature(one.__init__).parameters)
    return sorted(names)
print(json.dumps({name: arguments(name) for name in dir(keras.layers) if inspect.isclass(getattr(keras.layers, name))}))
print(json.dumps([name for name in NAMES if not callable(getattr(keras.activations, name, None))]))
"""
    lines = in_keras(code.replace("NAMES", repr(sorted(ACTIVATIONS))), tmp_path).splitlines()
    keras_arguments = json.loads(lines[0])
    assert set(LAYERS) <= set(keras_arguments)
    # Keras still reads the arguments of earlier versions.
    earlier = {"batch_input_shape", "input_length", "alpha", "rms_scaling", "zero_output_for_mask", "unroll"}
    unknown = {name: sorted(LAYERS[name] - set(keras_arguments[name]) - earlier) for name in LAYERS}
    assert {name: arguments for name, arguments in unknown.items() if arguments} == {}
    assert json.loads(lines[1]) == ["hard_swish"] or json.loads(lines[1]) == []


SEVERAL = """
import keras, numpy as np
from keras import layers as L
keras.utils.set_random_seed(4)
motion, audio, level = (keras.Input((size,), name=name) for name, size in (("motion", 6), ("audio", 4), ("level", 3)))
joined = L.Concatenate()([L.Dense(3)(audio), L.Dense(2)(motion), level])
outputs = [L.Dense(2, name="scores")(joined), L.Dense(1, name="loudness")(joined)]
keras.Model([motion, audio, level], outputs).save("several.keras")
random = np.random.default_rng(1)
np.savez("samples.npz", level=random.normal(size=(40, 3)) * 9, audio=random.normal(size=(40, 4)), motion=random.normal(
    size=(40, 6)))
"""


@pytest.mark.parametrize("form", ["int8", TENSORFLOW_INT8.name])
def test_several_inputs_and_outputs_keep_the_names_and_the_order_of_keras(tmp_path: Path, form: str) -> None:
    in_keras(SEVERAL, tmp_path)
    samples = tmp_path / "samples"
    samples.mkdir()
    (tmp_path / "samples.npz").rename(samples / "samples.npz")
    request = Request(tmp_path / "several.keras", form, ("float32", form), samples=samples)
    result = convert_whole(request, lambda _share, _text: None)
    inputs, outputs = (
        [tensor.name for tensor in tensors]
        for tensors in (signature(read_model(result.data)).inputs, signature(read_model(result.data)).outputs)
    )
    assert (inputs, outputs) == (["motion", "audio", "level"], ["scores", "loudness"])
    ranges = dict(zip(inputs, result.report["samples"]["ranges"], strict=True))
    assert max(ranges["level"]) > 9 > max(*ranges["audio"], *ranges["motion"])


def test_the_output_of_a_sequential_model_has_the_name_of_its_last_layer(
    convert: Callable[..., Any], tmp_path: Path
) -> None:
    code = """
import keras
from keras import layers as L
keras.Sequential([L.Input((4,)), L.Dense(8), L.Dense(3, "softmax", name="scores")]).save("few.keras")
"""
    in_keras(code, tmp_path)
    _, data = convert(tmp_path / "few.keras")
    assert [tensor.name for tensor in signature(read_model(data)).outputs] == ["scores"]


def test_samples_without_an_array_of_an_input_are_refused_by_the_name_of_keras(tmp_path: Path) -> None:
    in_keras(SEVERAL.replace("level=random", "volume=random"), tmp_path)
    samples = tmp_path / "samples"
    samples.mkdir()
    (tmp_path / "samples.npz").rename(samples / "samples.npz")
    with pytest.raises(Refused, match='no array "level", which is an input of the model'):
        convert_whole(
            Request(tmp_path / "several.keras", "int8", ("float32", "int8"), samples=samples),
            lambda _share, _text: None,
        )


RECURRENT = """
import keras
from keras import layers as L
keras.utils.set_random_seed(4)
def save(name, steps, *layers):
    keras.Sequential([L.Input((steps, 6)), *layers, L.Dense(3)]).save(name)
save("few.keras", 10, L.GRU(5, return_sequences=True), L.Bidirectional(L.LSTM(4)))
save("many.keras", 129, L.LSTM(4))
"""


def test_recurrent_layers_of_few_steps_have_no_loop_and_are_quantised(
    convert: Callable[..., Any], tmp_path: Path
) -> None:
    in_keras(RECURRENT, tmp_path)
    result, data = convert(tmp_path / "few.keras")
    assert result["difference"] < 1e-5
    assert "WHILE" not in {operator.op for operator in read_model(data).operators}
    (tmp_path / "few.tflite").write_bytes(data)
    outcome = make_forms(
        Request(tmp_path / "few.tflite", forms=("float32", "int8")),
        FloatModel(tmp_path / "few.tflite", SourceFormat.TFLITE, None),
        tmp_path,
        lambda _share, _text: None,
    )
    decibels = {row["form"]: row["output"] for row in outcome.result["forms"]}
    assert decibels["int8"] > 10
    result, data = convert(tmp_path / "many.keras")
    assert result["difference"] < 1e-5
    assert "WHILE" in {operator.op for operator in read_model(data).operators}


def test_tensorflow_quantises_a_keras_model_itself(tmp_path: Path) -> None:
    name = TENSORFLOW_INT8.name
    request = Request(MODELS / "network.keras", name, ("float32", "int8", name))
    result = convert_whole(request, lambda _share, _text: None)
    decibels = {row["form"]: row["output"] for row in result.report["forms"]}
    assert decibels[name] > 15
    assert result.provenance["quantiser"].startswith("TensorFlow ")
    model = read_model(result.data)
    assert {model.tensors[place].kind for place in (*model.inputs, *model.outputs)} == {TensorKind.INT8}
    assert {model.tensors[each.outputs[0]].kind for each in model.operators if each.op == "CONV_2D"} == {
        TensorKind.INT8
    }


def test_a_loop_is_refused_by_name_and_leaves_the_other_forms(tmp_path: Path) -> None:
    in_keras(RECURRENT, tmp_path)
    request = Request(tmp_path / "many.keras", forms=("float32", "int8", TENSORFLOW_INT8.name))
    rows = {row["form"]: row for row in convert_whole(request, lambda _share, _text: None).report["forms"]}
    assert rows["float32"]["output"] == 200
    for form in ("int8", TENSORFLOW_INT8.name):
        assert rows[form]["refusal"].startswith(f"{form}: the model has a loop")
        assert "at most 128 steps" in rows[form]["refusal"]


@pytest.mark.protects("models-in/keras-code")
def test_a_lambda_that_keras_itself_wrote_is_refused_and_did_not_run(
    convert: Callable[..., Any], tmp_path: Path
) -> None:
    code = """
import keras
from keras import layers as L
model = keras.Sequential([L.Input((4,)), L.Lambda(lambda x: (open("CANARY", "w"), x)[1], output_shape=(4,))])
model.save("attack.keras")
model.save("attack.h5")
""".replace("CANARY", str(tmp_path / "canary"))
    in_keras(code, tmp_path)
    (tmp_path / "canary").unlink(missing_ok=True)
    for name in ("attack.keras", "attack.h5"):
        with pytest.raises(Refused) as error:
            convert(tmp_path / name)
        assert error.value.reason is Reason.PYTHON_CODE
    assert not (tmp_path / "canary").exists()


def test_files_that_tests_make_by_hand_are_files_of_keras(convert: Callable[..., Any], tmp_path: Path) -> None:
    """The hostile files of the other tests are good files but for what is hostile in them."""
    assert convert(write_keras(tmp_path / "m.keras"))[0]["difference"] < 1e-5
    assert convert(write_h5(tmp_path / "m.h5"))[0]["difference"] < 1e-5


@pytest.mark.protects("models-in/limits")
def test_a_model_larger_than_the_memory_is_refused(convert: Callable[..., Any], tmp_path: Path) -> None:
    huge = sequential(layer("Dense", name="dense", units=1 << 22), dense(name="more", units=1 << 20))
    with pytest.raises(Refused) as error:
        convert(write_keras(tmp_path / "m.keras", huge))
    assert error.value.reason in (Reason.OUT_OF_MEMORY, Reason.BROKEN)


def test_weights_that_do_not_fit_are_named(convert: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        convert(write_keras(tmp_path / "m.keras", sequential(dense(units=7))))
    assert error.value.reason is Reason.BROKEN


def test_a_converted_model_that_answers_otherwise_is_refused_with_its_first_layer(tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(MODELS.parents[2])!r})
from pathlib import Path
import keras, numpy as np
from lab.formats.keras.converting import compare
from lab.formats.keras.reading import read_keras
from lab.refusal import Refused
path = Path({str(MODELS / "network.keras")!r})
model = keras.models.load_model(path)
data = Path({str(MODELS / "network.tflite")!r}).read_bytes()
source = read_keras(path)
print(compare(model, data, source))
changed = model.get_layer("mixing")
changed.set_weights([value * 1.01 for value in changed.get_weights()])
try:
    compare(model, data, source)
except Refused as refused:
    print(refused.reason, refused)
"""
    first, second = in_keras(code, tmp_path).splitlines()[-2:]
    assert float(first) < 1e-5
    assert second.startswith("differs ")
    assert 'The first layer that differs is "mixing"' in second
