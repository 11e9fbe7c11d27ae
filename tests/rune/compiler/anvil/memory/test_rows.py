"""Chains that work row by row give the bytes of whole tensors, in the memory that is planned for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rune.compiler.anvil.computation import Array, View
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.ops.convolution.pool_2d import Pool2D, Pooling
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.passes.in_place import in_place
from rune.compiler.anvil.passes.rows import LONGEST, rows
from rune.compiler.anvil.rows import RowByRow, RowStageWork, RowWork
from tests.support.compiler.evaluated_graph import evaluated
from tests.support.compiler.random_graphs import RandomGraph
from tests.support.shares import mostly_proved

SEEDS = range(60)


def chains(graph: Graph) -> list[RowByRow]:
    return [node.work for node in graph.nodes if isinstance(node.work, RowByRow)]


@pytest.mark.parametrize("seed", mostly_proved(SEEDS, 4))
def test_a_graph_row_by_row_gives_what_it_gives_whole(seed: int) -> None:
    drawing = RandomGraph(seed)
    graph = drawing.graph()
    image = drawing.generator.integers(-128, 128, graph.values[drawing.input].type.count).astype(np.int8).tobytes()
    (output,) = graph.nodes[-1].inputs
    actual = evaluated(in_place(rows(graph)), {drawing.input: image})[output]
    assert actual.tobytes() == evaluated(graph, {drawing.input: image})[output].tobytes()


def in_windows(work: RowByRow, inputs: Sequence[Array], place: int | None) -> bytes:
    """The output of a chain in memory as C has it: windows that forget, and an output that may lie over an input."""
    last = work.stages[-1]
    memory = [np.frombuffer(each.tobytes(), np.int8).copy() for each in inputs]
    output = memory[place] if place is not None else np.zeros(last.rows * last.row_size, np.int8)
    windows = [np.zeros((stage.work.height, work.input_row_size(at)), np.int8) for at, stage in enumerate(work.stages)]
    row_counts = [0] * len(work.stages)

    def row_of(number: int, row: int, size: int) -> Array:
        return memory[number][row * size : (row + 1) * size].copy()

    def result(number: int, row: int) -> Array:
        stage, window = work.stages[number], windows[number]
        is_read_there = number == 0 and work.reads_source_itself
        while not is_read_there and row_counts[number] < row * stage.work.step + stage.work.height:
            source_row = row_counts[number] - stage.work.before
            window[:-1] = window[1:].copy()
            if not 0 <= source_row < stage.work.source_rows:
                window[-1] = stage.work.padding
            else:
                window[-1] = result(number - 1, source_row) if number else row_of(0, source_row, work.source_row_size)
            row_counts[number] += 1
        if number == len(work.stages) - 1 and not stage.work.computation.is_elementwise:
            # A kernel may write any element of its row before it reads the last one.
            output[row * last.row_size : (row + 1) * last.row_size] = 77
        if is_read_there:
            begin, size = row * stage.work.step, work.source_row_size
            window = memory[0][begin * size : (begin + stage.work.height) * size].copy()
        operands = [window if index is None else row_of(index, row, stage.row_size) for index in stage.inputs]
        (computed_row,) = stage.work.computation.evaluate(*operands)
        return np.asarray(computed_row.reshape(-1).view(np.int8))

    for row in range(last.rows):
        output[row * last.row_size : (row + 1) * last.row_size] = result(len(work.stages) - 1, row)
    return output.tobytes()


@pytest.mark.slow
def test_a_chain_needs_no_more_than_its_windows_and_may_lie_over_what_it_says() -> None:
    generator = np.random.default_rng(7)
    over = 0
    for seed in SEEDS:
        graph = rows(RandomGraph(seed).graph())
        for node in graph.nodes:
            if not isinstance(node.work, RowByRow):
                continue
            kinds = [graph.values[index].type for index in node.inputs]
            inputs = [generator.integers(-128, 128, kind.count).astype(np.int8) for kind in kinds]
            expected = node.work.evaluate(*inputs)[0].tobytes()
            assert in_windows(node.work, inputs, None) == expected
            for index, kind in enumerate(kinds):
                if kind.size == len(expected) and node.work.may_replace(index):
                    assert in_windows(node.work, inputs, index) == expected
                    over += 1
    assert over > 10


@pytest.mark.slow
def test_many_random_graphs_have_chains_of_one_op_and_of_several() -> None:
    all_chains = [chain for seed in SEEDS for chain in chains(rows(RandomGraph(seed).graph()))]
    assert len(all_chains) > 15
    assert {len(chain.stages) > 1 for chain in all_chains} == {False, True}
    assert all(len(chain.stages) <= LONGEST for chain in all_chains)


def chain(*works: RowWork, count: int, size: int = 1, source_size: int = 1) -> RowByRow:
    """Stages of so many rows each."""
    return RowByRow(tuple(RowStageWork("", work, (None,), count, size) for work in works), source_size)


def test_an_output_never_lies_over_rows_that_are_read_again() -> None:
    view = View()
    # Rows of another size: the output's first row would lie over several of the source.
    assert not chain(RowWork(view, 8, step=2), count=4, size=2).may_replace(0)
    # The source is read where it lies, and each row three times.
    assert chain(RowWork(view, 6, height=3), count=4).may_replace(0)
    # The second row of the source is read when the first two rows of padding are through.
    assert not chain(RowWork(view, 4, height=1, before=2), count=4).may_replace(0)


def test_an_output_lies_over_the_row_that_it_is_made_of_only_where_that_is_read_element_by_element() -> None:
    window = Window(1, 1, 5, 3, 1, 5, 3, 1, 3, 1, 1, 1, 1, 0, 1)
    pool = Pool2D(Pooling.MAX, np.dtype("i1"), window, -128, 127)
    assert chain(RowWork(View(), 4), count=4, size=15, source_size=15).may_replace(0)
    assert not chain(RowWork(pool, 4), count=4, size=15, source_size=15).may_replace(0)
    # The row of another op, which is in the chain's own memory, and not the row of the source.
    assert chain(RowWork(View(), 4), RowWork(pool, 4), count=4, size=15, source_size=15).may_replace(0)


def test_nothing_saves_memory_where_images_are_read_twice() -> None:
    graph = RandomGraph(0).graph(length=0)
    assert rows(graph) is graph
