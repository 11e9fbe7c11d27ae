"""The stages from a sensor to what a model reads."""

from __future__ import annotations

from dataclasses import dataclass

_WINDOW_STAGE = "features"


@dataclass(frozen=True)
class RowStages:
    """The stages of features in two parts: what is computed of each few rows, and the window that collects them. Where
    a model reads whole numbers, rows are turned into these before they are collected: a window of them takes a quarter
    of the memory of floats, and has the same numbers.

    `dimensions` are those of the rows of one run. The window has `size` rows, and is given anew each `hop` of them;
    `comment` says so in the recipe's units."""

    stages: str
    stage: str
    dimensions: tuple[int, ...]
    size: int
    hop: int
    comment: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a window."""
        return (self.size, *self.dimensions[1:])

    def window(self, source: str, element: str) -> str:
        """The last stage, from the name and the element type of what it collects."""
        return f"""\
  # {self.comment}
  {_WINDOW_STAGE}:
    proc-block: window
    inputs: [{source}]
    outputs:
      - {{type: {element}, dimensions: {list(self.shape)}}}
    args:
      size: {self.size}
      hop: {self.hop}
"""


@dataclass(frozen=True)
class FeatureStages:
    """The model's input: the stages that compute it as text of a Runefile, the last one's name, and its shape.

    With `has_batch` the stage gives a batch of one, as pictures are given; `shape` is without it. `bounds` are the
    least and the greatest number that the blocks can give, None where that is unknown. The input of the model is
    quantised for the bounds, whatever the recordings have: numbers of a picture then become those of the model by a
    table, without floats."""

    stages: str
    stage: str
    shape: tuple[int, ...]
    has_batch: bool = False
    bounds: tuple[float, float] | None = None
    rows: RowStages | None = None
    """The window of rows, where the last stage is one."""

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The dimensions of the stage's output."""
        return (1, *self.shape) if self.has_batch else self.shape


def features_of_rows(rows: RowStages, bounds: tuple[float, float] | None = None) -> FeatureStages:
    """The model's input where it is a window of rows."""
    stages = f"{rows.stages}\n{rows.window(rows.stage, 'f32')}"
    return FeatureStages(stages, _WINDOW_STAGE, rows.shape, bounds=bounds, rows=rows)
