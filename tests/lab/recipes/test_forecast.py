"""The recipe for forecasts: the row that belongs to each window, and a rune that adds to the newest value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lab.recipes.arguments import Values, read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import whole_runefile
from lab.refusal import Refused
from lab.search.candidate import candidate_model
from lab.tasks.numbers import NUMBER_STAGE, NumberTask
from lab.tasks.scaling import DataScaling
from rune.assessment.evaluation.recorded_tensors import RecordedTensors, tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model
from rune.port import Port
from rune.project.files import MemoryFiles
from tests.support.cases import each_case
from tests.support.training.features import model_of

FORECAST = recipe_of("forecast")


def values(**arguments: float) -> Values:
    return read_arguments(FORECAST.arguments, arguments, "forecast")


def test_a_window_learns_the_row_so_far_ahead_of_its_newest() -> None:
    assert isinstance(FORECAST.task, NumberTask)
    assert FORECAST.task.usual is not None
    rows = np.stack([np.arange(20.0), -np.arange(20.0)], axis=1)
    own = values(window=8, ahead=3, hop=2)
    np.testing.assert_array_equal(FORECAST.task.numbers(own, rows), [10, 12, 14, 16, 18])
    np.testing.assert_array_equal(FORECAST.task.usual(own, rows), [7, 9, 11, 13, 15])
    least = FORECAST.task.rows(own)
    assert len(FORECAST.task.numbers(own, rows[: least - 1])) == 0
    assert len(FORECAST.task.numbers(own, rows[:least])) == 1


@pytest.mark.slow
@pytest.mark.parametrize("columns", [1, 3])
def test_the_rune_adds_the_change_to_the_newest_value_of_the_first_column(columns: int) -> None:
    own = values(window=8, columns=columns, hop=2)
    scaling = DataScaling([0.0] * columns, [2.0] * columns, 0.0, 10.0)
    model = model_of((8, columns), 1)
    runefile = whole_runefile(FORECAST, own, "m.tflite", model, ["level"], scaling)
    ports = tuple(Port(name, 0) for name in ("model", NUMBER_STAGE))
    files = MemoryFiles({"Runefile.yml": runefile.encode(), "m.tflite": model})
    result = build(files, BuildOptions("forecast", watched=ports))
    assert result.diagnostics == ()
    table = np.round(np.random.default_rng(2).normal(5, 3, (20, columns)), 3)
    lines = [",".join(f"c{number}" for number in range(columns)), *(",".join(map(str, row)) for row in table)]
    tensors = RecordedTensors(
        result.rune, lambda rune, _: np.ravel([tensor_array(rune.watched[port].tensors[0]) for port in ports])
    )
    rows = np.stack(list(tensors.windows("\n".join(lines).encode() + b"\n")))
    newest = table[7::2, 0].astype(np.float32)
    assert len(rows) == len(newest)
    assert np.ptp(rows[:, 0]) > 0.1
    np.testing.assert_allclose(rows[:, 1], newest + 10 * rows[:, 0], rtol=1e-5, atol=1e-5)


def test_windows_with_gaps_between_them_are_refused() -> None:
    with pytest.raises(Refused, match="hop is 9; it must be at most the window of 8 rows"):
        FORECAST.features(values(window=8, hop=9))


@each_case(
    ("arguments", "message"),
    [
        ({"window": 8, "blocks": 3}, "A window of 8 rows leaves 1 step; a recurrent layer has 2 to 64. Change window"),
        ({"window": 600, "blocks": 2}, "A window of 600 rows leaves 150 steps; a recurrent layer has 2 to 64"),
        ({"prune": 0.5}, "No channels are removed around a recurrent layer. Write prune: 0, or recurrent: 0"),
    ],
)
def test_a_recurrent_layer_of_one_step_of_very_many_and_a_pruned_one_are_refused(
    arguments: dict[str, float], message: str
) -> None:
    own = values(**arguments)
    assert FORECAST.features(own).shape == (own["window"], 1)
    with pytest.raises(Refused, match=message):
        FORECAST.features({**own, "recurrent": 1})


def test_a_recurrent_layer_reads_what_convolutions_leave_step_by_step() -> None:
    model = read_model(candidate_model(FORECAST, values(columns=2, recurrent=1), 1, "int8"))
    operators = [each.op for each in model.operators]
    assert operators.count("CONV_2D") == 3
    assert operators.count("TANH") == 6, "48 rows, halved three times"
    assert "WHILE" not in operators


@pytest.mark.slow
def test_the_rune_with_a_recurrent_layer_gives_the_bits_of_the_reference(tmp_path: Path) -> None:
    own = values(columns=2, recurrent=1)
    model = candidate_model(FORECAST, own, 1, "int8")
    (tmp_path / "m.tflite").write_bytes(model)
    (tmp_path / "Runefile.yml").write_text(whole_runefile(FORECAST, own, "m.tflite", model, ["level"]))
    command = [sys.executable, "-m", "rune.tools.cli", "verify", str(tmp_path / "Runefile.yml"), "--seed", "1"]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "model (m.tflite): identical to the reference" in process.stdout
