"""Data that is too large to train on is refused before it is read, with what to do."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.dataset import recordings
from lab.dataset.recordings import read_recordings
from lab.refusal import Reason, Refused
from rune.datasets.training_limits import ADVICE, MAX_BYTES, MAX_RECORDINGS
from rune.tools.cli import main
from tests.support.training.motion_data import write_motion


def archive(path: Path, count: int) -> Path:
    """A ZIP file of so many recordings of two labels."""
    with zipfile.ZipFile(path, "w") as file:
        for number in range(count):
            file.writestr(f"{'ab'[number % 2]}/{number}.csv", "0,0,9\n0,1,9\n")
    return path


def refusal(source: Path) -> Refused:
    with pytest.raises(Refused) as error:
        read_recordings(source)
    assert error.value.reason is Reason.TOO_LARGE
    return error.value


def test_the_command_refuses_a_folder_of_more_bytes_than_a_run_takes(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples", takes=1)
    with (tmp_path / "samples" / "circle" / "long.csv").open("wb") as file:
        os.truncate(file.fileno(), MAX_BYTES)
    (tmp_path / "forge.yml").write_text("training: {recipe: motion-trees, data: samples}\n")
    result = CliRunner().invoke(main, ["train", str(tmp_path)])
    assert result.exit_code == 1
    assert f'"samples" has more than 1.1 GB. {ADVICE}' in result.stderr


def test_recordings_that_are_larger_than_their_files_are_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MAX_BYTES", 100)
    assert str(refusal(archive(tmp_path / "samples.zip", 20))) == f'"samples.zip" has more than 100 B. {ADVICE}'


def test_a_folder_of_too_many_files_is_refused_before_all_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MAX_FILES", 5)
    folder = write_motion(tmp_path / "samples")
    assert str(refusal(folder)) == f'"samples" has more than 5 files. {ADVICE}'


@pytest.mark.slow
def test_300_000_recordings_are_refused(tmp_path: Path) -> None:
    text = str(refusal(archive(tmp_path / "samples.zip", 300_000)))
    assert text.startswith('"samples.zip": The archive has 300,000 files;')
    assert text.endswith(ADVICE)


@pytest.mark.slow
def test_one_recording_more_than_a_run_takes_is_refused(tmp_path: Path) -> None:
    source = archive(tmp_path / "samples.zip", MAX_RECORDINGS + 1)
    assert str(refusal(source)) == f'"samples.zip" has more than 100,000 recordings. {ADVICE}'
