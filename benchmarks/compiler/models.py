"""The models that are measured: MLPerf Tiny's four and some others, each in the smallest project that runs it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import ROOT, CannotMeasure
from rune.model.tflite import read_model, signature
from rune.project.files import MemoryFiles

NAMES = {
    "kws": "keyword spotting",
    "vww": "visual wake words",
    "ic": "image classification",
    "ad": "anomaly detection",
}

FURTHER = {
    "microspeech": "microspeech",
    "person": "person_detection_uint8",
    "kws float": "mlperf_kws_float",
    "vww float": "mlperf_vww_float",
    "ic float": "mlperf_ic_float",
    "ad float": "mlperf_ad_float",
}
"""Other models by the names of their files."""


@dataclass(frozen=True)
class MeasuredModel:
    """A model and what its task is called."""

    name: str
    task: str
    data: bytes

    @property
    def project(self) -> MemoryFiles:
        """Raw bytes in, the model, its output as it is: nothing else that would take time."""
        interface = signature(read_model(self.data))
        (source,), (result,) = interface.inputs, interface.outputs
        runefile = f"""version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    outputs: [{{type: {source.type.element}, dimensions: {list(source.type.dimensions)}}}]
  model:
    model: ./model.tflite
    inputs: [input]
    outputs: [{{type: {result.type.element}, dimensions: {list(result.type.dimensions)}}}]
  output:
    out: tensor
    inputs: [model]
"""
        return MemoryFiles({"Runefile.yml": runefile.encode(), "model.tflite": self.data})

    def dequantized(self, scale: float) -> MemoryFiles:
        """The same with a block behind the model, which has an argument."""
        (result,) = signature(read_model(self.data)).outputs
        block = f"""  numbers:
    proc-block: hotg-ai/proc-blocks@v0.11.3#dequantize
    inputs: [model]
    outputs: [{{type: f32, dimensions: {list(result.type.dimensions)}}}]
    args: {{scale: {scale}, zero_point: 0}}
"""
        text = self.project.read("Runefile.yml").decode()
        text = text.replace("  output:", f"{block}  output:").replace("inputs: [model]\n", "inputs: [numbers]\n")
        text = text.replace("inputs: [numbers]", "inputs: [model]", 1)
        return MemoryFiles({"Runefile.yml": text.encode(), "model.tflite": self.data})


def test_data() -> Path:
    """The folder of the tests' data. Raises `CannotMeasure` where there is none."""
    folder = Path(os.environ.get("FORGE_TEST_DATA", str(ROOT.parent / "shared"))) / "models"
    if not folder.is_dir():
        raise CannotMeasure("the models are not here; name the folder of test data in FORGE_TEST_DATA")
    return folder


def models() -> list[MeasuredModel]:
    """MLPerf Tiny's four in int8. Raises `CannotMeasure`."""
    folder = test_data()
    return [
        MeasuredModel(name, task, (folder / f"mlperf_{name}_int8.tflite").read_bytes()) for name, task in NAMES.items()
    ]


def further_models() -> list[MeasuredModel]:
    """Microspeech, a person detector of uint8, and MLPerf Tiny's four of floats. Raises `CannotMeasure`."""
    folder = test_data()
    return [MeasuredModel(name, name, (folder / f"{file}.tflite").read_bytes()) for name, file in FURTHER.items()]
