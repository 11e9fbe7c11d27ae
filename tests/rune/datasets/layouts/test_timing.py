"""Recordings of an input come in at one rate, and those whose times jump or run backwards are named, with advice."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest

from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.row_rate import RowInterval, RowRates, rates_of_json, rates_to_json
from rune.datasets.convert import resampled_rows
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.find import find_layout, read_item, shown_name
from rune.datasets.layouts.row_rates import usual_rates
from tests.support.cases import each_case
from tests.support.installations.archives import zipped

pytestmark = pytest.mark.protects("uploads/uneven-times")


def csv(*times: float, name: str = "timestamp") -> str:
    return f"{name},x,y,z\n" + "".join(f"{time},{number},0,1\n" for number, time in enumerate(times))


def edge_impulse(interval: float, count: int = 4, names: Sequence[str] = ("accX", "accY", "accZ")) -> str:
    sensors = [{"name": name, "units": "m/s2"} for name in names]
    values = [[row * interval / 10, *range(1, len(names))] for row in range(count)]
    return json.dumps({"payload": {"interval_ms": interval, "sensors": sensors, "values": values}})


def read_all(files: dict[str, str], rates: RowRates | None = None) -> dict[str, Content | str]:
    """Reads the recordings as an import does, or why they are left out."""
    archive = DataArchive(io.BytesIO(zipped(files)))  # type: ignore[arg-type]
    layout = find_layout(archive)
    rates = usual_rates(archive, layout) if rates is None else rates
    contents: dict[str, Content | str] = {}
    for item in layout.items:
        try:
            contents[shown_name(layout, item)] = read_item(archive, layout, item, rates)
        except BadContent as error:
            contents[shown_name(layout, item)] = str(error)
    return contents


def notes(files: dict[str, str], rates: RowRates | None = None) -> dict[str, str]:
    contents = read_all(files, rates)
    return {name: each.note for name, each in contents.items() if isinstance(each, Content) and each.note}


def first_column(content: Content | str) -> list[float]:
    assert isinstance(content, Content)
    return [float(line.split(b",")[0]) for line in content.data.splitlines() if not line.startswith(b"a")]


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


def test_recordings_of_another_rate_than_most_are_resampled_and_named() -> None:
    files = {f"training/walk.{number}.json": edge_impulse(16 if number == 3 else 10, 6) for number in (1, 2, 3)}
    assert notes(files) == {
        "training/walk.3.json": "Its rows are 16 ms apart, and those of the data 10 ms. It is resampled to 10 ms: 9 "
        "rows instead of 6."
    }
    contents = read_all(files)
    # A value that rises by one each 10 ms still does, up to the last row within the recording.
    assert first_column(contents["training/walk.3.json"]) == list(range(9))
    assert first_column(contents["training/walk.1.json"]) == list(range(6))


def test_of_two_rates_that_are_as_frequent_the_higher_one_stays() -> None:
    contents = read_all({"training/a.1.json": edge_impulse(20, 4), "training/a.2.json": edge_impulse(10, 4)})
    assert [len(first_column(each)) for each in contents.values()] == [7, 4]


def test_the_rate_of_the_data_comes_before_that_of_the_archive() -> None:
    rates = {"motion": RowInterval(0.02, " s")}
    contents = read_all(
        {"training/walk.1.json": edge_impulse(10, 5), "training/walk.2.json": edge_impulse(20, 3)}, rates
    )
    assert [first_column(each) for each in contents.values()] == [[0, 2, 4], [0, 2, 4]]


def test_measured_intervals_that_are_nearly_equal_are_one_rate() -> None:
    files = {"walk/a.csv": csv(0, 20, 40), "walk/b.csv": csv(0, 21, 42, 61), "walk/c.csv": csv(0, 16, 32)}
    assert list(notes(files)) == ["walk/c.csv"]


def test_each_input_has_a_rate_of_its_own() -> None:
    gyro = ("a1", "a2", "a3", "g1", "g2", "g3")
    files = {
        "training/walk.1.json": edge_impulse(10),
        "training/walk.2.json": edge_impulse(50, 3, gyro),
        "training/walk.3.json": edge_impulse(25, 5, gyro),
    }
    contents = read_all(files)
    assert list(notes(files)) == ["training/walk.2.json"]
    assert first_column(contents["training/walk.2.json"]) == [0, 2.5, 5, 7.5, 10]


def test_another_rate_in_an_unknown_unit_is_named() -> None:
    (note,) = notes({"walk/a.csv": csv(0, 16, 32)}, {"motion": RowInterval(10, " ms")}).values()
    assert note == (
        "Its rows are 16 apart, and those of the data 10 ms. If that is another rate, name the column of times "
        "`time_ms` or `seconds`, and import it again."
    )


def test_a_recording_of_another_rate_whose_times_jump_is_left_out() -> None:
    contents = read_all({"walk/a.csv": csv(0, 10, 20), "walk/b.csv": csv(0, 16, 32, 500), "walk/c.csv": csv(0, 10, 20)})
    assert contents["walk/b.csv"] == (
        "Its rows are 16 apart and those of the data 10, but it cannot be resampled. Its times jump at row 4, from 32 "
        "to 500; other rows are 16 apart. Cut it there, and import the parts."
    )


def test_a_recording_that_would_become_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampled_rows, "MAX_ROWS", 5)
    contents = read_all({"walk/a.csv": csv(0, 10, 20)}, {"motion": RowInterval(0.1)})
    assert contents["walk/a.csv"] == "At the rate of the data, it has more than 5 rows. Cut it, and import the parts."


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


def test_rates_are_read_back_from_json() -> None:
    rates = {"motion": RowInterval(10.0, " ms"), "a,b": RowInterval(20.0)}
    assert rates_of_json(rates_to_json(rates)) == rates
