"""The device's side of MLPerf Tiny's serial protocol: loading, inferring, and what it refuses."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from rune.devices.firmware.device import BoardClient
from rune.model.tflite import ModelTensor
from rune.tensor import ElementType, TensorType
from rune.tools.mlperf.benchmarks import BENCHMARKS, BenchmarkModel
from rune.tools.mlperf.machines import SerialBoard
from rune.tools.mlperf.protocol import BenchmarkDevice, FinishedInference, InferenceFailed, MachineRun


class FirstBytes:
    """A machine whose model gives the first bytes of what it reads; a run takes 250 microseconds."""

    title = "a machine of a test"

    def __init__(self, count: int) -> None:
        self._count = count
        self.runs: list[int] = []

    def run(self, data: bytes, times: int) -> MachineRun:
        self.runs.append(times)
        if data[:1] == b"\x7f":
            raise InferenceFailed("it gave up")
        return MachineRun(data[: self._count], 250.0 * times)


def tensor(count: int, scale: float = 1 / 256, zero_point: int = -128) -> ModelTensor:
    return ModelTensor("tensor", TensorType(ElementType.I8, (1, count)), scale, zero_point)


def device(key: str, inferences: list[FinishedInference] | None = None) -> tuple[BenchmarkDevice, FirstBytes]:
    benchmark = BENCHMARKS[key]
    count = benchmark.elements if benchmark.is_anomaly else benchmark.results
    model = BenchmarkModel(benchmark, tensor(benchmark.elements, 0.5, 3), tensor(count))
    machine = FirstBytes(count)
    return BenchmarkDevice(model, machine, ([] if inferences is None else inferences).append), machine


def answer_of(target: BenchmarkDevice, command: str) -> list[str]:
    """The lines that answer a command, without `m-ready`, which ends each answer."""
    *lines, last = target.receive(f"{command}%".encode())
    assert last == "m-ready"
    return lines


def load(target: BenchmarkDevice, data: bytes) -> None:
    """Loads the data as the runner does: 31 bytes a command."""
    assert answer_of(target, f"db load {len(data)}") == [f"m-[Expecting {len(data)} bytes]"]
    answers = [answer_of(target, f"db {data[at : at + 31].hex()}") for at in range(0, len(data), 31)]
    assert answers == [[]] * (len(answers) - 1) + [["m-load-done"]]


def test_a_device_says_who_it_is() -> None:
    target, _ = device("kws01")
    assert answer_of(target, "name") == ["m-name-dut-[hammer-forge]"]
    assert answer_of(target, "profile")[1] == "m-model-[kws01]"
    assert answer_of(target, "timestamp")[0].startswith("m-lap-us-")
    assert any(line.startswith("infer N") for line in answer_of(target, "help"))


def test_bytes_are_loaded_and_inferred_as_often_as_the_runner_says() -> None:
    inferences: list[FinishedInference] = []
    target, machine = device("kws01", inferences)
    load(target, bytes(range(245)) * 2)
    assert answer_of(target, "db print")[1] == "m-buffer-08-09-0a-0b-0c-0d-0e-0f"
    lines = answer_of(target, "infer 10 3")
    assert machine.runs == [3, 10]
    assert lines[:3] == ["m-warmup-start-3", "m-warmup-done", "m-infer-start-10"]
    before, after = (int(line.removeprefix("m-lap-us-")) for line in lines[3:5])
    assert after - before == 2500
    assert inferences == [FinishedInference(10, 3, 2500.0)]
    results = [(each + 128) / 256 for each in range(12)]
    assert lines[5:] == ["m-infer-done", f"m-results-[{','.join(f'{each:.3f}' for each in results)}]"]
    assert answer_of(target, "results") == [lines[6]]
    answer_of(target, "infer")
    assert machine.runs[2:] == [10, 1]
    answer_of(target, "infer 2 0")
    assert machine.runs[4:] == [2]


@pytest.mark.parametrize("key", ["vww01", "ic01"])
def test_pixels_become_signed_bytes(key: str) -> None:
    target, _ = device(key)
    count = BENCHMARKS[key].results
    load(target, bytes([0, 128, 255, *range(4, 11)][:count]) + bytes(BENCHMARKS[key].size - count))
    assert answer_of(target, "infer 1 0")[-1].startswith("m-results-[0.000,0.500")


def test_features_are_quantised_and_the_answer_is_the_mean_squared_difference() -> None:
    target, _ = device("ad01")
    features = [0.0, 0.5, 0.75, -0.75, 1000.0, -1000.0] + [0.0] * 634
    load(target, struct.pack("<640f", *features))
    # Scale 0.5 and zero point 3, rounded half away from zero: the stored numbers, which the model gives back.
    numbers = [3, 4, 5, 1, 127, -128] + [3] * 634
    outputs = [(each + 128) / 256 for each in numbers]
    expected = sum((one - other) ** 2 for one, other in zip(outputs, features, strict=True)) / 640
    assert answer_of(target, "infer 1 0")[-1] == f"m-results-[{expected:.3f}]"
    load(target, struct.pack("<640f", *features[:-1], float("nan")))
    assert "not finite" in answer_of(target, "infer 1 0")[-1]


def test_what_cannot_be_done_is_an_error_and_the_device_goes_on() -> None:
    target, machine = device("kws01")
    for command, reason in (
        ("launch", "Unknown command: launch"),
        ("", "Unknown command"),
        ("db", "'db' is followed by"),
        ("db load", "hexadecimal"),
        ("db load 0", "from 1 to 27648"),
        ("db load 27649", "from 1 to 27648"),
        ("db load -4", "from 1 to 27648"),
        ("db 00", "Say first how many"),
        ("db zz", "hexadecimal"),
        ("results", "Nothing was inferred yet"),
        ("infer 1 0", "kws01 takes 490 bytes, and 0 were loaded"),
        ("infer 0", "from 1 to 100000"),
        ("infer 100001 0", "from 1 to 100000"),
        ("infer 1 -1", "from 0 to 100000"),
        ("db " + "00" * 60, "at most 80 characters"),
    ):
        (line,) = answer_of(target, command)
        assert line.startswith("e-["), command
        assert reason in line, command
    answer_of(target, "db load 4")
    assert answer_of(target, "db 000") == ["e-[Bytes are pairs of hexadecimal digits]"]
    assert answer_of(target, "db 0001020304050607") == ["m-load-done"]
    assert answer_of(target, "db print") == ["m-buffer-00-01-02-03"]
    assert machine.runs == []
    load(target, b"\x7f" * 490)
    assert answer_of(target, "infer 1 0")[-1] == "e-[it gave up]"
    assert answer_of(target, "name") == ["m-name-dut-[hammer-forge]"]


def test_bytes_that_are_no_text_and_an_endless_command_are_answered() -> None:
    target, _ = device("kws01")
    lines = list(target.receive(b"\xff\xfe\r\n\0%" + b"x" * 100_000 + b"%name%"))
    assert [line for line in lines if line == "m-ready"] == ["m-ready"] * 3
    assert "m-name-dut-[hammer-forge]" in lines


class Slow(FirstBytes):
    """A machine that infers until it may end."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.may_end = threading.Event()

    def run(self, data: bytes, times: int) -> MachineRun:
        self.may_end.wait(30)
        return super().run(data, times)


