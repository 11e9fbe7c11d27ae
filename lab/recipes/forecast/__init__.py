"""Forecast of a sensor: what the first column of a table will be some rows later, by convolutions over time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lab.recipes.arguments import COMMON, ArgumentGroup, RecipeArgument, ShownAs, Values
from lab.recipes.features import FeatureStages
from lab.recipes.numbers import COLUMNS, FLOAT_BYTES
from lab.recipes.recipe import Recipe
from lab.refusal import Reason, Refused
from lab.tasks.numbers import NUMBER_STAGE, NumberTask
from lab.tasks.scaling import Array
from lab.tasks.task import ModelOutput
from rune.datasets.content.content import Kind

_MOST_STEPS = 64
"""The greatest number of steps of a recurrent layer. Each has operators of its own in the model: a rune of 128 steps
has 120 kB, and what it needs is counted for longer than somebody waits who fills in a form."""
_ARGUMENTS = (
    COLUMNS,
    RecipeArgument(
        "window",
        "Length of what one forecast looks back at.",
        48,
        8,
        2000,
        "rows",
        title="Window",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "ahead",
        "How far ahead the forecast is.",
        1,
        1,
        2000,
        "rows",
        title="Forecast ahead",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "hop", "Rows between two forecasts.", 1, 1, 2000, "rows", title="Answer every", group=ArgumentGroup.FRONT_END
    ),
    RecipeArgument(
        "filters",
        "Filters of the first convolution; each further one has half as many more.",
        8,
        2,
        128,
        title="Filters per layer",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "blocks",
        "Convolutions over time, each of which halves the length.",
        3,
        1,
        6,
        title="Blocks",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "kernel",
        "Rows that each convolution looks at.",
        3,
        2,
        15,
        "rows",
        title="Kernel size",
        group=ArgumentGroup.NETWORK,
    ),
    RecipeArgument(
        "recurrent",
        "On: a GRU with as many outputs as `filters` reads the time steps that the convolutions leave.",
        0,
        0,
        1,
        title="Recurrent layer (GRU)",
        group=ArgumentGroup.NETWORK,
        shown=ShownAs.SWITCH,
    ),
    RecipeArgument(
        "noise",
        "The standard deviation of the noise that is added while learning, in those of the columns.",
        0.02,
        0.0,
        1.0,
        title="Noise",
        group=ArgumentGroup.AUGMENTATION,
    ),
)


def _ends(values: Values, rows: int) -> Array:
    """The newest row of each window behind which the row of the forecast is known."""
    return np.arange(int(values["window"]) - 1, rows - int(values["ahead"]), int(values["hop"]))


def _least_rows(values: Values) -> int:
    return int(values["window"]) + int(values["ahead"])


def _future_values(values: Values, rows: Array) -> Array:
    numbers: Array = rows[_ends(values, len(rows)) + int(values["ahead"]), 0]
    return numbers


def _newest(values: Values, rows: Array) -> Array:
    newest: Array = rows[_ends(values, len(rows)), 0]
    return newest


def _features(values: Values) -> FeatureStages:
    window, hop, columns = int(values["window"]), int(values["hop"]), int(values["columns"]) or 1
    if hop > window:
        raise Refused(Reason.SETTINGS, f"hop is {hop}; it must be at most the window of {window} rows.")
    if values["recurrent"]:
        _require_steps(values)
    stages = f"""\
  # One row: the numbers of the columns, in the order of the table.
  numbers:
    capability: RAW
    outputs:
      - {{type: f32, dimensions: [1, {columns}]}}
    args:
      length: {FLOAT_BYTES * columns}

  # The last {window} rows{"" if hop == 1 else f", anew each {hop} rows"}.
  window:
    proc-block: window
    inputs: [numbers]
    outputs:
      - {{type: f32, dimensions: [{window}, {columns}]}}
    args:
      size: {window}
      hop: {hop}

  # Each row less the newest one: how it came to where it is now.
  change:
    proc-block: add
    inputs: [window, numbers]
    outputs:
      - {{type: f32, dimensions: [{window}, {columns}]}}
    args:
      second: -1
"""
    return FeatureStages(stages, "change", (window, columns))


def _require_steps(values: Values) -> None:
    """Raises `Refused` where the recurrent layer has too few or too many steps, or channels are removed around it."""
    steps = int(values["window"])
    for _ in range(int(values["blocks"])):
        steps = -(-steps // 2)
    if not 2 <= steps <= _MOST_STEPS:
        least = f"{steps} step{'' if steps == 1 else 's'}; a recurrent layer has 2 to {_MOST_STEPS}"
        message = f"A window of {values['window']} rows leaves {least}. Change window or blocks, or write recurrent: 0."
        raise Refused(Reason.SETTINGS, message)
    if values["prune"]:
        message = "No channels are removed around a recurrent layer. Write prune: 0, or recurrent: 0."
        raise Refused(Reason.SETTINGS, message)


def _stages(values: Values, output: ModelOutput) -> str:
    columns = int(values["columns"])
    shape = ", ".join(map(str, output.dimensions))
    newest = "numbers"
    stages = ""
    if columns > 1:
        newest = "newest.0"
        outputs = "".join("      - {type: f32, dimensions: [1, 1]}\n" for _ in range(columns))
        stages = f"""\
  newest:
    proc-block: split
    inputs: [numbers]
    outputs:
{outputs}\
    args:
      parts: {columns}

"""
    return f"""\
{stages}\
  # In the unit of the first column.
  difference:
    proc-block: scale
    inputs: [{output.scores}]
    outputs:
      - {{type: f32, dimensions: [{shape}]}}
    args:
      factor: {output.scaling.spread:.9g}

  # The newest value, and how much it will change in {int(values["ahead"])} rows.
  {NUMBER_STAGE}:
    proc-block: add
    inputs: [difference, {newest}]
    outputs:
      - {{type: f32, dimensions: [{shape}]}}

  answer:
    out: SERIAL
    inputs: [{NUMBER_STAGE}]
"""


RECIPE = Recipe(
    name="forecast",
    title="Forecast of a sensor",
    kind=Kind.TABLE,
    folder=Path(__file__).parent,
    arguments=(*_ARGUMENTS, *COMMON),
    network_arguments=("filters", "blocks", "kernel", "recurrent", "dropout"),
    augmentation=("noise",),
    features=_features,
    task=NumberTask(_future_values, _stages, "the last value again", _newest, place=0, is_read=True, rows=_least_rows),
    scales=True,
    sizes={"small": {"filters": 4}, "balanced": {}, "accurate": {"filters": 16}},
    main_arguments=("window", "ahead", "epochs"),
)
