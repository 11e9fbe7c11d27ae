"""Row by row: images that follow each other are computed a row at a time, so that none between them is ever whole.

A row of a convolution's output needs some rows of its input, its window. When the last image's next row is due, each op
before it makes the rows that the next window lacks, and what no window needs any more is forgotten. Nothing is computed
twice, and each sum is that of the whole image, term by term: a window meets padding as rows of the padding's byte.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation


@dataclass(frozen=True, eq=False)
class RowWork:
    """How one row of an output is made: by `computation`, of `height` rows of an input that has `source_rows`.

    The first row's window begins `before` rows above the input, the next one's `step` rows further down. Rows beside
    the image are of the byte `padding`. Any other input has the output's rows, and the computation needs its own.
    """

    computation: Computation
    source_rows: int
    height: int = 1
    step: int = 1
    before: int = 0
    padding: int = 0

    def lies_inside(self, rows: int) -> bool:
        """Whether the windows of so many rows never meet padding."""
        return self.before == 0 and (rows - 1) * self.step + self.height <= self.source_rows


class ByRows(ABC):
    """A computation of one image of bytes that can make its output row by row."""

    @abstractmethod
    def row_work(self, rows: int) -> RowWork | None:
        """How a row is made of an output that has so many; None where it cannot."""


@dataclass(frozen=True, eq=False)
class RowStage:
    """One of the computations: `rows` rows of `row_size` bytes. `inputs` are the numbers of the chain's inputs; None
    stands for the rows of the stage before."""

    name: str
    work: RowWork
    inputs: tuple[int | None, ...]
    rows: int
    row_size: int

    @property
    def given(self) -> int:
        """Which of its inputs are the rows of the stage before, or of the source."""
        return self.inputs.index(None)


@dataclass(frozen=True)
class Made:
    """That a stage makes a row now; stage -1 reads one from the source."""

    stage: int
    row: int


@dataclass(frozen=True, eq=False)
class RowByRow(Computation):
    """A chain of computations. The first input is the source, which the first stage reads; its rows are
    `source_row_size` bytes."""

    stages: tuple[RowStage, ...]
    source_row_size: int

    @property
    def reads_source_itself(self) -> bool:
        """Whether the first stage's windows are rows of the source as they lie there. Else they are copied."""
        first = self.stages[0]
        return first.work.lies_inside(first.rows)

    def given_size(self, number: int) -> int:
        """Bytes of a row that a stage reads."""
        return self.stages[number - 1].row_size if number else self.source_row_size

    def window_size(self, number: int) -> int:
        """Bytes of a stage's window; none where it reads the source itself."""
        is_copied = number > 0 or not self.reads_source_itself
        return self.stages[number].work.height * self.given_size(number) if is_copied else 0

    @property
    def window_bytes(self) -> int:
        return sum(map(self.window_size, range(len(self.stages))))

    def schedule(self) -> Iterator[Made]:
        """What is made when: as the C that is made of this does it."""
        made = [0] * len(self.stages)

        def make(number: int, row: int) -> Iterator[Made]:
            work = self.stages[number].work
            while self.window_size(number) and made[number] < row * work.step + work.height:
                given = made[number] - work.before
                if number and 0 <= given < work.source_rows:
                    yield from make(number - 1, given)
                elif 0 <= given < work.source_rows:
                    yield Made(-1, given)
                made[number] += 1
            yield Made(number, row)

        for row in range(self.stages[-1].rows):
            yield from make(len(self.stages) - 1, row)

    def may_replace(self, index: int) -> bool:
        """Whether the output may lie where this input lies: no row is read again once the output's row is there."""
        last = len(self.stages) - 1
        sizes = {stage.row_size for stage in self.stages if index in stage.inputs}
        if sizes | ({self.source_row_size} if index == 0 else set()) != {self.stages[last].row_size}:
            return False
        written = -1
        for made in self.schedule():
            if any(row <= written for row in self._rows_read(made, index)):
                return False
            written = made.row if made.stage == last else written
        return True

    def _rows_read(self, made: Made, index: int) -> Iterator[int]:
        """The rows of an input that are read when this is made."""
        if made.stage < 0:
            yield from (made.row,) if index == 0 else ()
            return
        stage = self.stages[made.stage]
        if index == 0 and made.stage == 0 and self.reads_source_itself:
            first = made.row * stage.work.step
            yield from range(first, first + stage.work.height)
        if index in stage.inputs:
            yield made.row

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        rows = [np.zeros((stage.rows, stage.row_size), np.int8) for stage in self.stages]
        given = [_rows(inputs[0], self.source_row_size), *rows]
        for made in self.schedule():
            if made.stage >= 0:
                window = self._window(given[made.stage], made)
                rows[made.stage][made.row] = self._row(self.stages[made.stage], made.row, window, inputs)
        return (rows[-1].reshape(-1),)

    def _window(self, image: Array, made: Made) -> Array:
        work = self.stages[made.stage].work
        places = np.arange(work.height) + made.row * work.step - work.before
        is_inside = (places >= 0) & (places < work.source_rows)
        found = image[np.clip(places, 0, work.source_rows - 1)]
        return np.where(is_inside[:, None], found, np.array(work.padding, image.dtype))

    def _row(self, stage: RowStage, row: int, window: Array, inputs: Sequence[Array]) -> Array:
        operands = [window if index is None else _rows(inputs[index], stage.row_size)[row] for index in stage.inputs]
        (result,) = stage.work.computation.evaluate(*operands)
        return np.asarray(result.reshape(-1).view(np.int8))

    @property
    def multiply_accumulates(self) -> int:
        return sum(stage.work.computation.multiply_accumulates * stage.rows for stage in self.stages)

    @property
    def constant_bytes(self) -> int:
        return sum(stage.work.computation.constant_bytes for stage in self.stages)


def _rows(image: Array, size: int) -> Array:
    return image.reshape(-1).view(np.int8).reshape(-1, size)
