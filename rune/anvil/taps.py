"""Looking into a rune: the same pipeline, or the same model, with inner tensors sent to the host as well.

What is computed stays the same. Used to find where two ways to run something part, and to show what flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rune.abi import Capability, ModelFormat, Output
from rune.anvil.compiler import Limits, compile  # noqa: A004 - the stage's name
from rune.anvil.emit import emit
from rune.anvil.lower import lower
from rune.anvil.plan import plan
from rune.runefile.pipeline import CapabilityStage, ModelStage, OutputStage, Pipeline, Port, Stage
from rune.targets import WASM32
from rune.tensor import ElementType, TensorType
from rune.tflite import Model

_MODEL = "model"


def tapped(pipeline: Pipeline, ports: Iterable[Port]) -> Pipeline:
    """The pipeline with a TENSOR output for each port, behind its own stages and in the order of `ports`.

    An output is called `stage.0`, as no stage of a Runefile can be. Raises `ValueError` for a port that is not there.
    """
    taps = []
    for port in dict.fromkeys(ports):
        if not any(stage.name == port.stage for stage in pipeline.stages):
            raise ValueError(f"there is no stage {port.stage}")
        pipeline.type_of(port)
        taps.append(OutputStage(f"{port.stage}.{port.index}", Output.TENSOR, (port,)))
    return replace(pipeline, stages=(*pipeline.stages, *taps))


def build_probe(model: Model, tensors: Sequence[int], limits: Limits | None = None) -> bytes:
    """A module that runs the model and sends the tensors of these indices, each through a TENSOR output of its own.

    It asks for one RAW capability for each input of the model, in their order, of the input's bytes; its outputs are in
    the order of `tensors`. Raises `UnsupportedModel`, `BadModel`, `TooMuchMemory`, `CompileError`, and `ValueError` for
    a tensor that cannot be sent: one that is not there or not computed, or whose elements a Runefile cannot name.
    """
    inputs = [
        CapabilityStage(f"input_{number}", Capability.RAW, (("length", kind.size),), kind)
        for number, kind in enumerate(_sent(model, index) for index in model.inputs)
    ]
    probed = replace(model, outputs=tuple(tensors))
    types = tuple(_sent(model, index) for index in tensors)
    computed = {*model.inputs, *(index for operator in model.operators for index in operator.outputs)}
    for index in tensors:
        if index not in computed and model.tensors[index].data is None:
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
    pipeline = tapped(Pipeline(stages, ()), (Port(_MODEL, number) for number in range(len(tensors))))
    program = lower(pipeline, {_MODEL: probed})
    return compile(emit(program, plan(program)), WASM32, limits)


def _sent(model: Model, index: int) -> TensorType:
    kind = model.tensors[index].type if 0 <= index < len(model.tensors) else None
    if kind is None or kind.element is ElementType.UTF8:
        raise ValueError(f"tensor {index} cannot be sent")
    return kind
