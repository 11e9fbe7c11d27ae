"""Converts a SavedModel to a float `.tflite` file and compares the two, in the child of the TensorFlow environment."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.child.job import ChildJob
from lab.formats.comparing import INPUTS, Array, difference, seeded_inputs, tolerance_of
from lab.formats.named_tensors import with_source_names
from lab.formats.savedmodel.first_different import first_different_layer
from lab.formats.savedmodel.lists import with_sized_lists
from lab.formats.savedmodel.packing import GRAPH, unpack
from lab.formats.savedmodel.reading import check_graphs
from lab.refusal import Reason, Refused
from rune.wording import listed, plain, quoted

SIGNATURE = "serving_default"
_OPEN_LIST = "TensorListReserve"
_RECURRENT = (
    "TensorFlow's converter does not take the recurrent layers of this SavedModel: their lists of steps have an open "
    "size. Save the model with model.save('model.keras'), and convert that."
)
_IDS = 2
"""Whole numbers of a comparison are below this: a table may have two rows."""


def run(job: ChildJob) -> dict[str, Any]:
    """Reads the archive `source`, writes `model`. The result has the inputs, the converter and the difference."""
    job.report(0.05, "Reading the files as data")
    folder = unpack(job.inputs["source"], job.folder / "saved")
    check_graphs((folder / GRAPH).read_bytes())
    job.inputs["source"].unlink()
    job.report(0.1, "Loading TensorFlow")
    import tensorflow as tf  # after the files were read as data

    job.report(0.5, "Converting")
    try:
        model = tf.saved_model.load(str(folder))
    except Exception as error:
        raise Refused(Reason.BROKEN, f"TensorFlow cannot load the SavedModel: {_first_line(error)}") from error
    if SIGNATURE not in model.signatures:
        names = listed([plain(name) for name in model.signatures]) or "none"
        raise Refused(Reason.NOT_CONVERTED, f"The SavedModel has no signature {SIGNATURE}. It has: {names}.")
    function = model.signatures[SIGNATURE]
    shapes = {name: _shape(name, spec) for name, spec in sorted(function.structured_input_signature[1].items())}
    try:
        fixed_folder = _with_fixed_batch(model, function, shapes, str(job.folder / "fixed"))
        data: bytes = tf.lite.TFLiteConverter.from_saved_model(fixed_folder, signature_keys=[SIGNATURE]).convert()
        data = with_source_names(data, list(shapes), {name: name for name in sorted(function.structured_outputs)})
    except tf.errors.ResourceExhaustedError:
        raise
    except Exception as error:  # the converter raises whatever its parts raise
        if _OPEN_LIST in str(error):
            raise Refused(Reason.NOT_CONVERTED, _RECURRENT) from error
        raise Refused(Reason.NOT_CONVERTED, f"TensorFlow cannot convert the model: {_first_line(error)}") from error
    job.report(0.8, f"Comparing on {INPUTS} inputs")
    largest = compare(function, data, shapes)
    job.outputs["model"].write_bytes(data)
    return {
        "inputs": [{"name": name, "shape": list(shape)} for name, shape in shapes.items()],
        "difference": largest,
        "saved_with": "SavedModel",
        "converter": f"TensorFlow {tf.__version__}",
    }


def _with_fixed_batch(model: Any, function: Any, shapes: dict[str, tuple[int, ...]], folder: str) -> str:
    """Saves the model anew with inputs of these shapes: the converter leaves an open batch open, and sizes that depend
    on it unknown."""
    import tensorflow as tf

    specs = function.structured_input_signature[1]
    fixed_specs = {name: tf.TensorSpec(shape, specs[name].dtype, name=name) for name, shape in shapes.items()}

    @tf.function  # type: ignore[untyped-decorator,unused-ignore]
    def answer(**values: Any) -> Any:
        return function(**values)

    sized_function = with_sized_lists(answer.get_concrete_function(**fixed_specs), fixed_specs)
    tf.saved_model.save(model, folder, signatures={SIGNATURE: sized_function})
    return folder


def _shape(name: str, spec: Any) -> tuple[int, ...]:
    """The shape of an input with a batch of 1. Raises `Refused`."""
    sizes = list(spec.shape) if spec.shape.rank is not None else [None, None]
    if not (spec.dtype.is_floating or spec.dtype.is_integer):
        raise Refused(Reason.NOT_CONVERTED, f"The input {quoted(name)} is not of numbers.")
    if None in sizes[1:]:
        raise Refused(
            Reason.OPEN_DIMENSION,
            f"The input {quoted(name)} has the shape {sizes}. Export it with all but the batch known.",
        )
    return tuple(1 if size is None else int(size) for size in sizes)


def compare(function: Any, data: bytes, shapes: dict[str, tuple[int, ...]]) -> float:
    """The largest difference between the source and its converted form.

    Raises `Refused` above the tolerance, and names the first layer that differs.
    """
    import tensorflow as tf

    specs = function.structured_input_signature[1]
    runner = tf.lite.Interpreter(model_content=data, num_threads=2).get_signature_runner(SIGNATURE)
    whole = any(specs[name].dtype.is_integer for name in shapes)
    tolerance = tolerance_of({tensor.dtype.name for each in function.graph.get_operations() for tensor in each.outputs})
    largest, worst = 0.0, dict[str, Array]()
    for values in seeded_inputs(list(shapes.values()), _IDS if whole else 0):
        values_by_name = {
            name: value.astype(specs[name].dtype.as_numpy_dtype) for name, value in zip(shapes, values, strict=True)
        }
        expected = function(**{name: tf.constant(value) for name, value in values_by_name.items()})
        for name, output in runner(**values_by_name).items():
            own = difference(np.asarray(expected[name]), output)
            if own > largest:
                largest, worst = own, values_by_name
    if largest > tolerance:
        layer = first_different_layer(function, data, worst, tolerance)
        where = f"The first layer that differs is {quoted(layer)}." if layer else "No single layer explains it."
        raise Refused(
            Reason.DIFFERS,
            f"The converted model answers otherwise than its source: by {largest:.2g} of the output's largest number, "
            f"where at most {tolerance:.2g} is accepted. {where}",
        )
    return largest


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
