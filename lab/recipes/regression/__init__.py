"""A number of a row: what the last column of a table is when the others are known, by a small network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import table
from lab.recipes.arguments import COMMON
from lab.recipes.dense import DENSE_ARGUMENTS
from lab.recipes.numbers import COLUMNS
from lab.tasks.numbers import LAST_COLUMN

RECIPE = replace(
    table.RECIPE,
    name="regression",
    title="Regression",
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *DENSE_ARGUMENTS, *COMMON),
    space={},
    task=LAST_COLUMN,
    learner="table",
)
