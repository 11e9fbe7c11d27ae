"""A model without what only the file has: packed weights, known sizes, called graphs, variables by name.

What remains are ops that read and write tensors. Passes and kernels never meet the rest.
"""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.control_flow import with_graphs_inlined
from rune.compiler.anvil.known_results import with_known_results
from rune.compiler.anvil.remembered import remembered
from rune.compiler.anvil.unpacked import unpacked
from rune.compiler.anvil.variables import with_variables
from rune.model.tflite import Model


@remembered
def plain_model(model: Model) -> Model:
    """The same function; itself where there is nothing to do. Tensors keep their numbers, new ones come behind them."""
    graphs = tuple(map(_with_constants, model.subgraphs))
    if any(one is not other for one, other in zip(graphs, model.subgraphs, strict=True)):
        model = replace(model, subgraphs=graphs)
    return with_variables(with_graphs_inlined(_with_constants(model)))


def _with_constants(graph: Model) -> Model:
    return with_known_results(unpacked(graph))
