"""Says which kernel a computation gets: the cheapest of those that can do it, where a byte of constants has its
price."""

from __future__ import annotations

from pathlib import Path

import pytest

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.graph import Graph, Node
from rune.compiler.anvil.kernel_call import KernelCall
from rune.compiler.anvil.kernel_set import Cost, Estimate, Kernel, KernelSet
from rune.compiler.anvil.ops.activations.log import LogFloat32
from rune.compiler.anvil.rows import RowByRow, RowStageWork, RowWork
from rune.compiler.anvil.selection.byte_price import byte_price
from rune.compiler.kernels.reading import read_kernel_set


def log(count: int) -> LogFloat32:
    """A computation that needs nothing but how many numbers it has."""
    return LogFloat32(count)


def kernel(name: str, estimate: Estimate) -> Kernel:
    return Kernel(Path(f"{name}.h"), lambda _op: KernelCall(name, ()), estimate)


def graph_of(*works: Computation) -> Graph:
    return Graph((), tuple(Node("node", "stage", work) for work in works))


PLAIN = kernel("plain", lambda op: Cost(instructions=10 * op.count, constants=0))
QUICK = kernel("quick", lambda op: Cost(instructions=op.count, constants=100))
EVEN = kernel("even", lambda op: Cost(instructions=0, constants=0) if op.count % 2 == 0 else None)


def chosen(kernels: KernelSet, count: int, byte_price: float) -> str:
    choice = kernels.kernel(log(count), byte_price)
    assert choice is not None
    return choice.header.stem


def test_the_price_of_a_byte_decides_between_fewer_instructions_and_fewer_constants() -> None:
    kernels = KernelSet("fast", Path(), {LogFloat32: (PLAIN, QUICK)})
    assert [chosen(kernels, 101, price) for price in (0, 9, 10)] == ["quick", "quick", "plain"]
    assert chosen(kernels, 11, 9) == "plain"


def test_a_kernel_whose_condition_does_not_hold_is_not_chosen_however_cheap() -> None:
    kernels = KernelSet("fast", Path(), {LogFloat32: (EVEN, PLAIN)})
    assert [chosen(kernels, count, 0) for count in (2, 3)] == ["even", "plain"]


def test_what_no_kernel_of_a_set_can_do_is_its_bases() -> None:
    base = KernelSet("base", Path(), {LogFloat32: (PLAIN,)})
    kernels = KernelSet("fast", Path(), {LogFloat32: (EVEN,)}, base)
    assert [chosen(kernels, count, 0) for count in (2, 3)] == ["even", "plain"]
    assert KernelSet("alone", Path(), {LogFloat32: (EVEN,)}).kernel(log(3), 0) is None


def test_the_first_of_two_that_cost_the_same_is_chosen() -> None:
    kernels = KernelSet("fast", Path(), {LogFloat32: (PLAIN, kernel("later", PLAIN.estimate))})
    assert chosen(kernels, 5, 1) == "plain"


def test_one_of_several_kernels_that_does_not_say_what_it_costs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "silent_kernels"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("first", "second"):
        text = "PACKERS = {int: lambda op: None}\n"
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    kernels = read_kernel_set("silent_kernels", str(package)).kernels
    with pytest.raises(ValueError, match=r"silent_kernels has several kernels for int, and first.h has no estimate"):
        kernels[int]


def test_the_price_of_a_byte_is_what_the_graph_spends_on_one_with_the_fewest_constants() -> None:
    lean = kernel("lean", lambda op: Cost(instructions=6 * op.count, constants=op.count))
    heavy = kernel("heavy", lambda op: Cost(instructions=0, constants=1000))
    kernels = KernelSet("fast", Path(), {LogFloat32: (heavy, lean)})
    assert byte_price(graph_of(log(10), log(30)), kernels) == 6


def test_a_chain_of_rows_counts_each_row() -> None:
    rows = kernel("rows", lambda op: Cost(instructions=op.count, constants=10))
    stage = RowStageWork("stage", RowWork(log(4), source_rows=5), (None,), rows=5, row_size=4)
    kernels = KernelSet("fast", Path(), {LogFloat32: (rows,)})
    assert byte_price(graph_of(RowByRow((stage,), 4)), kernels) == 2


def test_without_estimates_a_byte_has_no_price() -> None:
    kernels = KernelSet("plain", Path(), {LogFloat32: (Kernel(Path("log.h"), lambda _op: KernelCall("log", ())),)})
    assert byte_price(graph_of(log(5)), kernels) == 0
    assert byte_price(graph_of(log(5)), KernelSet("empty", Path(), {})) == 0