def inferring() -> tuple[Slow, Iterator[str]]:
    """A slow machine that infers, and the lines that follow."""
    benchmark, machine = BENCHMARKS["kws01"], Slow(12)
    target = BenchmarkDevice(BenchmarkModel(benchmark, tensor(490), tensor(12)), machine, quiet_seconds=0.01)
    load(target, bytes(490))
    lines = target.receive(b"infer 1 0%")
    while next(lines) != "m-[Running]":
        pass
    return machine, lines


def test_a_device_that_infers_for_long_says_so_meanwhile() -> None:
    machine, lines = inferring()
    machine.may_end.set()
    assert list(lines)[-1] == "m-ready"


def test_an_interrupt_does_not_wait_for_the_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, lines = inferring()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rune.tools.mlperf.protocol.wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(lines)
    assert machine.runs == []
    machine.may_end.set()


def test_a_board_with_firmware_of_several_outputs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    here = SimpleNamespace(input_size=490)
    monkeypatch.setattr("rune.tools.mlperf.machines.ThisMachine", lambda model: here)
    board = SimpleNamespace(hello={"inputs": [{"bytes": 490}], "outputs": [{}, {}]})
    with pytest.raises(InferenceFailed, match="has 2 outputs, and the model one"):
        SerialBoard(b"", cast(BoardClient, board))
