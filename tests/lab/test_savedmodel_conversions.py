"""SavedModels are converted in the TensorFlow environment; those that touch files are refused there as well."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.child.start import Step, run
from lab.environments.environment import ENVIRONMENTS
from lab.formats.savedmodel.packing import pack_folder
from lab.refusal import Reason, Refused
from rune.model.tflite import read_model

TENSORFLOW = ENVIRONMENTS["tensorflow"]

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not TENSORFLOW.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]

SOURCES = """
import sys, keras, tensorflow as tf
from keras import layers as L
keras.utils.set_random_seed(3)
model = keras.Sequential([L.Input((16, 8, 1)), L.Conv2D(4, 3, activation="relu"), L.BatchNormalization(),
                          L.DepthwiseConv2D(3), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")])
model.export("good", verbose=False)
recurrent = keras.Sequential([L.Input((9, 4)), L.GRU(5, return_sequences=True), L.Bidirectional(L.LSTM(3)), L.Dense(2)])
recurrent.export("recurrent", verbose=False)

class Attack(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def answer(self, x):
        tf.io.write_file(sys.argv[1], "ran")
        return x * 2

attack = Attack()
tf.saved_model.save(attack, "attack", signatures=attack.answer)
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": str(folder)}
    command = [str(TENSORFLOW.python), "-c", SOURCES, str(folder / "canary")]
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    return folder


def test_a_savedmodel_is_converted_and_gives_what_tensorflow_gives(sources: Path, tmp_path: Path) -> None:
    pack_folder(sources / "good", tmp_path / "packed")
    step = Step("savedmodel", {}, {"source": tmp_path / "packed"}, {"model": tmp_path / "m.tflite"})
    assert run(step, TENSORFLOW.python).result["difference"] < 1e-5
    assert read_model((tmp_path / "m.tflite").read_bytes()).operators


def test_recurrent_layers_that_were_saved_for_any_batch_are_converted(sources: Path, tmp_path: Path) -> None:
    pack_folder(sources / "recurrent", tmp_path / "packed")
    step = Step("savedmodel", {}, {"source": tmp_path / "packed"}, {"model": tmp_path / "m.tflite"})
    assert run(step, TENSORFLOW.python).result["difference"] < 1e-5
    model = read_model((tmp_path / "m.tflite").read_bytes())
    assert [operator.op for operator in model.operators].count("WHILE") == 3
    assert model.tensors[model.inputs[0]].shape == (1, 9, 4)


@pytest.mark.protects("models-in/savedmodel-code")
def test_a_savedmodel_that_writes_a_file_is_refused_and_did_not_run(sources: Path, tmp_path: Path) -> None:
    pack_folder(sources / "attack", tmp_path / "packed")
    step = Step("savedmodel", {}, {"source": tmp_path / "packed"}, {"model": tmp_path / "m.tflite"})
    with pytest.raises(Refused, match="WriteFile") as error:
        run(step, TENSORFLOW.python)
    assert error.value.reason is Reason.UNKNOWN_LAYER
    assert not (sources / "canary").exists()


def test_a_converted_savedmodel_that_answers_otherwise_is_refused_with_its_first_layer(
    sources: Path, tmp_path: Path
) -> None:
    pack_folder(sources / "good", tmp_path / "packed")
    step = Step("savedmodel", {}, {"source": tmp_path / "packed"}, {"model": tmp_path / "m.tflite"})
    run(step, TENSORFLOW.python)
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
from pathlib import Path
import tensorflow as tf
from lab.formats.savedmodel.converting import compare
from lab.refusal import Refused
model = tf.saved_model.load({str(sources / "good")!r})
function = model.signatures["serving_default"]
data = Path({str(tmp_path / "m.tflite")!r}).read_bytes()
shapes = {{name: (1, 16, 8, 1) for name in function.structured_input_signature[1]}}
print(compare(function, data, shapes))
kernel = next(each for each in function.variables if each.shape == (3, 3, 4, 1))
kernel.assign(kernel * 1.5)
try:
    compare(function, data, shapes)
except Refused as refused:
    print(refused.reason, refused)
"""
    process = subprocess.run(
        [str(TENSORFLOW.python), "-c", code],
        env={"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-2000:]
    first, second = process.stdout.splitlines()[-2:]
    assert float(first) < 1e-5
    assert second.startswith("differs ")
    assert 'The first layer that differs is "depthwise_conv2d' in second
