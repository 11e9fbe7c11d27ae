"""A recording of 44.1 kHz in stereo, as people have it, says the same word as one of the rune's own rate."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime.inputs.wav import read_wav
from rune.tools.cli import main

KEYWORDS = Path(__file__).parents[5] / "examples" / "keywords"


@pytest.fixture(scope="module")
def keywords(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keywords") / "keywords.rune"
    path.write_bytes(build(FolderFiles(KEYWORDS), BuildOptions("keywords")).rune)
    return path


def as_people_have_it(recording: Path, to: Path) -> Path:
    """A second of 16 kHz mono at 44.1 kHz in stereo, exactly: its spectrum, with nothing above it."""
    samples = np.frombuffer(read_wav(recording.read_bytes()).samples, "<i2")[:16000].astype(np.float64)
    spectrum = np.fft.rfft(samples)
    wide = np.fft.irfft(np.concatenate((spectrum, np.zeros(22051 - len(spectrum)))), 44100) * 44100 / 16000
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        both = np.stack([wide * 1.2, wide * 0.8], axis=1)
        sound.writeframes(np.clip(np.rint(both), -32768, 32767).astype("<i2").tobytes())
    to.write_bytes(file.getvalue())
    return to


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("word", ["up", "left"])
def test_a_recording_of_44_khz_in_stereo_says_its_word_and_that_it_was_converted(
    word: str, keywords: Path, test_data: Path, tmp_path: Path
) -> None:
    original = test_data / "samples" / f"{word}.wav"
    plain = run("run", keywords, "--sound", original)
    wide = run("run", keywords, "--sound", as_people_have_it(original, tmp_path / f"{word}.wav"), "--repeats", "2")
    lines = [json.loads(line) for line in (*plain.stdout.splitlines(), *wide.stdout.splitlines())]
    words, scores = ([[*line.values()][place][0]["elements"] for line in lines] for place in (0, 1))
    assert words == [[word]] * 3
    assert np.abs(np.array(scores) - scores[0]).max() < 0.05
    assert plain.stderr == ""
    note = f"{word}.wav: 44.1 kHz stereo, converted to 16 kHz mono"
    assert wide.stderr.splitlines() == [note]
    assert run("run", keywords, "--sound", tmp_path / f"{word}.wav").stderr.splitlines().count(note) == 1


@pytest.mark.proof
def test_measuring_and_verifying_say_it_too(keywords: Path, test_data: Path, tmp_path: Path) -> None:
    sound = as_people_have_it(test_data / "samples" / "up.wav", tmp_path / "up.wav")
    note = "up.wav: 44.1 kHz stereo, converted to 16 kHz mono"
    benchmark = run("bench", keywords, keywords, "--sound", sound, "-n", "1", "--warm-up", "0")
    assert (benchmark.exit_code, benchmark.stderr.splitlines()) == (0, [note])
    verification = run("verify", keywords, "--project", KEYWORDS, "--sound", sound, "-n", "1")
    assert (verification.exit_code, verification.stderr.splitlines()) == (0, [note])
