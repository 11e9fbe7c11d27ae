"""A host model in a process of its own: whatever it does, its host lives on and says what happened."""

from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest
from wasmtime import wat2wasm

from rune.abi import ModelFormat
from rune.model.profile import LITERT
from rune.running.runtime import Limits, Runtime
from rune.running.runtime.errors import (
    HostModelError,
    ModelLoadError,
    ModelRunError,
    ModelRuntimeMissing,
    RuneStopped,
    RuneUnusable,
)
from rune.running.runtime.interpreters import Interpreter, ModelLimits, isolation, open_isolated, open_model
from rune.running.runtime.interpreters.isolation import read_head, read_types
from tests.support.api.answer_fuzzing import fuzzed
from tests.support.models.model_cases import model_cases
from tests.support.models.tflite_graphs import endless, growing
from tests.support.runes.conformance_case import FOLDER
from tests.support.runes.modelled import POINTERS_AT, loading, model_case
from tests.support.runes.wat import do, module

TFLITE = ModelFormat.TENSORFLOW_LITE.mimetype
CASE = model_case("add_f32_rank_2")


def process_is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_as_in_this_process() -> None:
    here = open_model(TFLITE, CASE.data)
    there = open_isolated(TFLITE, CASE.data)
    assert (there.name, there.inputs, there.outputs) == (here.name, here.inputs, here.outputs)
    for run in CASE.runs:
        assert there.run(run.inputs) == here.run(run.inputs) == run.outputs
    there.close()


def test_errors_of_loading_come_through_by_their_names() -> None:
    with pytest.raises(ModelLoadError, match="cannot be loaded"):
        open_isolated(TFLITE, b"no model")
    with pytest.raises(ModelRuntimeMissing, match="browser"):
        open_isolated(ModelFormat.TENSORFLOW_JS.mimetype, b"{}")


@pytest.mark.protects("runes/host-models")
def test_a_crash_of_the_interpreter_is_a_named_error_and_the_host_lives_on() -> None:
    # A depthwise convolution without a bias is good TensorFlow Lite; ai-edge-litert's fast kernel crashes on it.
    crashing = next(case for case in model_cases() if case.name == "depthwise_conv_2d_f32_no_bias")
    model = open_isolated(TFLITE, crashing.data)
    with pytest.raises(ModelRunError, match="the process that ran the model ended"):
        model.run(crashing.runs[0].inputs)
    with pytest.raises(ModelRunError, match="closed"):
        model.run(crashing.runs[0].inputs)
    test_it_answers_as_in_this_process()


@pytest.mark.slow
@pytest.mark.protects("runes/host-models")
def test_a_model_without_end_is_killed_when_its_time_is_up() -> None:
    model = open_isolated(TFLITE, endless(), limits=ModelLimits(seconds=5))
    with pytest.raises(RuneStopped, match=r"its model took longer than 5 s to run") as error:
        model.run([bytes(4)])
    assert error.value.limit == "time"


@pytest.mark.protects("runes/host-models")
def test_a_model_that_wants_too_much_memory_is_a_named_error() -> None:
    with pytest.raises((ModelLoadError, ModelRunError)):
        open_isolated(TFLITE, growing(1 << 30), limits=ModelLimits(memory=1 << 30)).run([bytes(4)])
    small = open_isolated(TFLITE, growing(1 << 10))
    assert small.run([bytes(4)]) == (struct.pack("<f", 1024),)


@pytest.mark.parametrize("answer", [None, "f32[1]", [3], ["f31[1]"], ["f32[99999999999]"], ["utf8[1]"]])
def test_what_the_process_says_of_its_model_is_not_trusted(answer: object) -> None:
    with pytest.raises(HostModelError):
        read_types("input", answer)


def test_the_process_ends_when_nobody_holds_the_model() -> None:
    model = open_isolated(TFLITE, CASE.data)
    number = model._process.pid
    assert process_is_there(number)
    del model
    gc.collect()
    assert not process_is_there(number)


