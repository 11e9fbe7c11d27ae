"""Recordings of rows come to one rate before a model learns from them, as an import brings them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.dataset.recordings import read_recordings

pytestmark = pytest.mark.protects("uploads/uneven-times")


def csv(*times: int) -> str:
    return "time_ms,x,y,z\n" + "".join(f"{time},{number},0,1\n" for number, time in enumerate(times))


def test_a_recording_of_another_rate_is_resampled_and_named(tmp_path: Path) -> None:
    for name, times in {"walk/1": (0, 10, 20), "walk/2": (0, 10, 20), "run/3": (0, 20, 40)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.csv").write_text(csv(*times))
    recordings = read_recordings(tmp_path)
    assert {each.name: len(each.data.splitlines()) for each in recordings.items} == {
        "walk/1.csv": 3,
        "walk/2.csv": 3,
        "run/3.csv": 5,
    }
    [note] = recordings.row_notes
    assert note.startswith("run/3.csv: Its rows are 20 ms apart, and those of the data 10 ms. It is resampled to 10 ms")


def test_a_recording_of_another_rate_whose_times_jump_is_left_out_by_name(tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    for name, times in {"1": (0, 10, 20), "2": (0, 10, 20), "3": (0, 20, 40, 5020)}.items():
        (tmp_path / "walk" / f"{name}.csv").write_text(csv(*times))
    recordings = read_recordings(tmp_path)
    assert [each.name for each in recordings.items] == ["walk/1.csv", "walk/2.csv"]
    assert "walk/3.csv" in recordings.omissions[0]
    assert "cannot be resampled" in recordings.omissions[0]
