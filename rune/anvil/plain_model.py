"""A model without what only the file has: packed weights, known sizes, called graphs, variables by name.

What remains are ops that read and write tensors. Passes and kernels never meet the rest.
"""

from __future__ import annotations

from dataclasses import replace
from weakref import ref

from rune.anvil.control_flow import with_graphs_inlined
from rune.anvil.known_results import with_known_results
from rune.anvil.remembered import remembered
from rune.anvil.unpacked import unpacked
from rune.anvil.variables import with_variables
from rune.tflite import Model

_KNOWN: dict[int, tuple[ref[Model], Model | None]] = {}
"""What was found, as long as there is the model, by its identity: a loop of hundreds of rounds is not unrolled for each
question. None for a model that is plain: it would keep itself."""


@remembered
def plain_model(model: Model) -> Model:
    """The same function; itself where there is nothing to do. Tensors keep their numbers, new ones come behind them."""
    key = id(model)
    known = _KNOWN.get(key)
    if known is not None and known[0]() is model:
        return known[1] or model
    found = _made_plain(model)
    _KNOWN[key] = (ref(model, lambda _: _KNOWN.pop(key, None)), None if found is model else found)
    return found


def _made_plain(model: Model) -> Model:
    graphs = tuple(map(_with_constants, model.subgraphs))
    if any(one is not other for one, other in zip(graphs, model.subgraphs, strict=True)):
        model = replace(model, subgraphs=graphs)
    return with_variables(with_graphs_inlined(_with_constants(model)))


def _with_constants(graph: Model) -> Model:
    return with_known_results(unpacked(graph))
