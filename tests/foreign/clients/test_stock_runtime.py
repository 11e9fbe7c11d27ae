"""The published npm package @hotg-ai/rune runs our runes and says what our own runtime says."""

from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rune.abi import OutputKind
from rune.capabilities.randomness import random_bytes
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles, MemoryFiles
from rune.running.runtime import Runtime

pytestmark = pytest.mark.foreign

REPOSITORY = Path(__file__).parents[3]
PACKAGE = REPOSITORY / "frontend/node_modules/@hotg-ai/rune"
DRIVER = Path(__file__).with_name("stock_runtime.cjs")
SAMPLES = 16000

TENSOR_RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  numbers:
    capability: RAW
    outputs: [{type: f32, dimensions: [1, 4]}]
    args: {length: 16}
  share:
    proc-block: hotg-ai/proc-blocks@v0.11.3#modulo
    inputs: [numbers]
    outputs: [{type: f32, dimensions: [1, 4]}]
    args: {modulus: 1.5}
  result:
    out: tensor
    inputs: [share]
"""


@dataclass(frozen=True)
class RuntimeAnswers:
    """A runtime's answers in two runs on one input, and the requests to the stock one."""

    stock: list[list[dict[str, Any]]]
    ours: list[list[dict[str, Any]]]
    requests: list[dict[str, Any]]


def run_on_both(tmp_path: Path, rune: bytes, shape: str, data: bytes) -> RuntimeAnswers:
    """Runs a rune of one capability twice on both runtimes. Handles are left out: they are counted differently."""
    node = shutil.which("node")
    assert node is not None, "Node is needed: it came with the front end's build"
    (tmp_path / "app.rune").write_bytes(rune)
    (tmp_path / "input").write_bytes(data)
    process = subprocess.run(
        [node, str(DRIVER), str(PACKAGE), str(tmp_path / "app.rune"), shape, str(tmp_path / "input")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    answer = json.loads(process.stdout)
    stock = [
        [{key: output[key] for key in ("type_name", "dimensions", "elements")} for output in result["outputs"]]
        for result in answer["results"]
    ]
    return RuntimeAnswers(stock, [ours(rune, data, runs) for runs in (1, 2)], answer["asked"])


def ours(rune: bytes, data: bytes, runs: int) -> list[dict[str, Any]]:
    runtime = Runtime.load(rune)
    (capability,) = runtime.capabilities
    for _ in range(runs - 1):
        runtime.call({capability.id: data})
    return [
        {"type_name": str(tensor.element), "dimensions": list(tensor.dimensions), "elements": list(tensor.elements)}
        for message in runtime.call({capability.id: data})
        for tensor in message.tensors
    ]


def template(name: str) -> bytes:
    return build(FolderFiles(REPOSITORY / "examples" / name), BuildOptions(name)).rune


def test_a_number_goes_in_and_comes_out(tmp_path: Path) -> None:
    ran = run_on_both(tmp_path, template("sine"), "f32[1,1]", struct.pack("<f", 0.8))
    assert ran.stock == ran.ours
    assert ran.stock[0][0]["elements"][0] == pytest.approx(math.sin(0.8), abs=0.05)


def test_a_picture_goes_in_with_its_parameters_and_a_label_comes_out(tmp_path: Path) -> None:
    ran = run_on_both(tmp_path, template("digits"), "u8[1,28,28,1]", random_bytes(3, 784))
    assert ran.stock == ran.ours
    assert ran.requests[0]["type"] == "image"
    assert {"width": 28, "height": 28, "pixel_format": 2}.items() <= ran.requests[0]["args"].items()


@pytest.mark.parametrize("word", ["up", "left"])
def test_a_spoken_word_is_heard(tmp_path: Path, test_data: Path, word: str) -> None:
    with wave.open(str(test_data / "samples" / f"{word}.wav")) as sound:
        samples = sound.readframes(SAMPLES)
    ran = run_on_both(tmp_path, template("keywords"), f"i16[{SAMPLES}]", samples)
    assert ran.stock == ran.ours
    assert ran.stock[0][0]["elements"] == [word]
    assert ran.requests[0] == {"type": "sound", "args": {"hz": SAMPLES, "sample_duration_ms": 1000}}


def test_a_tensor_output_is_read(tmp_path: Path) -> None:
    rune = build(MemoryFiles({"Runefile.yml": TENSOR_RUNEFILE.encode()}), BuildOptions("tensor")).rune
    assert [output.kind for output in Runtime.load(rune).outputs] == [OutputKind.TENSOR]
    ran = run_on_both(tmp_path, rune, "f32[1,4]", struct.pack("<4f", 0.25, 1.75, 3.0, -2.0))
    assert ran.ours[0][0]["elements"] == [0.25, 0.25, 0.0, -0.5]
    assert [output["elements"] for output in ran.stock[0]] == [ran.ours[0][0]["elements"]]


def test_a_rune_that_keeps_its_handles_runs_on_hosts_that_count_from_0_and_from_1(tmp_path: Path) -> None:
    rune = (REPOSITORY / "tests/conformance/old-javascript-handles/rune.wasm").read_bytes()
    ran = run_on_both(tmp_path, rune, "u8[4]", b"abcd")
    assert ran.stock == ran.ours
    assert ran.stock[0][0]["elements"] == ["a"]
