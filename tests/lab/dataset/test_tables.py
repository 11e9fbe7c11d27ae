"""Tables from which a number is learned: their columns, how few of them are divided, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.dataset.tables import rows_of
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.tasks.scaling import scaling_of
from lab.training.data import read_dataset
from lab.training.preparing import prepare_run
from lab.training.run import write_features
from rune.datasets.splits import Split
from rune.source.policy.sections.training import Training
from tests.support.training.motion_data import write_motion
from tests.support.training.table_data import write_tables

REGRESSION = recipe_of("regression")


def table(rows: int, columns: int = 2) -> str:
    header = ",".join(f"c{number}" for number in range(columns))
    lines = [",".join(str(row + column) for column in range(columns)) for row in range(rows)]
    return "\n".join([header, *lines]) + "\n"


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_one_table_is_cut_in_time_and_no_row_is_on_two_sides(tmp_path: Path) -> None:
    dataset = read_dataset(write(tmp_path, a=table(100)), REGRESSION, {})
    parts = {split: rows_of(each) for each, split in zip(dataset.recordings, dataset.splits, strict=True)}
    assert [len(parts[split]) for split in Split] == [70, 15, 15]
    np.testing.assert_array_equal(np.concatenate([parts[split] for split in Split])[:, 0], np.arange(100))
    assert list(dataset.labels) == ["c1"]
    assert dataset.columns == ("c0", "c1")
    assert "The table is cut in time: the first 70 % of the rows are learned" in dataset.notes[0]


def test_many_tables_stay_whole(tmp_path: Path) -> None:
    dataset = read_dataset(write_tables(tmp_path, 5), REGRESSION, {})
    assert len(dataset.recordings) == 15
    assert set(dataset.splits) == set(Split)
    assert dataset.classes == {"idle": "power", "running": "power", "worn": "power"}
    assert not any("cut in time" in note for note in dataset.notes)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": table(3)}, "The tables have 3 rows together; 30 are needed."),
        ({"a": table(40), "b": table(40, columns=3)}, 'has the columns c0, c1 and c2, and "a.csv" has c0 and c1'),
        ({"a": table(40).replace("5,6", "5,nan")}, "has no recordings that can be read"),
        (
            {"a": table(40).replace("5,6", "5,-2e31")},
            '"a.csv" has a number above 1e+29, the largest that is learned. The column "c1" has the number 2e+31.',
        ),
        ({"a": table(40, columns=1)}, "The tables have the column c0 alone"),
    ],
)
def test_data_of_which_no_number_can_be_learned_is_refused(texts: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        prepare_run(Training("regression", "samples"), write(tmp_path, **texts), {})
    assert message in str(error.value)
    assert error.value.reason is Reason.DATA


@pytest.mark.protects("recordings/learning-figures")
@pytest.mark.parametrize(
    "texts",
    [{"a": table(40), "b": table(40, columns=3)}, {"a": table(40).replace("5,6", "5,-2e31")}],
    ids=["columns", "numbers"],
)
def test_names_and_numbers_of_a_table_are_a_detail_of_its_refusal(texts: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        prepare_run(Training("regression", "samples"), write(tmp_path, **texts), {})
    assert "c1" in error.value.detail
    assert "c1" not in error.value.message
    assert "2e" not in error.value.message


@pytest.mark.parametrize(("rows", "arguments"), [(200, {}), (400, {"ahead": 20})])
def test_a_part_that_is_too_short_for_a_forecast_is_named(rows: int, arguments: dict[str, int], tmp_path: Path) -> None:
    run = prepare_run(Training("forecast", "a", arguments=arguments), write(tmp_path, a=table(rows)), {})
    part, minimum = round(0.15 * rows), 48 + arguments.get("ahead", 1)
    message = f'"a.csv, validation part", the longest table for validation, has {part} rows; forecast needs {minimum}.'
    with pytest.raises(Refused, match=message):
        write_features(run, tmp_path / "features.npz", lambda _share, _text: None)


def test_recordings_of_another_kind_are_refused(tmp_path: Path) -> None:
    write_motion(tmp_path, people=1)
    with pytest.raises(Refused, match=r"The recipe regression learns from tables, and .* is motion"):
        read_dataset(tmp_path, REGRESSION, {})
    write_tables(tmp_path / "tables", 4)
    with pytest.raises(Refused, match=r"The recipe motion learns from motion, and .* is a table"):
        read_dataset(tmp_path / "tables", recipe_of("motion"), {})


def test_one_label_is_refused_for_classes_and_not_for_numbers(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path, **{f"{number:02}": table(10 + number)})
    (tmp_path / "all").mkdir()
    for path in sorted(tmp_path.glob("*.csv")):
        path.rename(tmp_path / "all" / path.name)
    with pytest.raises(Refused, match='All recordings are of the label "all"'):
        read_dataset(tmp_path, recipe_of("table"), {})
    assert len(read_dataset(tmp_path, REGRESSION, {}).recordings) == 12


@pytest.mark.parametrize(("columns", "read"), [(0, 3), (2, 2)])
def test_columns_are_those_of_the_data_without_the_one_that_is_learned(columns: int, read: int, tmp_path: Path) -> None:
    write_tables(tmp_path, 4)
    arguments = {"columns": columns} if columns else {}
    run = prepare_run(Training("regression", "samples", arguments=arguments), tmp_path, {})
    assert run.settings.values["columns"] == read
    assert run.settings.recipe.features(run.settings.values).shape == (read,)
    with pytest.raises(Refused, match="columns is 4, and the tables have 3 columns to read: temperature, current and"):
        prepare_run(Training("regression", "samples", arguments={"columns": 4}), tmp_path, {})


def test_a_number_that_never_changes_is_refused() -> None:
    with pytest.raises(Refused, match="is 5 in all rows of the train split, so there is nothing to learn"):
        scaling_of(np.arange(10, dtype=np.float32).reshape(10, 1), np.full(10, 5.0), has_usual=False)


def test_a_column_that_never_changes_divides_by_no_nothing() -> None:
    scaling = scaling_of(np.array([[1, 7.0], [3, 7]], np.float32), np.array([1.0, 3]), has_usual=False)
    assert (scaling.means, scaling.deviations) == ([2, 7], [1, 7])
    assert (scaling.centre, scaling.spread) == (2, 1)


def test_the_same_table_twice_prepares_the_same_run(tmp_path: Path) -> None:
    write(tmp_path, a=table(50))
    one, other = (prepare_run(Training("regression", "samples"), tmp_path, {}).settings for _ in range(2))
    assert one.digest == other.digest
    assert read_arguments(REGRESSION.arguments, {}, "regression")["columns"] == 0
