"""Times that jump, run backwards or have another rate are named in the preview of an import, with what to do."""

from __future__ import annotations

import io
import json

import pytest

from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout
from rune.datasets.layouts.timing_notes import timing_notes
from tests.support.cases import each_case
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.protects("uploads/uneven-times")


def csv(*times: float, name: str = "timestamp") -> str:
    return f"{name},x,y,z\n" + "".join(f"{time},{number},0,1\n" for number, time in enumerate(times))


def edge_impulse(interval: float) -> str:
    sensors = [{"name": f"acc{axis}", "units": "m/s2"} for axis in "XYZ"]
    payload = {"interval_ms": interval, "sensors": sensors, "values": [[1, 2, 3], [2, 3, 4]]}
    return json.dumps({"payload": payload})


def notes(files: dict[str, str]) -> dict[str, str]:
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    return {each.path: each.reason for each in timing_notes(archive, find_layout(archive))}


def test_even_times_get_no_note() -> None:
    files = {"walk/a.csv": csv(0, 20, 40, 61, 80), "walk/b.csv": csv(100, 120, 140), "walk/c.csv": "x,y,z\n1,2,3\n"}
    assert notes(files) == {}


@each_case(
    ("times", "name", "note"),
    [
        (
            (0, 20, 5920, 5940, 5960),
            "timestamp",
            "Its times jump at row 3, from 20 to 5920; other rows are 20 apart. Cut it there, and import the parts.",
        ),
        (
            (0, 0.02, 0.04, 0.03, 0.06),
            "seconds",
            "Its times run backwards at row 4, from 0.04 s to 0.03 s. Sort its rows, or cut it there, and import it "
            "again.",
        ),
    ],
)
def test_times_that_jump_or_run_backwards_are_named(times: tuple[float, ...], name: str, note: str) -> None:
    assert notes({"walk/a.csv": csv(*times, name=name), "walk/b.csv": csv(0, 20, 40)}) == {"walk/a.csv": note}


def test_recordings_of_another_rate_than_most_are_named() -> None:
    files = {f"training/walk.{number}.json": edge_impulse(16 if number == 3 else 10) for number in (1, 2, 3)}
    assert notes(files) == {
        "training/walk.3.json": "Its rows are 16 ms apart, and those of most recordings 10 ms. Resample it to 10 ms, "
        "or leave it out."
    }
    assert notes({"walk/a.csv": csv(0, 20, 40), "walk/b.csv": csv(0, 21, 42, 61), "walk/c.csv": csv(0, 16, 32)}) == {
        "walk/c.csv": "Its rows are 16 apart, and those of most recordings 20. Resample it to 20, or leave it out."
    }


def test_series_of_a_table_are_named_by_their_number() -> None:
    rows = [("1", 0), ("1", 20), ("1", 40), ("2", 0), ("2", 20), ("2", 10)]
    table = "series,label,time_ms,x,y,z\n" + "".join(f"{series},walk,{time},1,2,3\n" for series, time in rows)
    assert list(notes({"all.csv": table})) == ["all.csv, series 2"]
    assert "run backwards at row 3, from 20 ms to 10 ms." in notes({"all.csv": table})["all.csv, series 2"]


@each_case(
    "text", ["timestamp,x,y,z\na,1,2,3\nb,1,2,3\nc,1,2,3\n", "timestamp,x,y,z\n1\n2\n", "\x00", "timestamp\n1\n2\n1\n"]
)
def test_damaged_or_strange_tables_end_no_preview(text: str) -> None:
    assert len(notes({"walk/a.csv": text, "walk/b.csv": csv(0, 20, 40)})) <= 1
