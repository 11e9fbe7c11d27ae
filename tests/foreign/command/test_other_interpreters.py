"""Host models on interpreters that cannot live beside the project's own packages, each in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.foreign

UV = REPOSITORY / ".venv/bin/uv"
DRIVER = Path(__file__).with_name("other_interpreters.py")
COMMON = ("pyyaml", "wasmtime>=50,<51")


def environment(folder: Path, *packages: str) -> Path:
    """The Python of a new environment of Python 3.11 with these packages; skips where they cannot be installed."""
    for command in (
        [str(UV), "venv", "--quiet", "--python", "3.11", str(folder)],
        [str(UV), "pip", "install", "--quiet", "--python", str(folder), *COMMON, *packages],
    ):
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if result.returncode:
            pytest.skip(f"the package index does not give {packages[0]}: {result.stderr.strip()[-200:]}")
    return folder / "bin/python"


def results(python: Path, *work: str) -> dict[str, Any]:
    process = subprocess.run(
        [str(python), "-I", str(DRIVER), *work], capture_output=True, text=True, timeout=300, check=False
    )
    assert process.returncode == 0, process.stderr[-2000:]
    answer: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return answer


@pytest.mark.slow
def test_tflite_runtime_runs_host_models_with_numpy_1(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", "tflite-runtime==2.14.0", "numpy<2")
    report = results(python, "reference_models", "conformance")
    assert report["reference_models"]["name"] == "tflite-runtime 2.14.0"
    assert report["reference_models"]["models"] > 50
    # Of all the bytes of all the models, its older kernels round one of each of these to the next value.
    rounded = {"fully_connected_i8_keep_dimensions": 1, "fully_connected_i8_weights_of_4_bits": 1}
    assert report["reference_models"]["differing"].items() <= rounded.items()
    assert all(report["conformance"].values()), report["conformance"]


def test_onnxruntime_runs_onnx_models(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", "onnxruntime>=1.20,<2", "numpy>=2.2,<3")
    report = results(python, "onnx")["onnx"]
    for where in ("here", "there"):
        input_type, output_type, elements, name = report[where]
        assert (input_type, output_type, elements) == ("f32[1, 3]", "f32[1, 3]", [1.5, 3.5, 5.5])
        assert name.startswith("onnxruntime 1.")
