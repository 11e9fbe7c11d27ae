"""`rune train` with recordings that say too little: shorter than one run reads, the same as another, or broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rune.datasets.content.wav import wav_bytes
from rune.tools.cli import main
from tests.support.training.motion_data import write_motion
from tests.support.training.sight_and_sound_data import RATE, png, write_pictures, write_sounds


def write_short_motion(folder: Path) -> None:
    write_motion(folder, groups=False)
    (folder / "shake" / "0-0.csv").write_text("1,2,3\n4,5,6\n")


def write_short_sound(folder: Path) -> None:
    write_sounds(folder, 11)
    click = (9_000 * (-1) ** np.arange(40)).astype("<i2")
    (folder / "beep" / "4.wav").write_bytes(wav_bytes(RATE, click.tobytes()))


def train(folder: Path, recipe: str, *options: str) -> Result:
    policy = {"training": {"recipe": recipe, "data": "samples", "arguments": {"epochs": 1}}}
    (folder / "forge.yml").write_text(json.dumps(policy))
    result: Result = CliRunner().invoke(main, ["train", str(folder), *options])
    return result


@pytest.mark.parametrize(
    ("recipe", "write", "label"), [("motion", write_short_motion, "shake"), ("keywords", write_short_sound, "beep")]
)
def test_a_recording_that_is_shorter_than_one_run_reads_is_left_out(
    recipe: str, write: Callable[[Path], None], label: str, tmp_path: Path
) -> None:
    write(tmp_path / "samples")
    result = train(tmp_path, recipe, "--python", str(tmp_path / "script"))
    assert result.exit_code == 0, result.output
    assert f"Note: 1 recording of {label} is shorter than a window and is left out." in result.stdout
    assert (tmp_path / "script" / "features.npz").exists()


def test_data_that_is_too_short_altogether_is_refused_with_what_to_do(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    for path in (tmp_path / "samples").glob("*/*.csv"):
        path.write_text("1,2,3\n" * 3)
    result = train(tmp_path, "motion", "--python", str(tmp_path / "script"))
    assert result.exit_code == 1
    assert "Every recording is shorter than a window. Choose a shorter window." in result.stderr
    result = train(tmp_path, "motion", "--augmentation", str(tmp_path / "drawn"))
    assert result.exit_code == 1
    assert "The recordings are shorter than a window. Choose a shorter window." in result.stderr


def test_copies_of_a_picture_are_named_as_the_reason_why_a_split_is_empty(tmp_path: Path) -> None:
    samples = write_pictures(tmp_path / "samples", 12)
    for path in (samples / "bars").iterdir():
        path.write_bytes(png(np.zeros((48, 80, 3), np.uint8)))
    result = train(tmp_path, "pictures", "--count", "cortex-m4")
    assert result.exit_code == 1
    assert "bars has no recordings in the split validation." in result.stderr
    assert "11 recordings of bars are copies of others; they count as one with these, in one split." in result.stderr


def test_broken_recordings_are_named_where_too_few_are_left(tmp_path: Path) -> None:
    samples = write_sounds(tmp_path / "samples", 11)
    for number in (3, 4, 5, 6):
        (samples / "hiss" / f"{number}.wav").write_bytes(b"RIFF")
    result = train(tmp_path, "keywords", "--count", "cortex-m4")
    assert result.exit_code == 1
    assert "hiss has 7 recordings; 10 are needed. Left out: hiss/3.wav: " in result.stderr
    assert "1 further file left out." in result.stderr


def test_data_of_another_kind_is_refused_with_both_kinds(tmp_path: Path) -> None:
    write_sounds(tmp_path / "samples")
    result = train(tmp_path, "pictures", "--count", "cortex-m4")
    assert result.exit_code == 1
    assert 'The recipe pictures learns from pictures, and "' in result.stderr
    assert "is sound." in result.stderr
