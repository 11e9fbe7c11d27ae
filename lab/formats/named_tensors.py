"""The inputs and outputs of a converted model under the names and in the order of its source.

TensorFlow's converter calls them `serving_default_audio:0` and `StatefulPartitionedCall:1`, in an order of its own; the
signature in the file says which is which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def with_source_names(data: bytes, inputs: Sequence[str], outputs: Mapping[str, str]) -> bytes:
    """The `.tflite` file with these inputs and outputs, in this order. `inputs` are names of its signature; `outputs`
    are the source's names by those of the signature. A file whose signature has others stays as it is."""
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(data), 0)
    signature, graph = next(iter(model.signatureDefs or ()), None), model.subgraphs[0]
    if signature is None or (signature.subgraphIndex or 0) != 0:
        return data
    ends = [
        (_indices(signature.inputs), {name: name for name in inputs}, list(graph.inputs)),
        (_indices(signature.outputs), dict(outputs), list(graph.outputs)),
    ]
    if not all(
        sorted(indices[name] for name in names if name in indices) == sorted(own) for indices, names, own in ends
    ):
        return data
    names_by_index: dict[int, str] = {}
    for indices, names, _ in ends:
        for key, name in names.items():
            names_by_index.setdefault(indices[key], name)
    _rename(graph.tensors, names_by_index)
    graph.inputs, graph.outputs = ([indices[key] for key in names] for indices, names, _ in ends)
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _indices(entries: Sequence[Any]) -> dict[str, int]:
    """The tensors of a signature by their names."""
    return {_text(entry.name): int(entry.tensorIndex) for entry in entries}


def _rename(tensors: Sequence[Any], names_by_index: Mapping[int, str]) -> None:
    """Gives tensors their names; others that have one of them get another, since names are unique."""
    own = set(names_by_index.values())
    for index, tensor in enumerate(tensors):
        name = _text(tensor.name)
        if index in names_by_index:
            tensor.name = names_by_index[index]
        elif name in own:
            tensor.name = f"{name}/inner_{index}"


def _text(name: bytes | str) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
