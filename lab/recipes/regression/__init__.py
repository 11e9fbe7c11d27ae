"""A number of a row: what the last column of a table is when the others are known, by a small network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import table
from lab.recipes.arguments import COMMON
from lab.recipes.dense import DENSE_ARGUMENTS
from lab.recipes.numbers import COLUMNS, LAST_COLUMN
from lab.recipes.recipe import no_answer

RECIPE = replace(
    table.RECIPE,
    name="regression",
    title="Regression",
    folder=Path(__file__).parent,
    arguments=(COLUMNS, *DENSE_ARGUMENTS, *COMMON),
    answer=no_answer,
    space={},
    target=LAST_COLUMN,
    learner="table",
)
