"""Gives the lists in a SavedModel's recurrent layers the sizes for a batch of 1.

A recurrent layer reads and writes its steps as lists. In an export for any batch the shape of a list's elements has an
open batch, which TensorFlow's converter refuses, even if the inputs have a fixed batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SHAPE_INPUT: Final[Mapping[str, int]] = {
    "TensorListReserve": 0,
    "TensorListFromTensor": 1,
    "TensorListStack": 1,
    "TensorListGetItem": 2,
}
"""Operators that take the shape of a list's elements, with the number of that input."""
_SUFFIX = "_of_one"


def with_sized_lists(function: Any, specs: Mapping[str, Any]) -> Any:
    """Returns the concrete function with known sizes of its lists, or the same function if it has no lists.

    `specs` are its inputs, with fixed shapes. Each open size becomes 1, the batch. A size that is wrong shows when the
    converted model is compared with its source.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(function, lower_control_flow=False)
    graph = frozen.graph.as_graph_def()
    if not any(node.op in _SHAPE_INPUT for nodes in _bodies(graph) for node in nodes):
        return function
    for nodes in _bodies(graph):
        _close_shapes(nodes)
    _rename_functions(graph)
    names, outputs = sorted(specs), sorted(function.structured_outputs)

    @tf.function  # type: ignore[untyped-decorator,unused-ignore]
    def answer(**values: Any) -> Any:
        input_map = {tensor.name: values[name] for name, tensor in zip(names, frozen.inputs, strict=True)}
        results = tf.graph_util.import_graph_def(
            graph, input_map=input_map, return_elements=[tensor.name for tensor in frozen.outputs], name=""
        )
        return dict(zip(outputs, results, strict=True))

    return answer.get_concrete_function(**specs)


def _bodies(graph: Any) -> Iterator[Any]:
    """The operators of the graph and of each of its functions."""
    yield graph.node
    for function in graph.library.function:
        yield function.node_def


def _close_shapes(nodes: Any) -> None:
    """Replaces the open sizes of constant shapes by 1."""
    import tensorflow as tf

    by_name = {node.name: node for node in nodes}
    for node in nodes:
        place = _SHAPE_INPUT.get(node.op)
        shape = None if place is None else by_name.get(node.input[place].partition(":")[0])
        if shape is None or shape.op != "Const":
            continue
        sizes = tf.make_ndarray(shape.attr["value"].tensor).copy()
        sizes[sizes < 0] = 1
        shape.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(sizes))


def _rename_functions(graph: Any) -> None:
    """Gives the changed functions new names, since TensorFlow still has the unchanged ones under the old names."""
    own = {function.signature.name for function in graph.library.function}
    for function in graph.library.function:
        function.signature.name += _SUFFIX
    for nodes in _bodies(graph):
        for node in nodes:
            for attribute in node.attr.values():
                for called_function in (attribute.func, *attribute.list.func):
                    if called_function.name in own:
                        called_function.name += _SUFFIX
