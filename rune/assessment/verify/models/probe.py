"""A model alone, as a module that sends its inner tensors to the host as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rune.abi import ModelFormat
from rune.assessment.verify.instrumentation import instrumented_module
from rune.capabilities.raw import RAW
from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.target import Target
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.port import Port
from rune.source.runefile.pipeline import CapabilityStage, ModelStage, Pipeline, Stage
from rune.tensor import ElementType, TensorType

_MODEL = "model"


def build_probe(
    model: Model,
    tensors: Sequence[int],
    allowance: Allowance | None = None,
    *,
    target: Target = WASM32,
    profile: Profile = LITERT,
) -> bytes:
    """A module that runs the model and lets the tensors of these indices be watched.

    It asks for one RAW capability for each input of the model, in their order, of the input's bytes; its watched wires
    are in the order of `tensors`. Raises `UnsupportedModel`, `BadModel`, `TooMuchMemory`, `CompileError`, and
    `ValueError` for a tensor that cannot be sent: one that is not there or not computed, or whose elements a Runefile
    cannot name.
    """
    inputs = [
        CapabilityStage(f"input_{number}", RAW, (("length", kind.size),), kind)
        for number, kind in enumerate(_sendable_type(model, index) for index in model.inputs)
    ]
    probed_model = replace(model, outputs=tuple(tensors))
    types = tuple(_sendable_type(model, index) for index in tensors)
    computed_tensors = {*model.inputs, *(index for operator in model.operators for index in operator.outputs)}
    for index in tensors:
        if index not in computed_tensors and model.tensors[index].data is None:
            raise ValueError(f"nothing computes tensor {index}")
    stages: tuple[Stage, ...] = (
        *inputs,
        ModelStage(
            name=_MODEL,
            file=_MODEL,
            resource=None,
            format=ModelFormat.TENSORFLOW_LITE,
            inputs=tuple(Port(stage.name, 0) for stage in inputs),
            input_types=tuple(stage.output for stage in inputs),
            outputs=types,
        ),
    )
    ports = [Port(_MODEL, number) for number in range(len(tensors))]
    pipeline, models = Pipeline(stages, ()), {_MODEL: probed_model}
    return instrumented_module(pipeline, ports, models, target=target, allowance=allowance, profile=profile)


def _sendable_type(model: Model, index: int) -> TensorType:
    kind = model.tensors[index].type if 0 <= index < len(model.tensors) else None
    if kind is None or kind.element is ElementType.UTF8:
        raise ValueError(f"tensor {index} cannot be sent")
    return kind
