"""Recipes of tables: how columns become what a network reads, and how a network answers with a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill, indent
from typing import Any

import numpy as np

from lab.recipes.arguments import ArgumentGroup, Number, RecipeArgument, Values
from lab.refusal import Reason, Refused
from rune.wording import counted, listed

Array = np.ndarray[Any, Any]

NUMBER_STAGE = "number"
"""The stage that gives the answer of a recipe that answers with a number."""
COLUMNS = RecipeArgument(
    "columns",
    "How many of the first columns are read; 0 for all.",
    0,
    0,
    64,
    "columns",
    title="Columns",
    group=ArgumentGroup.FRONT_END,
)
FLOAT_BYTES = 4
"""Bytes of a number."""
_LINE = 110
"""Characters of a line of numbers."""


@dataclass(frozen=True)
class DataScaling:
    """The mean and the standard deviation of each feature on the train split, and of what is learned: an answer is
    `centre` and so many times `spread`."""

    means: Sequence[float]
    deviations: Sequence[float]
    centre: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True)
class NumberTarget:
    """The number that a recipe learns.

    `numbers` gives it for each window of a recording in order, from the values and the rows of its table,
    `[rows, columns]`; the last windows may have none. `usual` gives for each of them the answer that needs no learning,
    and the difference is learned; without it, that answer is the mean of the train split. `baseline` is its name.
    `stages` gives the stages behind the model from the values, the stage of its output with the dimensions, and the
    scaling; one of them is `NUMBER_STAGE`, and the last are outputs. `place` is that of the target's column, and
    `is_read` says whether the rune reads that column too. `rows` says how many rows the shortest table has of which
    something is learned.
    """

    numbers: Callable[[Values, Array], Array]
    stages: Callable[[Values, str, Sequence[int], DataScaling], str]
    baseline: str = "the mean of the train split"
    usual: Callable[[Values, Array], Array] | None = None
    place: int = -1
    is_read: bool = False
    rows: Callable[[Values], int] = lambda _values: 1

    def without_learning(self, values: Values, rows: Array, scaling: DataScaling) -> Array:
        """The answers that need no learning, one for each that is learned."""
        numbers = self.numbers(values, rows)
        if self.usual is None:
            return np.full(len(numbers), scaling.centre)
        return self.usual(values, rows)[: len(numbers)]


def usual_scaling(features: int) -> DataScaling:
    """A scaling before any data is known: none of its numbers is one that saves instructions, and each column has its
    own, since equal ones are stored once."""
    columns = range(features)
    return DataScaling([0.3 + each / 1024 for each in columns], [1.7 + each / 1024 for each in columns], 0.3, 1.7)


def scaling_of(features: Array, numbers: Array | None, *, has_usual: bool) -> DataScaling:
    """The scaling of the train split. `features` is `[n, ..., columns]`, `numbers` `[n]` or None. Raises `Refused`
    where there is nothing to learn."""
    flat = features.reshape(-1, features.shape[-1]).astype(np.float64)
    means = flat.mean(axis=0)
    deviations = flat.std(axis=0)
    # A column that never changes tells nothing of how much a change would mean.
    still = deviations <= 1e-6 * np.maximum(np.abs(means), 1e-6)
    deviations = np.where(still, np.maximum(np.abs(means), 1.0), deviations)
    centre, spread = 0.0, 1.0
    if numbers is not None:
        centre = 0.0 if has_usual else float(numbers.mean())
        spread = float(np.sqrt(np.mean((numbers - centre) ** 2)))
        if spread <= 1e-9 * max(abs(centre), 1e-9):
            what = "never changes" if has_usual else f"is {centre:g} in all rows of the train split"
            raise Refused(Reason.DATA, f"What is to be learned {what}, so there is nothing to learn.")
    return DataScaling(means.tolist(), deviations.tolist(), centre, spread)


def scale_stage(name: str, source: str, dimensions: Sequence[int], scaling: DataScaling) -> str:
    """The stage that makes the features of a train split as large as each other."""
    return f"""\
  # Each column as the train split has it: its mean becomes 0, and its standard deviation 1.
  {name}:
    proc-block: scale
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [{_dimensions_text(dimensions)}]}}
    args:
      mean:{_numbers(scaling.means)}
      deviation:{_numbers(scaling.deviations)}
"""


def number_stages(_values: Values, source: str, dimensions: Sequence[int], scaling: DataScaling) -> str:
    """The stages behind a model that answers with a number: in the unit of the data, and sent."""
    return f"""\
  # In the unit of the column that was learned.
  {NUMBER_STAGE}:
    proc-block: scale
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [{_dimensions_text(dimensions)}]}}
    args:
      factor: {scaling.spread:.9g}
      offset: {scaling.centre:.9g}

  answer:
    out: SERIAL
    inputs: [{NUMBER_STAGE}]
"""


LAST_COLUMN = NumberTarget(lambda _values, rows: rows[:, -1], number_stages)
"""The value of the last column in the row that is read."""


def row_stage(values: Values, comment: str) -> tuple[str, int]:
    """The stage `numbers`, which reads one row of a table, and how many columns it reads."""
    columns = int(values["columns"]) or 1
    stage = f"""\
  # {comment}
  numbers:
    capability: RAW
    outputs:
      - {{type: f32, dimensions: [{columns}]}}
    args:
      length: {FLOAT_BYTES * columns}
"""
    return stage, columns


def chosen_columns(values: Values, names: Sequence[str], target: NumberTarget | None) -> dict[str, Number]:
    """The values with the number of columns that are read of a table with these names. Raises `Refused`."""
    own = list(names)
    if target is not None and not target.is_read:
        own.pop(target.place)
    if not own:
        raise Refused(Reason.DATA, f"The tables have the column {names[0]} alone, and it is what is to be learned.")
    count = int(values["columns"])
    if count > len(own):
        message = f"columns is {count}, and the tables have {counted(len(own), 'column')} to read: {listed(own)}."
        raise Refused(Reason.SETTINGS, message)
    return {**values, "columns": count or len(own)}


def _numbers(values: Sequence[float]) -> str:
    """Numbers behind the name of an argument: many of them in lines of their own."""
    text = ", ".join(f"{value:.9g}" for value in values)
    if len(text) <= _LINE:
        return f" {text}"
    return " |\n" + indent(fill(text, _LINE), " " * 8)


def _dimensions_text(dimensions: Sequence[int]) -> str:
    return ", ".join(map(str, dimensions))
