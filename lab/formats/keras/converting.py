"""Converts a Keras model to a float `.tflite` file and compares the two, in the child of the TensorFlow environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lab.child.job import ChildJob
from lab.formats.comparing import INPUTS, TOLERANCE, Array, difference, seeded_inputs, tolerance_of
from lab.formats.keras.reading import KerasSource, read_keras, write_clean
from lab.formats.keras.unrolling import unrolled
from lab.formats.named_tensors import with_source_names
from lab.refusal import Reason, Refused
from rune.wording import quoted


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source`, writes `model`. The result has the inputs, the converter's version and the largest difference."""
    source, model = load(job)
    job.report(0.6, "Converting")
    data = converted(model)
    job.report(0.8, f"Comparing on {INPUTS} inputs")
    largest = compare(model, data, source)
    job.outputs["model"].write_bytes(data)
    return {
        "inputs": [{"name": each.name, "shape": list(each.shape)} for each in source.clean.inputs],
        "difference": largest,
        "saved_with": f"Keras {source.version}",
        "converter": converter_name(),
    }


def load(job: ChildJob) -> tuple[KerasSource, Any]:
    """Reads `source` as data, and loads the clean file that is written of it. Raises `Refused`."""
    job.report(0.05, "Reading the file as data")
    shapes = {name: tuple(shape) for name, shape in job.spec.get("shapes", {}).items()}
    source = read_keras(job.inputs["source"], shapes)
    clean = write_clean(source, job.folder)
    job.inputs["source"].unlink()
    job.report(0.1, "Loading TensorFlow")
    import keras  # after the file was read as data

    job.report(0.5, "Loading the model")
    keras.utils.set_random_seed(0)
    try:
        model = keras.models.load_model(clean, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise Refused(Reason.BROKEN, f"Keras cannot load the model: {_last_line(error)}") from error
    return source, model


def converted(model: Any, settle: Callable[[Any], None] = lambda _converter: None) -> bytes:
    """The `.tflite` file of a loaded model. `settle` sets what the converter is to do. Raises `Refused`."""
    import tensorflow as tf

    try:
        with unrolled(model):
            converter = tf.lite.TFLiteConverter.from_keras_model(model)
            settle(converter)
            data: bytes = converter.convert()
        outputs = {f"output_{number}": name for number, name in enumerate(_output_names(model))}
        data = with_source_names(data, [one.name for one in model.inputs], outputs)
    except tf.errors.ResourceExhaustedError:
        raise
    except Exception as error:  # the converter raises whatever its parts raise
        raise Refused(Reason.NOT_CONVERTED, f"TensorFlow cannot convert the model: {_last_line(error)}") from error
    return data


def _output_names(model: Any) -> list[str]:
    """Returns the names of a model's outputs: those of the layers that give them. Keras has no `output_names` for a
    sequential model, whose last layer gives its only output."""
    names = getattr(model, "output_names", None)
    return [model.layers[-1].name] if names is None else list(names)


def converter_name() -> str:
    """TensorFlow with its version."""
    import tensorflow as tf

    return f"TensorFlow {tf.__version__}"


def compare(model: Any, data: bytes, source: KerasSource) -> float:
    """The largest difference between a model of Keras and its converted form.

    Raises `Refused` above the tolerance, and names the first layer that differs.
    """
    inputs = seeded_inputs([each.shape for each in source.clean.inputs], source.clean.ids)
    names = [each.name for each in source.clean.inputs]
    converted_model = _ConvertedKeras(data, names)
    tolerance = tolerance_of({layer.compute_dtype for layer in model.layers})
    largest = 0.0
    for values in inputs:
        expected = [np.asarray(one) for one in _as_list(model.predict_on_batch(_arguments(model, names, values)))]
        for one, other in zip(expected, converted_model.outputs(values), strict=True):
            largest = max(largest, difference(one, other))
    if largest > tolerance:
        layer = first_different_layer(model, data, names, inputs[0], tolerance)
        where = f"The first layer that differs is {quoted(layer)}." if layer else "No single layer explains it."
        raise Refused(
            Reason.DIFFERS,
            f"The converted model answers otherwise than its source: by {largest:.2g} of the output's largest number, "
            f"where at most {tolerance:.2g} is accepted. {where}",
        )
    return largest


class _ConvertedKeras:
    """A converted model in the interpreter. `keeps_tensors` lets the tensors between its layers be read after a run."""

    def __init__(self, data: bytes, names: Sequence[str], *, keeps_tensors: bool = False) -> None:
        import tensorflow as tf

        kinds = tf.lite.experimental.OpResolverType
        self._interpreter = tf.lite.Interpreter(
            model_content=data,
            num_threads=2,
            # A delegate computes several layers at once, and leaves no tensors between them.
            experimental_op_resolver_type=kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES if keeps_tensors else kinds.AUTO,
            experimental_preserve_all_tensors=keeps_tensors,
        )
        self._interpreter.allocate_tensors()
        # The signature says which tensor is which of the source's inputs; a tensor's own name need not.
        signature = self._interpreter._get_full_signature_list()["serving_default"]
        details = {detail["index"]: detail for detail in self._interpreter.get_input_details()}
        in_order = list(details.values())
        indices = signature["inputs"]
        self._inputs = [
            details[indices[name]] if name in indices else in_order[place] for place, name in enumerate(names)
        ]
        self._outputs = [signature["outputs"][key] for key in sorted(signature["outputs"], key=_number)]

    def outputs(self, values: Sequence[Array]) -> list[Array]:
        """The model's outputs, in the order of its source."""
        for detail, value in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(detail["index"], value.astype(detail["dtype"]))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def tensors_of(self, layer: str) -> list[Array]:
        """The tensors whose names say that a layer gave them."""
        details = self._interpreter.get_tensor_details()
        # The converter numbers scopes: `model/dense_1/MatMul` for the layer `dense`.
        pattern = re.compile(rf"(^|/|;){re.escape(layer)}(_\d+)?(/|;|$)")
        layer_details = [one for one in details if pattern.search(one["name"])]
        arrays = []
        for detail in layer_details:
            try:
                arrays.append(self._interpreter.get_tensor(detail["index"]))
            except ValueError:
                continue  # a tensor without data
        return arrays


def first_different_layer(
    model: Any, data: bytes, names: Sequence[str], values: Sequence[Array], tolerance: float = TOLERANCE
) -> str:
    """The name of the first layer none of whose converted tensors is what the layer gives; empty if there is none."""
    import keras

    converted_model = _ConvertedKeras(data, names, keeps_tensors=True)
    converted_model.outputs(values)
    layers = [layer for layer in model.layers if layer.__class__.__name__ != "InputLayer"]
    whole = keras.Model(model.inputs, [layer.output for layer in layers])
    expected = _as_list(whole(_arguments(model, names, values), training=False))
    for layer, output in zip(layers, expected, strict=True):
        one = np.asarray(_as_list(output)[0])
        candidates = [other for other in converted_model.tensors_of(layer.name) if other.size == one.size]
        if candidates and min(difference(one.ravel(), other.ravel()) for other in candidates) > tolerance:
            return str(layer.name)
    return ""


def _arguments(model: Any, names: Sequence[str], values: Sequence[Array]) -> Any:
    """The values in the order of the model's inputs, which need not be that of its input layers."""
    by_name = dict(zip(names, values, strict=True))
    cast = [by_name.get(one.name, values[place]).astype(one.dtype) for place, one in enumerate(model.inputs)]
    return cast if len(cast) > 1 else cast[0]


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _number(key: str) -> tuple[int, str]:
    digits = key.rpartition("_")[2]
    return (int(digits) if digits.isdigit() else 0, key)


def _last_line(error: BaseException) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
