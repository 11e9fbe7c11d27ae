"""Damaged Keras, ONNX, PyTorch, SavedModel and TFLite files are read or refused by name: no other exception, no crash,
no hang, nothing written outside the folder, no connection and no program."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.lab.formats.canaries import STATUS
from tests.lab.formats.fuzzing import REPOSITORY, outcomes
from tests.lab.formats.test_savedmodel_hostile import RESTORE, graphs, node

MODELS = Path(__file__).resolve().parent.parent / "models"
FEW, MANY, MANY_OF_OTHERS = 60, 5000, 1000
KERAS = ("network.keras", "network.h5")
LEARNERS = ("logistic.onnx", "forest_scaled.onnx", "boosting_two.onnx")
ONNX = ("unet.onnx", "attention.onnx", "shuffle.onnx", "gru.onnx", "words.onnx")


@pytest.fixture
def savedmodel(tmp_path: Path) -> Path:
    """A SavedModel as an archive."""
    path = tmp_path / "sources" / "model.zip"
    path.parent.mkdir()
    serving = node("StatefulPartitionedCall", RESTORE)
    data = graphs(serving, serve=node("Conv2D"), more=node("Relu"), **{RESTORE: node("RestoreV2")})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/saved_model.pb", data)
        archive.writestr("model/fingerprint.pb", b"\x08\x01")
        archive.writestr("model/variables/variables.index", bytes(range(200)))
        archive.writestr("model/variables/variables.data-00000-of-00001", bytes(400))
    return path


def fuzz(format_: str, source: Path, count: int, tmp_path: Path) -> dict[str, int]:
    folder = tmp_path / "fuzzed"
    folder.mkdir()
    counts = outcomes(format_, source, count, folder)
    assert sum(counts.values()) == count
    assert {each.name for each in folder.iterdir()} <= {"damaged", "unpacked"}
    assert counts["broken"] > count / 20
    return counts


@pytest.mark.slow
@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize("name", KERAS)
def test_damaged_keras_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    fuzz("keras", MODELS / name, FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.protects("models-in/onnx-bomb")
def test_damaged_onnx_files_are_translated_or_refused(tmp_path: Path) -> None:
    fuzz("onnx", MODELS / "onnx" / ONNX[0], FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.protects("models-in/onnx-bomb")
@pytest.mark.parametrize("name", LEARNERS)
def test_damaged_files_of_scikit_learn_are_converted_or_refused(name: str, tmp_path: Path) -> None:
    fuzz("learners", MODELS / "sklearn" / name, FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.protects("models-in/pt2-archive")
def test_damaged_programs_of_pytorch_are_read_or_refused(tmp_path: Path) -> None:
    counts = fuzz("pt2", MODELS / "network.pt2", FEW, tmp_path)
    assert counts.get("read", 0) > 0


@pytest.mark.slow
@pytest.mark.protects("models-in/savedmodel-archive")
def test_damaged_savedmodels_are_read_or_refused(savedmodel: Path, tmp_path: Path) -> None:
    counts = fuzz("savedmodel", savedmodel, FEW, tmp_path)
    assert counts.get("read", 0) > 0


@pytest.mark.slow
@pytest.mark.protects("models-in/tflite-damaged")
def test_damaged_tflite_files_are_read_or_refused(tmp_path: Path) -> None:
    counts = fuzz("tflite", MODELS / "network.tflite", FEW, tmp_path)
    assert counts.get("read", 0) > 0


@pytest.mark.proof
@pytest.mark.protects("models-in/tflite-damaged")
def test_many_damaged_tflite_files_are_read_or_refused(tmp_path: Path) -> None:
    fuzz("tflite", MODELS / "network.tflite", MANY, tmp_path)


@pytest.mark.proof
@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize("name", KERAS)
def test_many_damaged_keras_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    fuzz("keras", MODELS / name, MANY, tmp_path)


@pytest.mark.proof
@pytest.mark.protects("models-in/pt2-archive")
def test_many_damaged_programs_of_pytorch_are_read_or_refused(tmp_path: Path) -> None:
    fuzz("pt2", MODELS / "network.pt2", MANY, tmp_path)


@pytest.mark.proof
@pytest.mark.protects("models-in/onnx-bomb")
@pytest.mark.parametrize("name", ONNX)
def test_many_damaged_onnx_files_are_translated_or_refused(name: str, tmp_path: Path) -> None:
    fuzz("onnx", MODELS / "onnx" / name, MANY if name == ONNX[0] else MANY_OF_OTHERS, tmp_path)


@pytest.mark.proof
@pytest.mark.protects("models-in/savedmodel-archive")
def test_many_damaged_savedmodels_are_read_or_refused(savedmodel: Path, tmp_path: Path) -> None:
    fuzz("savedmodel", savedmodel, MANY, tmp_path)


@pytest.mark.parametrize(
    "code",
    [
        "open('/tmp/canary-of-a-model', 'w')",
        "import os; os.open('/tmp/canary-of-a-model', os.O_CREAT | os.O_WRONLY)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
        "import pickle; pickle.loads(b'cos\\nsystem\\n.')",
    ],
)
def test_the_canaries_of_these_tests_notice_what_code_in_a_file_would_do(code: str, tmp_path: Path) -> None:
    process = in_watched_process(code, tmp_path)
    assert (process.returncode, "canary: " in process.stderr) == (STATUS, True), process.stderr[-500:]
    assert not Path("/tmp/canary-of-a-model").exists()


def test_the_canaries_let_a_reader_work_in_its_folder(tmp_path: Path) -> None:
    code = "path = folder / 'x'\npath.write_text('y')\nprint(path.read_text())"
    process = in_watched_process(code, tmp_path)
    assert (process.returncode, process.stdout) == (0, "y\n"), process.stderr[-500:]


def in_watched_process(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs code in a process that is watched as those of these tests are."""
    imports = "import os, pickle, socket, subprocess\nfrom pathlib import Path\n"
    begin = f"from tests.lab.formats.canaries import watch\nfolder = Path({str(folder)!r})\nwatch(folder)\n"
    command = [sys.executable, "-c", imports + begin + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
