"""Simplifies a model: unpacks weights, resolves sizes, inlines called graphs, and turns variables into tensors.

The result has only ops that read and write tensors, which is all that passes and kernels know.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.models.byte_budget import ByteBudget
from rune.compiler.anvil.models.caching import cached_by_model
from rune.compiler.anvil.models.control_flow import with_graphs_inlined
from rune.compiler.anvil.models.known_results import with_known_results
from rune.compiler.anvil.models.unpacking import unpacked
from rune.compiler.anvil.models.variables import with_variables
from rune.model.tflite import Model


@cached_by_model
def plain_model(model: Model) -> Model:
    """Returns an equivalent plain model; the same model if there is nothing to do. Tensors keep their numbers, new ones
    are appended."""
    budget = ByteBudget(model)
    graphs = tuple(_with_constants(graph, budget) for graph in model.subgraphs)
    if any(one is not other for one, other in zip(graphs, model.subgraphs, strict=True)):
        model = replace(model, subgraphs=graphs)
    return with_variables(with_graphs_inlined(_with_constants(model, budget), budget), budget)


def _with_constants(graph: Model, budget: ByteBudget) -> Model:
    return with_known_results(unpacked(graph, budget), budget)
