"""Row-by-row computation: consecutive images are computed one row at a time, so that none between them is ever whole.

A row of a convolution's output needs a window of input rows. When the last image's next row is due, each op before it
computes the rows that the next window lacks, and rows that no window needs any more are dropped. Nothing is computed
twice, and each sum has the same terms as for the whole image: padding is read as rows of the padding byte.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rune.compiler.anvil.computation import Array, Computation


@dataclass(frozen=True, eq=False)
class RowWork:
    """The computation of one row of an output: by `computation`, from `height` rows of an input with `source_rows`
    rows.

    The first row's window begins `before` rows above the input, the next one's `step` rows further down. Rows outside
    the image contain the byte `padding`. Any other input has as many rows as the output, and the computation reads the
    same row.
    """

    computation: Computation
    source_rows: int
    height: int = 1
    step: int = 1
    before: int = 0
    padding: int = 0

    def is_inside(self, rows: int) -> bool:
        """Returns whether the windows of this many rows never overlap padding."""
        return self.before == 0 and (rows - 1) * self.step + self.height <= self.source_rows


class ByRows(ABC):
    """A computation on one image of bytes that can compute its output row by row."""

    @abstractmethod
    def row_work(self, rows: int) -> RowWork | None:
        """Returns how a row of an output with this many rows is computed; None if it is not possible."""


@dataclass(frozen=True, eq=False)
class RowStageWork:
    """One of the computations: `rows` rows of `row_size` bytes. `inputs` are the numbers of the chain's inputs; None
    stands for the rows of the stage before."""

    name: str
    work: RowWork
    inputs: tuple[int | None, ...]
    rows: int
    row_size: int

    @property
    def rows_input(self) -> int:
        """The position of the input with the rows of the stage before, or of the source."""
        return self.inputs.index(None)


@dataclass(frozen=True)
class ScheduledRow:
    """One step of the schedule: a stage computes a row; stage -1 reads one from the source."""

    stage: int
    row: int


@dataclass(frozen=True, eq=False)
class RowByRow(Computation):
    """A chain of computations. The first input is the source, which the first stage reads; its rows have
    `source_row_size` bytes."""

    stages: tuple[RowStageWork, ...]
    source_row_size: int

    @property
    def reads_source_itself(self) -> bool:
        """Whether the first stage reads its windows directly in the source. Otherwise rows are copied."""
        first = self.stages[0]
        return first.work.is_inside(first.rows)

    def input_row_size(self, number: int) -> int:
        """Returns the size of a row that a stage reads, in bytes."""
        return self.stages[number - 1].row_size if number else self.source_row_size

    def window_size(self, number: int) -> int:
        """Returns the size of a stage's window in bytes; 0 if it reads the source directly."""
        is_copied = number > 0 or not self.reads_source_itself
        return self.stages[number].work.height * self.input_row_size(number) if is_copied else 0

    @property
    def window_bytes(self) -> int:
        return sum(map(self.window_size, range(len(self.stages))))

    def schedule(self) -> Iterator[ScheduledRow]:
        """Returns the order in which rows are computed, which is that of the generated C."""
        rows_in_window = [0] * len(self.stages)

        def make(number: int, row: int) -> Iterator[ScheduledRow]:
            work = self.stages[number].work
            while self.window_size(number) and rows_in_window[number] < row * work.step + work.height:
                source_row = rows_in_window[number] - work.before
                if number and 0 <= source_row < work.source_rows:
                    yield from make(number - 1, source_row)
                elif 0 <= source_row < work.source_rows:
                    yield ScheduledRow(-1, source_row)
                rows_in_window[number] += 1
            yield ScheduledRow(number, row)

        for row in range(self.stages[-1].rows):
            yield from make(len(self.stages) - 1, row)

    def may_replace(self, index: int) -> bool:
        """Returns whether the output can replace this input in memory: no row is read after the output's row is
        written, and a row is not read while it is written, unless it is read element by element."""
        last = len(self.stages) - 1
        if not all(map(self.stages[last].work.computation.may_replace, self._places_read(last, index))):
            return False
        sizes = {stage.row_size for stage in self.stages if index in stage.inputs}
        if sizes | ({self.source_row_size} if index == 0 else set()) != {self.stages[last].row_size}:
            return False
        last_row = -1
        for row_step in self.schedule():
            if any(row <= last_row for row in self._rows_read(row_step, index)):
                return False
            last_row = row_step.row if row_step.stage == last else last_row
        return True

    def _rows_read(self, row_step: ScheduledRow, index: int) -> Iterator[int]:
        """Returns the rows of an input that a step of the schedule reads."""
        if row_step.stage < 0:
            yield from (row_step.row,) if index == 0 else ()
            return
        stage = self.stages[row_step.stage]
        for place in self._places_read(row_step.stage, index):
            if stage.inputs[place] is None:
                first = row_step.row * stage.work.step
                yield from range(first, first + stage.work.height)
            else:
                yield row_step.row

    def _places_read(self, number: int, index: int) -> list[int]:
        """Returns the positions of a stage's inputs that it reads directly in an input of the chain."""
        stage = self.stages[number]
        reads_source = index == 0 and number == 0 and self.reads_source_itself
        return [place for place, each in enumerate(stage.inputs) if each == index or (each is None and reads_source)]

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        rows = [np.zeros((stage.rows, stage.row_size), np.int8) for stage in self.stages]
        images = [_rows(inputs[0], self.source_row_size), *rows]
        for row_step in self.schedule():
            if row_step.stage >= 0:
                window = self._window(images[row_step.stage], row_step)
                rows[row_step.stage][row_step.row] = self._row(
                    self.stages[row_step.stage], row_step.row, window, inputs
                )
        return (rows[-1].reshape(-1),)

    def _window(self, image: Array, row_step: ScheduledRow) -> Array:
        work = self.stages[row_step.stage].work
        places = np.arange(work.height) + row_step.row * work.step - work.before
        is_inside = (places >= 0) & (places < work.source_rows)
        window = image[np.clip(places, 0, work.source_rows - 1)]
        return np.where(is_inside[:, None], window, np.array(work.padding, image.dtype))

    def _row(self, stage: RowStageWork, row: int, window: Array, inputs: Sequence[Array]) -> Array:
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
