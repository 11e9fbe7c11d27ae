"""Runes that were known before: the same words, numbers and bytes on real input, and the reference's bytes on more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from click.testing import CliRunner

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime
from rune.tools.cli import main
from tests.support.runes.gesture import GESTURE

MICROSPEECH = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs: [{type: i16, dimensions: [16000]}]
    args: {hz: 16000, sample_duration_ms: 1000}
  fft:
    proc-block: hotg-ai/proc-blocks@v0.11.3#fft
    inputs: [audio]
    outputs: [{type: u32, dimensions: [1, 1960]}]
  noise_filtering:
    proc-block: hotg-ai/proc-blocks@v0.11.3#noise-filtering
    inputs: [fft]
    outputs: [{type: i8, dimensions: [1, 1960]}]
  model:
    model: ./model.tflite
    inputs: [noise_filtering]
    outputs: [{type: i8, dimensions: [1, 6]}]
  most_confident:
    proc-block: hotg-ai/proc-blocks@v0.11.3#most_confident_indices
    inputs: [model]
    outputs: [{type: u32, dimensions: [1]}]
  label:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [most_confident]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: "silence\\nunknown\\nup\\ndown\\nleft\\nright"}
  words: {out: serial, inputs: [label]}
  features: {out: tensor, inputs: [fft]}
  filtered: {out: tensor, inputs: [noise_filtering]}
"""
SINE = """\
version: 1
image: runicos/base
pipeline:
  x: {capability: RAW, outputs: [{type: f32, dimensions: [1, 1]}]}
  model: {model: ./model.tflite, inputs: [x], outputs: [{type: f32, dimensions: [1, 1]}]}
  out: {out: serial, inputs: [model]}
"""


def built(test_data: Path, runefile: str, model: str) -> bytes:
    data = (test_data / "models" / f"{model}.tflite").read_bytes()
    return build(MemoryFiles({"Runefile.yml": runefile.encode(), "model.tflite": data}), BuildOptions(model)).rune


def printed(tmp_path: Path, rune: bytes, *arguments: str | Path) -> list[Any]:
    """The elements of the tensors that `rune run` prints."""
    (tmp_path / "app.rune").write_bytes(rune)
    result = CliRunner().invoke(main, ["run", str(tmp_path / "app.rune"), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return [tensor["elements"] for tensors in json.loads(result.stdout).values() for tensor in tensors]


@pytest.mark.slow
def test_microspeech_hears_the_words_and_gives_the_golden_bytes(test_data: Path, tmp_path: Path) -> None:
    rune = built(test_data, MICROSPEECH, "microspeech")
    for word in ("up", "left"):
        labels, features, filtered = printed(tmp_path, rune, "--sound", test_data / "samples" / f"{word}.wav")
        assert labels == [word]
        golden = test_data / "golden"
        assert np.array(features, "<u4").tobytes() == (golden / f"{word}.fft.u32le").read_bytes()
        assert np.array(filtered, "i1").tobytes() == (golden / f"{word}.noise_filtering.call0.i8").read_bytes()


def test_the_sine_of_four_fifths_is_what_it_was(test_data: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(np.float32(0.8).tobytes())
    ((value,),) = printed(tmp_path, built(test_data, SINE, "sine"), "--raw", tmp_path / "x")
    assert abs(value - 0.69727874) <= 1e-5 * 0.69727874


@pytest.mark.slow
def test_a_ring_is_a_ring(test_data: Path, tmp_path: Path) -> None:
    rune = built(test_data, GESTURE, "gesture")
    assert printed(tmp_path, rune, "--accelerometer", test_data / "samples" / "gesture_ring.csv") == [["Ring"]]


MODELS = [
    "gesture",
    "microspeech",
    "mlperf_ad_float",
    "mlperf_ad_int8",
    "mlperf_kws_int8",
    *(pytest.param(name, marks=pytest.mark.proof) for name in ("mlperf_ic_float", "mlperf_ic_int8", "mlperf_vww_int8")),
]
RUNS = 10


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_model_gives_the_references_answers(name: str, test_data: Path) -> None:
    path = test_data / "models" / f"{name}.tflite"
    reference = Interpreter(model_path=str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    reference.allocate_tensors()
    (input_detail,), (output_detail,) = reference.get_input_details(), reference.get_output_details()
    kinds = {np.int8: "i8", np.float32: "f32"}
    types = [
        f"{{type: {kinds[end['dtype']]}, dimensions: {end['shape'].tolist()}}}" for end in (input_detail, output_detail)
    ]
    runefile = (
        "version: 1\nimage: runicos/base\npipeline:\n"
        f"  x: {{capability: RAW, outputs: [{types[0]}]}}\n"
        f"  model: {{model: ./model.tflite, inputs: [x], outputs: [{types[1]}]}}\n"
        "  out: {out: tensor, inputs: [model]}\n"
    )
    rune = Runtime.load(built(test_data, runefile, name))
    generator = np.random.default_rng(7)
    for _ in range(RUNS):
        if input_detail["dtype"] == np.int8:
            numbers = generator.integers(-128, 128, input_detail["shape"]).astype(np.int8)
        else:
            numbers = generator.normal(size=input_detail["shape"]).astype(np.float32)
        reference.set_tensor(input_detail["index"], numbers)
        reference.invoke()
        expected = reference.get_tensor(output_detail["index"]).reshape(-1)
        (message,) = rune.call({rune.capabilities[0].id: numbers.tobytes()})
        answer = np.array(message.tensors[0].elements, expected.dtype)
        if expected.dtype == np.int8:
            assert answer.tobytes() == expected.tobytes()
        else:
            tolerance = np.maximum(1e-5 * np.abs(expected), 1e-6 * np.abs(expected).max())
            assert (np.abs(answer - expected) <= tolerance).all()
