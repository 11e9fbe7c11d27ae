"""Recipes of tables: how columns become what a network reads."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill, indent

from lab.recipes.arguments import ArgumentGroup, Number, RecipeArgument, Values
from lab.refusal import Reason, Refused
from lab.tasks.scaling import DataScaling
from lab.tasks.task import LearningTask
from rune.wording import counted, listed

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


def usual_scaling(features: int) -> DataScaling:
    """A scaling before any data is known: none of its numbers is one that saves instructions, and each column has its
    own, since equal ones are stored once."""
    columns = range(features)
    return DataScaling([0.3 + each / 1024 for each in columns], [1.7 + each / 1024 for each in columns], 0.3, 1.7)


def scale_stage(name: str, source: str, dimensions: Sequence[int], scaling: DataScaling) -> str:
    """The stage that makes the features of a train split as large as each other."""
    return f"""\
  # Each column as the train split has it: its mean becomes 0, and its standard deviation 1.
  {name}:
    proc-block: scale
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [{", ".join(map(str, dimensions))}]}}
    args:
      mean:{_numbers(scaling.means)}
      deviation:{_numbers(scaling.deviations)}
"""


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


def chosen_columns(values: Values, names: Sequence[str], task: LearningTask) -> dict[str, Number]:
    """The values with the number of columns that are read of a table with these names. Raises `Refused`."""
    own = task.columns_read(names)
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
