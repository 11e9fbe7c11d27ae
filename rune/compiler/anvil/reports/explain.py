"""Explains the compilation of a pipeline as text: its graph after each pass, the chosen kernels, the memory."""

from __future__ import annotations

from collections.abc import Iterator

from rune.compiler.anvil.computation import Computation
from rune.compiler.anvil.figures import saving
from rune.compiler.anvil.graph import BlockCall, Graph, Node, Value, figures
from rune.compiler.anvil.memory.map import MemoryMap
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.passes.optimise import Optimisation
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reports.chosen_kernels import chosen_kernels
from rune.wording import plain


def explanation(graph: Graph, optimisation: Optimisation, program: Program, plan: Plan) -> str:
    """Returns the explanation. `graph` is the one before all passes. The same arguments give the same text."""
    parts = [
        [f"As read: {figures(graph)}", *graph_lines(graph)],
        *([f"After {each.name}: {saving(each.savings)}", *graph_lines(each.graph)] for each in optimisation.passes),
        ["Kernels:", *_kernel_lines(program)],
        [f"Memory: {plan.arena_size:,} bytes", *MemoryMap.of(program, plan).lines()],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def graph_lines(graph: Graph) -> Iterator[str]:
    """Returns a line per node: its outputs, its inputs and its computation."""
    for node in graph.nodes:
        inputs = ", ".join(_operand(graph, index) for index in node.inputs)
        outputs = ", ".join(_result(graph, index) for index in node.outputs)
        yield f"  {plain(node.name):<32} {outputs}{' = ' if outputs else ''}{_work(node)}({inputs})"


def _work(node: Node) -> str:
    work = node.work
    if isinstance(work, BlockCall):
        return work.code.function
    cost = work.multiply_accumulates if isinstance(work, Computation) else 0
    return type(work).__name__ + (f"[{cost:,}]" if cost else "")


def _operand(graph: Graph, index: int) -> str:
    return f"%{index}" if graph.values[index].data is None else f"constant {graph.values[index].type}"


def _result(graph: Graph, index: int) -> str:
    value = graph.values[index]
    storage, offset = graph.place(index)
    place = "" if storage == index else f" in the place of %{storage}"
    place += f" from byte {offset:,}" if offset else ""
    return f"%{index} {value.type}{_quantization(value)}{place}"


def _quantization(value: Value) -> str:
    quantization = value.quantization
    if quantization is None or len(quantization.scales) != 1:
        return ""
    return f" ({quantization.scales[0]:.6g}, {quantization.zero_points[0]})"


def _kernel_lines(program: Program) -> Iterator[str]:
    """Returns a line per kernel; kernels that run row by row together are marked with a bar."""
    for each in chosen_kernels(program):
        sign = "|" if each.is_by_rows else " "
        kernel = f"{each.function} ({each.header})"
        memory = f"{each.constants:>9,} bytes of constants, {each.scratch:,} of scratch"
        yield f" {sign}{plain(each.stage):<32} {kernel:<64} {memory}"
