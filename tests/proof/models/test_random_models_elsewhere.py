"""Random models on the other machines where runes run: WebAssembly in V8, and C on x86-64 and on an emulated aarch64.

`test_random_models.py` runs them in wasmtime. Integers are the reference's bytes, int16 among them; floats are near.
"""

from __future__ import annotations

import os
import platform
import shutil
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from rune.model.tflite import Model, read_model
from tests.support.compiler.in_node import HOST, output_of
from tests.support.compiler.model_judge import RUNS, Outputs, Questions
from tests.support.compiler.mutants import Recorder
from tests.support.compiler.pipelines import models_pipeline, module_of, tensors_of
from tests.support.compiler.programs.c_programs import CFolder, sources_of, zig_folder
from tests.support.models.random.random_models import random_model
from tools.needs import GCC, QEMU_USER, lack

pytestmark = pytest.mark.proof

COUNT = int(os.environ.get("FORGE_RANDOM_MODELS", "2000"))
BATCH = 25
C_FLAGS = ("-std=c99", "-O2", "-w")


def test_in_v8_they_give_what_the_reference_gives(record_property: Recorder, tmp_path: Path) -> None:
    wrong: list[str] = []
    for number, (models, questions) in enumerate(batches()):
        outputs = in_v8(models, questions, tmp_path / str(number))
        wrong += disagreements(questions, outputs)
    record_property("models", COUNT)
    record_property("node", output_of("node", "--version"))
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="compares another processor with x86-64")
def test_as_c_on_x86_64_they_give_what_the_reference_gives(record_property: Recorder, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip(lack(GCC))
    record_property("models", COUNT)
    assert as_c(["gcc"], [], tmp_path) == []


def test_as_c_on_aarch64_they_give_what_the_reference_gives(record_property: Recorder, tmp_path: Path) -> None:
    emulator = shutil.which("qemu-aarch64")
    if emulator is None:
        pytest.skip(lack(QEMU_USER))
    compiler = [str(zig_folder() / "zig"), "cc", "-target", "aarch64-linux-musl", "-static"]
    record_property("models", COUNT)
    assert as_c(compiler, [emulator], tmp_path) == []


def batches() -> Iterator[tuple[Mapping[str, Model], Mapping[str, Questions]]]:
    """Models that are built together, with what is asked of them."""
    for first in range(0, COUNT, BATCH):
        seeds = range(first, min(first + BATCH, COUNT))
        files = {f"model_{seed}": random_model(seed).data for seed in seeds}
        questions = {name: Questions.of(data, seed) for seed, (name, data) in zip(seeds, files.items(), strict=True)}
        yield {name: read_model(data) for name, data in files.items()}, questions


def in_v8(models: Mapping[str, Model], questions: Mapping[str, Questions], folder: Path) -> Mapping[str, Outputs]:
    folder.mkdir()
    (folder / "rune").write_bytes(module_of(models_pipeline(models), models))
    (folder / "frames").write_bytes(b"".join(frames(questions)))
    sizes = [str(len(data)) for each in questions.values() for data in each.inputs[0]]
    command = ["node", str(HOST), str(folder / "rune"), str(folder / "frames"), *sizes]
    result = subprocess.run(command, check=False, capture_output=True, timeout=300)
    assert (result.returncode, result.stderr) == (0, b"")
    output = result.stdout
    outputs: dict[str, Outputs] = {name: [] for name in questions}
    place = 0
    for _ in range(RUNS):
        for name in questions:
            (length,) = struct.unpack_from("<I", output, place)
            outputs[name].append([data for _, data in tensors_of(output[place + 4 : place + 4 + length])])
            place += 4 + length
    assert place == len(output)
    return outputs


def as_c(compiler: Sequence[str], emulator: Sequence[str], folder: Path) -> list[str]:
    """The problems of the models, as C of such a compiler, run with the emulator."""
    wrong: list[str] = []
    for number, (models, questions) in enumerate(batches()):
        program_folder = CFolder.of(folder / str(number), sources_of(models_pipeline(models), models, "batch"))
        files = [*compiler, *C_FLAGS, "batch.c", "main.c", "-o", "program"]
        subprocess.run(files, cwd=program_folder.path, check=True, timeout=300)
        program = [*emulator, str(program_folder.path / "program")]
        output = subprocess.run(
            program, input=b"".join(frames(questions)), check=True, capture_output=True, timeout=300
        ).stdout
        wrong += disagreements(questions, cut(output, questions))
    return wrong


def frames(questions: Mapping[str, Questions]) -> list[bytes]:
    """The inputs of all models, run by run."""
    return [data for run in range(RUNS) for each in questions.values() for data in each.inputs[run]]


def cut(output: bytes, questions: Mapping[str, Questions]) -> Mapping[str, Outputs]:
    """The outputs of all models, which came run by run."""
    by_model: dict[str, Outputs] = {name: [] for name in questions}
    place = 0
    for _ in range(RUNS):
        for name, each in questions.items():
            outputs = []
            for kind in each.types:
                outputs.append(output[place : place + kind.size])
                place += kind.size
            by_model[name].append(outputs)
    assert place == len(output)
    return by_model


def disagreements(questions: Mapping[str, Questions], outputs: Mapping[str, Outputs]) -> list[str]:
    return [f"{name}: {sentence}" for name in questions for sentence in questions[name].wrong(outputs[name])]
