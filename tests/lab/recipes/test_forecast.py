"""The recipe for forecasts: the row that belongs to each window, and a rune that adds to the newest value."""

from __future__ import annotations

import numpy as np
import pytest

from lab.recipes.arguments import Values, read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.numbers import NUMBER_STAGE, DataScaling
from lab.recipes.recipe import whole_runefile
from lab.refusal import Refused
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.running.evaluation.recorded_tensors import RecordedTensors, tensor_array
from tests.lab.dataset.test_features import model_of

FORECAST = recipe_of("forecast")


def values(**written: int) -> Values:
    return read_arguments(FORECAST.arguments, written, "forecast")


def test_a_window_learns_the_row_so_far_ahead_of_its_newest() -> None:
    assert FORECAST.target is not None
    assert FORECAST.target.usual is not None
    rows = np.stack([np.arange(20.0), -np.arange(20.0)], axis=1)
    own = values(window=8, ahead=3, hop=2)
    np.testing.assert_array_equal(FORECAST.target.learned(own, rows), [10, 12, 14, 16, 18])
    np.testing.assert_array_equal(FORECAST.target.usual(own, rows), [7, 9, 11, 13, 15])
    least = FORECAST.target.rows(own)
    assert len(FORECAST.target.learned(own, rows[: least - 1])) == 0
    assert len(FORECAST.target.learned(own, rows[:least])) == 1


@pytest.mark.slow
@pytest.mark.parametrize("columns", [1, 3])
def test_the_rune_adds_the_change_to_the_newest_value_of_the_first_column(columns: int) -> None:
    own = values(window=8, columns=columns, hop=2)
    scaling = DataScaling([0.0] * columns, [2.0] * columns, 0.0, 10.0)
    model = model_of((8, columns), 1)
    runefile = whole_runefile(FORECAST, own, "m.tflite", model, ["level"], scaling)
    ports = tuple(Port(name, 0) for name in ("model", NUMBER_STAGE))
    files = MemoryFiles({"Runefile.yml": runefile.encode(), "m.tflite": model})
    built = build(files, BuildOptions("forecast", watched=ports))
    assert built.diagnostics == ()
    table = np.round(np.random.default_rng(2).normal(5, 3, (20, columns)), 3)
    lines = [",".join(f"c{number}" for number in range(columns)), *(",".join(map(str, row)) for row in table)]
    tensors = RecordedTensors(
        built.rune, lambda loaded, _: np.ravel([tensor_array(loaded.watched[port].tensors[0]) for port in ports])
    )
    rows = np.stack(list(tensors.windows("\n".join(lines).encode() + b"\n")))
    newest = table[7::2, 0].astype(np.float32)
    assert len(rows) == len(newest)
    assert np.ptp(rows[:, 0]) > 0.1
    np.testing.assert_allclose(rows[:, 1], newest + 10 * rows[:, 0], rtol=1e-5, atol=1e-5)


def test_windows_with_gaps_between_them_are_refused() -> None:
    with pytest.raises(Refused, match="hop is 9; it must be at most the window of 8 rows"):
        FORECAST.features(values(window=8, hop=9))
