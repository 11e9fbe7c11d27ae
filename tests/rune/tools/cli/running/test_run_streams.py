"""A rune that makes windows of a stream: run to the end of a file, verified, evaluated and measured."""

from __future__ import annotations

import json
import wave
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.assessment.evaluation.evaluating import evaluate
from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.verify.verifying import verify
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.measure import measure
from rune.tools.cli import main

RUNEFILE = b"""
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 1000, sample_duration_ms: 10}
    outputs: [{type: i16, dimensions: [10]}]
  window: {proc-block: window, inputs: [audio], args: {size: 40, hop: 20}}
  loudest: {proc-block: most_confident_indices, inputs: [window]}
  out: {out: SERIAL, inputs: [loudest]}
"""
FILES = MemoryFiles({"Runefile.yml": RUNEFILE})


@pytest.fixture(scope="module")
def rune() -> bytes:
    return build(FILES, BuildOptions("hops")).rune


def wav(samples: Sequence[int]) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(1000)
        writer.writeframes(np.array(samples, "<i2").tobytes())
    return file.getvalue()


def run(rune: bytes, folder: Path, samples: Sequence[int], *options: str) -> Result:
    (folder / "hops.rune").write_bytes(rune)
    (folder / "long.wav").write_bytes(wav(samples))
    arguments = ["run", str(folder / "hops.rune"), "--sound", str(folder / "long.wav"), *options]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result


LONG = [0] * 55 + [9] + [0] * 44
"""A tenth of a second with one peak, at sample 55."""


def test_a_long_sound_gives_a_line_for_each_window_with_its_time(rune: bytes, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run(rune, tmp_path, LONG).stdout.splitlines()]
    assert [line["time"] for line in lines] == [0.04, 0.06, 0.08, 0.1]
    places = [line[key][0]["elements"] for line in lines for key in line if key != "time"]
    assert places == [[0], [55 - 20], [55 - 40], [0]]
    report = run(rune, tmp_path, LONG, "--format", "text").stdout.splitlines()
    assert report[1].startswith("0.060 s  ")
    assert report[1].endswith("u32[1] 35")


def test_a_sound_that_fills_no_window_says_so(rune: bytes, tmp_path: Path) -> None:
    result = run(rune, tmp_path, LONG[:35])
    assert result.stdout == ""
    assert "Nothing was sent: the input of 0.03 s fills no window. 3 runs read it." in result.stderr


def test_repeats_read_the_first_chunk_as_they_always_did(rune: bytes, tmp_path: Path) -> None:
    lines = run(rune, tmp_path, [0, 5, *[0] * 38], "--repeats", "4").stdout.splitlines()
    assert [bool(json.loads(line)) for line in lines] == [False, False, False, True]


def test_check_says_what_the_window_keeps(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_bytes(RUNEFILE)
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert result.exit_code == 0
    assert "window keeps newest, i16[40], from run to run. The last 40 of the stream. After a gap" in result.output


@pytest.mark.slow
def test_it_is_verified_past_its_first_window(rune: bytes) -> None:
    verification = verify(FILES, rune).rune
    assert verification.is_alike
    assert verification.bytes > 0
    waiting = build(MemoryFiles({"Runefile.yml": RUNEFILE.replace(b"hop: 20", b"hop: 40")}), BuildOptions("hops")).rune
    assert not verify(FILES, waiting).rune.is_alike


SCORES = RUNEFILE.replace(b"most_confident_indices", b"audio_float_conversion")


def test_an_evaluation_answers_by_windows_and_fills_a_short_sample_with_silence() -> None:
    samples = [
        LabelledSample("short", "5", lambda: wav([0] * 5 + [9] + [0] * 24)),
        LabelledSample("whole", "31", lambda: wav([0] * 31 + [9] + [0] * 8)),
        LabelledSample("nothing", "0", lambda: wav([0] * 3)),
    ]
    evaluation = evaluate(build(MemoryFiles({"Runefile.yml": SCORES}), BuildOptions("scores")).rune, samples)
    assert {outcome.name: outcome.answer for outcome in evaluation.outcomes} == {"short": "5", "whole": "31"}
    assert [(each.name, each.reason) for each in evaluation.unread] == [
        ("nothing", "the recording is shorter than what one run reads")
    ]


def test_only_runs_that_complete_a_window_are_measured(rune: bytes) -> None:
    instance = Runtime.load(rune)
    waiting = []
    for _ in range(8):
        instance.call(generated_inputs(instance.capabilities))
        waiting.append(instance.is_incomplete)
    assert waiting == [True, True, True, False, True, False, True, False]
    assert measure(rune, runs=3, seconds=0.05).milliseconds > 0


def test_a_rune_without_a_window_says_what_it_leaves_unread_and_reads_it_when_asked(tmp_path: Path) -> None:
    plain = RUNEFILE.replace(b"  window: {proc-block: window, inputs: [audio], args: {size: 40, hop: 20}}\n", b"")
    loudest = build(MemoryFiles({"Runefile.yml": plain.replace(b"[window]", b"[audio]")}), BuildOptions("loudest")).rune
    once = run(loudest, tmp_path, [*LONG, 1, 1])
    assert len(once.stdout.splitlines()) == 1
    assert (
        "long.wav: a run reads the first 0.01 s of 0.102 s. "
        "With --to-end all of it is read, run by run, but for a rest that is too short for a run."
    ) in once.stderr
    lines = [json.loads(line) for line in run(loudest, tmp_path, [*LONG, 1, 1], "--to-end").stdout.splitlines()]
    assert [line["time"] for line in lines] == [round(0.01 * turn, 2) for turn in range(1, 11)]
    assert [line["2"][0]["elements"] for line in lines] == [[0]] * 5 + [[5]] + [[0]] * 4


def test_to_end_needs_a_recording_and_does_not_begin_anew(rune: bytes, tmp_path: Path) -> None:
    (tmp_path / "hops.rune").write_bytes(rune)
    none = CliRunner().invoke(main, ["run", str(tmp_path / "hops.rune"), "--to-end"])
    assert (none.exit_code, "give one with --sound" in none.stderr) == (1, True)
    both = CliRunner().invoke(main, ["run", str(tmp_path / "hops.rune"), "--to-end", "-r", "2"])
    assert (both.exit_code, "give one of them" in both.stderr) == (2, True)


def test_made_up_input_runs_until_the_window_answers(rune: bytes, tmp_path: Path) -> None:
    (tmp_path / "hops.rune").write_bytes(rune)
    result = CliRunner().invoke(main, ["run", str(tmp_path / "hops.rune"), "--generated"])
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    ((output,),) = json.loads(line).values()
    assert (output["stage"], output["dimensions"]) == ("out", [1])