def test_the_process_ends_by_itself_when_its_host_does_not_end_it() -> None:
    code = (
        "from rune.running.runtime.interpreters import child\n"
        "child.SECONDS_MORE = 0.1\n"
        "with child.time_limit(0.1):\n"
        "    while True: pass\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == -signal.SIGALRM


HEAD = {"name": "TensorFlow Lite", "inputs": ["f32[1, 4]"], "outputs": ["f32[1]", "u8[2, 2]"]}


@pytest.mark.protects("runes/host-models")
def test_ten_thousand_answers_are_read_or_refused_by_name() -> None:
    read = refusals = 0
    for seed in range(10_000):
        head = read_head(fuzzed(seed, [HEAD]))
        try:
            types = [] if head is None else [*read_types("input", head.get("inputs"))]
        except HostModelError:
            types = []
        read, refusals = read + bool(types), refusals + (not types)
    assert read
    assert refusals


@pytest.mark.protects("runes/host-models")
@pytest.mark.parametrize("line", ["[" * 100_000, "null", "{", ""], ids=["deep", "null", "cut", "empty"])
def test_a_process_that_answers_anything_is_ended_by_name(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", f"import sys; print({line!r}, flush=True); sys.stdin.read()"]

    def start(_module: str) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        return process, process.stdin, process.stdout

    monkeypatch.setattr(isolation, "start_module", start)
    monkeypatch.setattr(isolation, "_SECONDS_TO_END", 0.01)
    with pytest.raises(ModelRunError, match="the process that ran the model ended"):
        open_isolated(TFLITE, CASE.data)


@pytest.mark.protects("runes/host-models")
def test_the_process_sees_nothing_of_the_hosts_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    model = open_isolated(TFLITE, CASE.data)
    environment = Path(f"/proc/{model._process.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not show a process's environment")
    assert b"do not tell" not in environment.read_bytes()
    model.close()


def folder_of(case: str) -> bytes:
    return (FOLDER / case / "rune.wasm").read_bytes()


def test_what_the_host_inferred_is_recorded_when_asked_for() -> None:
    rune = Runtime.load(folder_of("model-f32"), record=True)
    (model,) = rune.models
    assert (model.id, model.mimetype, [str(kind) for kind in model.outputs]) == (3, TFLITE, ["f32[1, 17]"])
    assert model.runtime.startswith("ai-edge-litert ")
    first, second = CASE.runs[0].inputs
    for _ in range(2):
        rune.call({1: first, 2: second})
        (inference,) = rune.inferences
        assert (inference.handle, inference.inputs, inference.outputs) == (3, (first, second), CASE.runs[0].outputs)
    rune.close()
    with pytest.raises(RuneUnusable):
        rune.call({1: first, 2: second})


def test_nothing_is_recorded_unless_asked_for() -> None:
    rune = Runtime.load(folder_of("model-f32"))
    rune.call(dict(enumerate(CASE.runs[0].inputs, start=1)))
    assert rune.inferences == ()
    rune.close()


def test_a_recording_ends_at_its_limit() -> None:
    rune = Runtime.load(folder_of("model-f32"), Limits(recording=100), record=True)
    with pytest.raises(RuneStopped) as error:
        rune.call(dict(enumerate(CASE.runs[0].inputs, start=1)))
    assert error.value.limit == "recording"


def test_the_caller_decides_who_opens_a_model() -> None:
    requests = []

    def opened(mimetype: str, data: bytes) -> object:
        requests.append((mimetype, data))
        return open_model(mimetype, data, reference=LITERT)

    rune = Runtime.load(folder_of("model-i8"), open_model=opened)  # type: ignore[arg-type]
    assert [(mimetype, len(data)) for mimetype, data in requests] == [(TFLITE, 528)]
    rune.close()


@pytest.mark.slow
def test_an_endless_model_ends_the_call_of_its_rune() -> None:
    load, data = loading(endless(), ["f32[1]"], ["f32[1]"])
    data[POINTERS_AT] = struct.pack("<2I", 16384, 16388)
    text = module(f"(drop {load})", do("infer", 1, POINTERS_AT, POINTERS_AT + 4), data=data)
    rune = Runtime.load(bytes(wat2wasm(text)), Limits(seconds=5))
    with pytest.raises(RuneStopped) as error:
        rune.call({})
    assert error.value.limit == "time"


class Interrupting:
    """An interpreter that presses Ctrl-C when it is asked to run."""

    def __init__(self, model: Interpreter) -> None:
        self._model = model
        self.name, self.inputs, self.outputs = model.name, model.inputs, model.outputs

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return self._model.run(inputs)

    def close(self) -> None:
        self._model.close()


def test_an_interrupt_ends_a_model_that_the_host_runs() -> None:
    load, data = loading(endless(), ["f32[1]"], ["f32[1]"])
    data[POINTERS_AT] = struct.pack("<2I", 16384, 16388)
    text = module(f"(drop {load})", do("infer", 1, POINTERS_AT, POINTERS_AT + 4), data=data)
    limits = ModelLimits(seconds=600)
    rune = Runtime.load(
        bytes(wat2wasm(text)),
        Limits(seconds=600),
        open_model=lambda mimetype, data: Interrupting(open_isolated(mimetype, data, limits=limits)),
    )
    with pytest.raises(KeyboardInterrupt):
        rune.call({})
    with pytest.raises(RuneUnusable):
        rune.call({})


def test_a_flood_of_models_ends_with_the_rune() -> None:
    load, data = loading(CASE.data, ["f32[1, 17]", "f32[1, 17]"], ["f32[1, 17]"])
    text = module(f"(loop $again (drop {load}) (br $again))", data=data)
    with pytest.raises(RuneStopped):
        Runtime.load(bytes(wat2wasm(text)), Limits(models=3))
