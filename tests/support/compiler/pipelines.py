"""Pipelines made by hand, and what they give when they are compiled and run: what Anvil's tests share."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rune.abi import ModelFormat, OutputKind
from rune.capabilities.raw import RAW
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.target import Target
from rune.compiler.targets.module import module_of as compiled_module
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model, signature
from rune.port import Port
from rune.running.runtime import Limits, LoadedRune, OutputMessage, Runtime
from rune.source.runefile.pipeline import CapabilityStage, ModelStage, OutputStage, Pipeline, Stage
from rune.tensor import TensorType, parse_shape

TensorBytes = tuple[TensorType, bytes]


@dataclass(frozen=True)
class ModelInPipeline:
    """The names of the stages around one model."""

    name: str
    model: Model

    def stages(self, output: OutputKind) -> list[Stage]:
        """Raw inputs, the model, and all that it gives sent to one output."""
        model_signature = signature(self.model)
        kinds = [tensor.type for tensor in model_signature.inputs]
        inputs: list[Stage] = [
            CapabilityStage(f"{self.name}_in_{index}", RAW, (("length", kind.size),), kind)
            for index, kind in enumerate(kinds)
        ]
        outputs = tuple(tensor.type for tensor in model_signature.outputs)
        return [
            *inputs,
            ModelStage(
                self.name,
                self.name,
                None,
                ModelFormat.TENSORFLOW_LITE,
                tuple(Port(stage.name, 0) for stage in inputs),
                tuple(kinds),
                outputs,
            ),
            OutputStage(f"{self.name}_out", output, tuple(Port(self.name, index) for index in range(len(outputs)))),
        ]


def models_pipeline(models: Mapping[str, Model], output: OutputKind = OutputKind.TENSOR) -> Pipeline:
    """One pipeline in which every model stands by itself."""
    return Pipeline(
        tuple(stage for name, model in models.items() for stage in ModelInPipeline(name, model).stages(output)), ()
    )


def passing_on(kind: TensorType, output: OutputKind, *, name: str = "in", out: str = "out") -> Pipeline:
    """A pipeline that sends its input on as it is."""
    return Pipeline((CapabilityStage(name, RAW, (), kind), OutputStage(out, output, (Port(name, 0),))), ())


def module_of(
    pipeline: Pipeline,
    models: Mapping[str, Model] | None = None,
    target: Target = WASM32,
    profile: Profile = LITERT,
) -> bytes:
    """The compiled module, without the sections of a rune."""
    return compiled_module(lower(pipeline, models or {}, target, profile=profile), target)


def loaded(module: bytes) -> LoadedRune:
    """Loads a module with handles for the inputs and outputs of some hundred models."""
    return Runtime.load(module, replace(Limits(), handles=4096))


def run(rune: LoadedRune, inputs: Sequence[bytes]) -> tuple[OutputMessage, ...]:
    """One call with an input for each capability, in their order."""
    return rune.call({request.id: data for request, data in zip(rune.capabilities, inputs, strict=True)})


def tensors_of(message: bytes) -> list[TensorBytes]:
    """The tensors of a TENSOR message as descriptions and bytes."""
    tensors = []
    while message:
        (length,) = struct.unpack_from("<I", message)
        kind = parse_shape(message[4 : 4 + length].decode())
        tensors.append((kind, message[4 + length : 4 + length + kind.size]))
        message = message[4 + length + kind.size :]
    return tensors
