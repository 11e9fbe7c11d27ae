"""The first layer of a SavedModel that its converted form computes otherwise, in the child of the TensorFlow
environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lab.formats.comparing import TOLERANCE, Array, difference
from rune.model.tflite import TensorKind, read_model


def first_different_layer(function: Any, data: bytes, values: Mapping[str, Array], tolerance: float = TOLERANCE) -> str:
    """Returns the name of the first layer whose converted tensor differs from all results of the source's layer, or ""
    if no layer differs.

    The converter joins operators of a layer, and names the result after one of them: `dense/MatMul` may have the bias.
    So a tensor is compared with each result of the layer. `values` are the inputs of the signature by their names.
    """
    expected = _outputs_by_scope(function, values)
    for name, tensor in _converted_tensors(data, values):
        scope = name.partition(";")[0].rpartition("/")[0]
        candidates = [each for each in expected.get(scope, []) if each.size == tensor.size]
        if candidates and min(difference(each.ravel(), tensor.ravel()) for each in candidates) > tolerance:
            return scope.rpartition("/")[2]
    return ""


def _outputs_by_scope(function: Any, values: Mapping[str, Array]) -> dict[str, list[Array]]:
    """Returns the results of the source's operators, by the path of their scope, without calls of functions."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(function)  # one graph: functions that it calls are written out
    places = [each for each in frozen.inputs if each.dtype != tf.resource]
    operators = [
        each
        for each in frozen.graph.get_operations()
        if each.type not in ("Const", "Placeholder") and each.outputs and each.outputs[0].dtype == tf.float32
    ]
    if any(each.op.name not in values for each in places):
        return {}
    fetch = frozen.prune([each.name for each in places], [each.outputs[0].name for each in operators])
    results = fetch(*(tf.constant(values[each.op.name]) for each in places))
    scopes: dict[str, list[Array]] = {}
    for operator, result in zip(operators, results, strict=True):
        path = [part for part in operator.name.split("/")[:-1] if not part.startswith("StatefulPartitionedCall")]
        scopes.setdefault("/".join(path), []).append(np.asarray(result))
    return scopes


def _converted_tensors(data: bytes, values: Mapping[str, Array]) -> list[tuple[str, Array]]:
    """The float tensors that the converted model computes, with their names, in the order of its operators."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(
        model_content=data,
        num_threads=2,
        # A delegate computes several layers at once, and leaves no tensors between them.
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    runner = interpreter.get_signature_runner()
    runner(**values)
    model = read_model(data)
    tensors = []
    for index in (place for operator in model.operators for place in operator.outputs):
        try:
            if model.tensors[index].kind is TensorKind.FLOAT32:
                tensors.append((model.tensors[index].name, interpreter.get_tensor(index)))
        except ValueError:
            continue  # a tensor without data
    return tensors
