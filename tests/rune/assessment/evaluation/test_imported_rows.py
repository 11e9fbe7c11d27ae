"""Samples of rows are read as an import brings them in: without times, at one rate, and each change is named."""

from __future__ import annotations

import pytest

from rune.assessment.evaluation.imported_rows import as_imported
from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.reading import samples_of
from rune.project.files import FileError, MemoryFiles

pytestmark = pytest.mark.protects("uploads/uneven-times")


def csv(*times: float, name: str = "time_ms") -> bytes:
    return (f"{name},x,y,z\n" + "".join(f"{time},{number},0,1\n" for number, time in enumerate(times))).encode()


def at_one_rate(files: dict[str, bytes]) -> tuple[dict[str, LabelledSample], dict[str, str]]:
    notes: dict[str, str] = {}
    samples = as_imported(samples_of(MemoryFiles(files)), notes.__setitem__)
    return {each.name: each for each in samples}, notes


def test_a_recording_of_another_rate_is_resampled_and_named() -> None:
    usual = csv(0, 10, 20, 30, 40)
    samples, notes = at_one_rate({"walk/a.csv": usual, "walk/b.csv": csv(0, 10, 20), "run/c.csv": csv(0, 20, 40)})
    assert samples["walk/a.csv"].read() == usual
    first_column = [float(line.split(b",")[0]) for line in samples["run/c.csv"].read().splitlines()]
    assert first_column == [0, 0.5, 1, 1.5, 2]
    assert notes == {
        "run/c.csv": "Its rows are 20 ms apart, and those of the data 10 ms. It is resampled to 10 ms: 5 rows instead "
        "of 3."
    }


def test_times_that_jump_or_run_backwards_are_named() -> None:
    files = {"a/even.csv": csv(0, 10, 20), "a/back.csv": csv(0, 10, 5), "a/jump.csv": csv(0, 10, 20, 5020, 5030)}
    samples, notes = at_one_rate(files)
    assert {name: sample.read() for name, sample in samples.items()} == files
    assert sorted(notes) == ["a/back.csv", "a/jump.csv"]
    assert "run backwards at row 3" in notes["a/back.csv"]
    assert "jump at row 4" in notes["a/jump.csv"]


def test_one_of_another_rate_whose_times_jump_is_not_evaluated() -> None:
    files = {"a/1.csv": csv(0, 10, 20), "a/2.csv": csv(0, 10, 20), "a/3.csv": csv(0, 20, 40, 5020)}
    samples, _ = at_one_rate(files)
    with pytest.raises(FileError, match="cannot be resampled"):
        samples["a/3.csv"].read()


def test_recordings_without_times_stay_as_they_are() -> None:
    files = {"a/1.csv": b"x,y,z\n1,2,3\n", "b/2.csv": b"1,2,3\n", "a/3.wav": b"RIFF", "a/4.csv": b"\xff,;"}
    samples, notes = at_one_rate(files)
    assert {name: sample.read() for name, sample in samples.items()} == files
    assert notes == {}


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_comes_without_its_times_whatever_separates_its_columns(separator: str) -> None:
    table = "time_ms,heat,light\n0,1,2\n10,3,4\n20,5,6\n".replace(",", separator).encode()
    samples, _ = at_one_rate({"a/1.csv": table, "b/2.csv": table})
    assert samples["a/1.csv"].read() == b"heat,light\n1,2\n3,4\n5,6\n"
