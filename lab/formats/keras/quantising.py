"""Quantises a Keras model by TensorFlow's own quantiser, in the child of the TensorFlow environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab.child.job import ChildJob
from lab.formats.keras.converting import converted, converter_name, load
from lab.quantize.forms import TENSORFLOW_INT8
from lab.quantize.job_samples import samples_of
from lab.quantize.loops import refuse_loops
from lab.quantize.samples import ModelInput
from rune.model.tflite import read_model, signature


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source`, its float model `float`, and samples as the quantiser's step does; writes `model`, whose weights
    and activations have 8 bits. With `float_interface` its inputs and outputs are floats. Raises `Refused`."""
    float_model = read_model(job.inputs["float"].read_bytes())
    refuse_loops(float_model, TENSORFLOW_INT8.name)  # TensorFlow's quantiser ends its process with SIGSEGV
    inputs = [ModelInput(one.name, tuple(one.type.dimensions)) for one in signature(float_model).inputs]
    samples = samples_of(job, inputs)
    _, model = load(job)
    job.report(0.6, "Quantising with TensorFlow")

    def settle(converter: Any) -> None:
        import tensorflow as tf

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = values
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        if not job.spec.get("float_interface"):
            converter.inference_input_type = converter.inference_output_type = tf.int8

    def values() -> Iterator[list[Any]]:
        for sample in samples.calibration:
            yield [value.reshape(one.shape) for value, one in zip(sample.values, inputs, strict=True)]

    job.outputs["model"].write_bytes(converted(model, settle))
    return {"quantiser": converter_name()}
