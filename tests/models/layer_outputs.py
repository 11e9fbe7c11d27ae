"""Models that give the results of all their layers, so that a few runs compare many numbers."""

from __future__ import annotations

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def with_layer_outputs(model: bytes) -> bytes:
    """The model with the result of each layer as an output, behind those that it has."""
    changed = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = changed.subgraphs[0]
    results = [int(operator.outputs[0]) for operator in graph.operators]
    graph.outputs = list(dict.fromkeys([*map(int, graph.outputs), *results]))
    changed.signatureDefs = []
    builder = flatbuffers.Builder(1024)
    builder.Finish(changed.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
