"""The commands of MLPerf Tiny's runner at a serial port, replayed at the command's pseudo-terminal for each benchmark.

The sets are synthetic and of the runner's form: a folder for each benchmark, and a table with a file, the number of
classes and the class in each row.
"""

from __future__ import annotations

import csv
import os
import random
import re
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from rune.model.tflite import read_model
from rune.tools.mlperf import UNVERIFIED_NOTE
from rune.tools.mlperf.benchmarks import BENCHMARKS, BenchmarkInput, benchmark_model
from rune.tools.mlperf.machines import ThisMachine
from tools.needs import EMULATORS, lack

pytestmark = pytest.mark.slow

FILES = {"kws01": "mlperf_kws_int8", "vww01": "mlperf_vww_int8", "ic01": "mlperf_ic_int8", "ad01": "mlperf_ad_int8"}
SECONDS = 60.0


@contextmanager
def started(model: Path, key: str, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command, and the path of its line."""
    command = [sys.executable, "-m", "rune.tools.cli", "mlperf", str(model), "--benchmark", key, *options]
    variables = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stdout is not None
        try:
            assert select.select([process.stdout], [], [], SECONDS)[0], "the command said nothing"
            line = process.stdout.readline()
            match = re.fullmatch(rf"{key} on (/dev/\S+): .+; {UNVERIFIED_NOTE}\n", line)
            assert match, line
            yield match[1], process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS)


class Runner:
    """The commands of the runner, which gives up a device that says nothing for 5 s."""

    def __init__(self, path: str) -> None:
        self._port = serial.Serial(path, 115_200, timeout=5)

    def send(self, command: str) -> list[str]:
        self._port.write(f"{command}%".encode())
        lines: list[str] = []
        while not lines or "m-ready" not in lines[-1]:
            line = self._port.readline().decode()
            assert line.endswith("\r\n"), f"no answer to {command}"
            lines.append(line.rstrip())
        return lines

    def load(self, data: bytes) -> None:
        self.send(f"db load {len(data)}")
        for at in range(0, len(data), 31):
            answer = self.send(f"db {data[at : at + 31].hex()}")
        assert answer[0] == "m-load-done"

    def infer(self, runs: int, warmups: int) -> tuple[int, list[float]]:
        """The microseconds between the two time stamps, and the results."""
        text = "\n".join(self.send(f"infer {runs} {warmups}"))
        start, end = map(int, re.findall(r"^m-lap-us-([0-9]+)$", text, re.MULTILINE))
        (results,) = re.findall(r"^m-results-\[([^]]+)\]$", text, re.MULTILINE)
        return end - start, list(map(float, results.split(",")))


def synthetic_set(folder: Path, key: str, count: int) -> Path:
    """A data set of the runner's form, of seeded noise."""
    benchmark, chance = BENCHMARKS[key], random.Random(key)
    place = folder / key
    place.mkdir()
    with (place / "y_labels.csv").open("w", newline="") as table:
        for number in range(count):
            if benchmark.input is BenchmarkInput.FLOATS:
                # Two windows of 5 frames of 128 features, as its tests cut them out of a recording.
                data = struct.pack("<768f", *(chance.uniform(-60, 10) for _ in range(768)))
            else:
                data = chance.randbytes(benchmark.size)
            (place / f"sample_{number}.bin").write_bytes(data)
            csv.writer(table).writerow([f"sample_{number}.bin", benchmark.results, number % benchmark.results])
    return place


def inputs_of(place: Path, key: str) -> Sequence[bytes]:
    """The bytes that the runner sends of each file: all of it, or windows of 640 features, 128 further each."""
    with (place / "y_labels.csv").open(newline="") as table:
        files = [(place / row[0]).read_bytes() for row in csv.reader(table)]
    size = BENCHMARKS[key].size
    return [data[at : at + size] for data in files for at in range(0, len(data) - size + 1, 512)]


@pytest.mark.parametrize("key", sorted(FILES))
def test_the_runner_s_tests_are_answered(key: str, test_data: Path, tmp_path: Path) -> None:
    model = test_data / "models" / f"{FILES[key]}.tflite"
    benchmark = benchmark_model(BENCHMARKS[key], read_model(model.read_bytes()))
    machine = ThisMachine(model.read_bytes())
    inputs = inputs_of(synthetic_set(tmp_path, key, 3), key)
    assert len(inputs) == (6 if key == "ad01" else 3)
    with started(model, key) as (path, process):
        runner = Runner(path)
        assert runner.send("name")[-2:] == ["m-name-dut-[hammer-forge]", "m-ready"]
        assert f"m-model-[{key}]" in runner.send("profile")
        for data in inputs:
            runner.load(data)
            microseconds, results = runner.infer(2, 1)
            assert microseconds > 0
            answer = machine.run(benchmark.model_input(data), 1).answer
            assert results == [float(f"{each:.3f}") for each in benchmark.results(data, answer)]
            assert len(results) == BENCHMARKS[key].results
        assert process.stdout is not None
        assert UNVERIFIED_NOTE in process.stdout.readline()
        # Another program at the same line finds the device as it was left.
        assert Runner(path).send("results")[0].startswith("m-results-[")
    assert process.returncode == 130


@pytest.mark.skipif(not EMULATORS.is_here(), reason=lack(EMULATORS))
@pytest.mark.parametrize("key", ["kws01", "ad01"])
def test_an_emulated_core_gives_the_same_results_and_counts_its_time(key: str, test_data: Path, tmp_path: Path) -> None:
    model = test_data / "models" / f"{FILES[key]}.tflite"
    (data, *_) = inputs_of(synthetic_set(tmp_path, key, 1), key)
    with started(model, key) as (path, _):
        runner = Runner(path)
        runner.load(data)
        _, expected = runner.infer(1, 0)
    with started(model, key, "--board", "raspberry-pi-pico") as (path, process):
        runner = Runner(path)
        runner.load(data)
        one, results = runner.infer(1, 0)
        ten, again = runner.infer(10, 1)
        assert results == again == expected
        # Ten runs of the same input are ten times the instructions.
        assert abs(ten - 10 * one) <= 10
        assert process.stdout is not None
        line = process.stdout.readline()
    match = re.search(r"([\d,]+) µs each, ([\d,]+) instructions", line)
    assert match, line
    microseconds, instructions = (int(each.replace(",", "")) for each in match.groups())
    assert microseconds == pytest.approx(instructions / 133, abs=1)


def test_a_model_of_another_benchmark_and_a_board_without_an_emulator_are_refused(test_data: Path) -> None:
    model = test_data / "models" / "mlperf_kws_int8.tflite"
    for key, options, reason in (
        ("vww01", (), "27648 numbers, and this model's 490"),
        ("kws01", ("--board", "nothing"), "nothing"),
        ("kws01", ("--board", "esp32-devkit"), "No core of"),
        ("kws01", ("--board", "esp32-devkit", "--serial", "/dev/null"), "exclude each other"),
    ):
        command = [sys.executable, "-m", "rune.tools.cli", "mlperf", str(model), "--benchmark", key, *options]
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert result.returncode in (1, 2), result
        assert reason in result.stderr, result.stderr
    float_model = test_data / "models" / "mlperf_kws_float.tflite"
    command = [sys.executable, "-m", "rune.tools.cli", "mlperf", str(float_model), "--benchmark", "kws01"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert "int8 with one scale is needed" in result.stderr


def test_the_project_of_the_firmware_is_written(test_data: Path, tmp_path: Path) -> None:
    model = test_data / "models" / "mlperf_kws_int8.tflite"
    folder = tmp_path / "kws"
    command = [sys.executable, "-m", "rune.tools.cli", "mlperf", str(model), "--benchmark", "kws01"]
    command += ["--write-project", str(folder)]
    assert subprocess.run(command, timeout=SECONDS, check=False).returncode == 0
    assert (folder / "model.tflite").read_bytes() == model.read_bytes()
    assert subprocess.run(command, timeout=SECONDS, check=False, capture_output=True).returncode == 1
