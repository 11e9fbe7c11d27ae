"""A model without what only the file has: packed weights, known sizes, called graphs, variables by name.

What remains are ops that read and write tensors. Passes and kernels never meet the rest.
"""

from __future__ import annotations

from rune.anvil.control_flow import with_graphs_inlined
from rune.anvil.known_results import with_known_results
from rune.anvil.unpacked import unpacked
from rune.anvil.variables import with_variables
from rune.tflite import Model


def plain_model(model: Model) -> Model:
    """The same function; itself where there is nothing to do. Tensors keep their numbers, new ones come behind them."""
    return with_variables(with_graphs_inlined(with_known_results(unpacked(model))))
