"""The graph that a rune carries as JSON, in the layout of Rune 0.11, so that its tools and ours can draw it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rune.abi import ModelFormat
from rune.blocks.meaning import UNKNOWN, Meaning
from rune.blocks.signature import ArgumentValue, HostText
from rune.port import Port
from rune.running.container.request_names import REQUESTS, WATCHED_PORTS
from rune.source.runefile.advice.meanings import meanings_of
from rune.source.runefile.paces import first_answer
from rune.source.runefile.pipeline import (
    BlockStage,
    CapabilityStage,
    ModelStage,
    OutputStage,
    Pipeline,
    Resource,
    Stage,
)
from rune.tensor import ElementType, TensorType

_NAMESPACE: Final = uuid.UUID("6f2c3f0e-3a0f-5d8e-9c1b-52554e450000")


def graph_json(
    pipeline: Pipeline, name: str, memory: int | None = None, watched_ports: Iterable[Port] = ()
) -> dict[str, Any]:
    """The graph of a rune called `name`. A tensor's id is derived from its stage and number; empty maps are left out.

    An argument that came from a resource is written as `$NAME`. Beyond the layout of Rune 0.11, whose tools pass over
    it: `requests`, the stages in the order in which the rune asks its host for them, so that a host can name what it
    knows by number, and the `watched_ports`, for which it asks behind the outputs of the pipeline; the bytes of
    `memory` that a run needs; a model's quantisation; which tensors are probabilities, also behind blocks that keep
    them such, so that every host writes a score as a percentage; the `first_answer`, which is the run that sends the
    first output where a window of a stream must fill before; the axes of a tensor whose
    sizes each run decides (`run_time`; `dimensions` has the largest), and what a block keeps between runs (`state`);
    whether a capability must be read without gaps and without overlap (`stream`).
    """
    capabilities, models, blocks, outputs, tensors = {}, {}, {}, {}, {}
    streams = streamed_capabilities(pipeline)
    meanings = _meanings(pipeline)
    for stage in pipeline.stages:
        for port, kind in _ports(stage):
            tensors[_tensor_id(port)] = _tensor(kind) | _numbers(stage, port.index, meanings.get(port, UNKNOWN))
        match stage:
            case CapabilityStage():
                capabilities[stage.name] = {
                    "kind": {"type": stage.kind.graph_type},
                    "args": {key: _argument(value) for key, value in stage.parameters},
                    "outputs": [_tensor_id(Port(stage.name, 0))],
                } | ({"stream": True} if stage.name in streams else {})
            case ModelStage():
                models[stage.name] = _model(stage) | _edges(stage)
            case BlockStage():
                blocks[stage.name] = {
                    "path": stage.path,
                    "args": {
                        key: f"${stage.resources[key]}" if key in stage.resources else _argument(value)
                        for key, value in stage.arguments.items()
                    },
                } | _edges(stage)
                if stage.state:
                    blocks[stage.name]["state"] = [{"name": each.name} | _tensor(each.type) for each in stage.state]
            case OutputStage():
                outputs[stage.name] = {
                    "kind": {"type": stage.kind.name.lower()},
                    "inputs": [_tensor_id(port) for port in stage.inputs],
                }
    return _without_empty(
        {
            "rune": {"name": name} | ({} if memory is None else {"memory": memory}) | _first_answer(pipeline),
            "capabilities": {key: _without_empty(value) for key, value in capabilities.items()},
            "models": models,
            "proc-blocks": {key: _without_empty(value) for key, value in blocks.items()},
            "outputs": outputs,
            "resources": {resource.name: _resource(resource) for resource in pipeline.resources},
            "tensors": tensors,
            REQUESTS: _without_empty(
                {
                    "capabilities": list(capabilities),
                    "outputs": list(outputs),
                    WATCHED_PORTS: list(map(_wire, watched_ports)),
                }
            ),
        }
    )


def streamed_capabilities(pipeline: Pipeline) -> frozenset[str]:
    """The capabilities that feed a block which takes a stream, through other blocks too."""
    sources_by_stage: dict[str, set[str]] = {}
    names: set[str] = set()
    for stage in pipeline.stages:
        inputs = () if isinstance(stage, CapabilityStage) else stage.inputs
        behind = {name for port in inputs for name in sources_by_stage.get(port.stage, ())}
        sources_by_stage[stage.name] = {stage.name} if isinstance(stage, CapabilityStage) else behind
        if isinstance(stage, BlockStage) and stage.reads_stream:
            names |= behind
    return frozenset(names)


def _ports(stage: Stage) -> Iterable[tuple[Port, TensorType]]:
    match stage:
        case CapabilityStage():
            kinds: tuple[TensorType, ...] = (stage.output,)
        case BlockStage():
            kinds = tuple(output.type for output in stage.outputs)
        case ModelStage():
            kinds = stage.outputs
        case OutputStage():
            kinds = ()
    return ((Port(stage.name, index), kind) for index, kind in enumerate(kinds))


def _model(stage: ModelStage) -> dict[str, Any]:
    """The file is what the Runefile says: `$NAME` where it names a resource."""
    file = stage.file if stage.resource is None else f"${stage.resource}"
    is_default = stage.format is ModelFormat.TENSORFLOW_LITE
    return {"file": file} | ({} if is_default else {"args": {"format": stage.format.value}})


def _edges(stage: BlockStage | ModelStage) -> dict[str, Any]:
    return {
        "inputs": [_tensor_id(port) for port in stage.inputs],
        "outputs": [_tensor_id(port) for port, _ in _ports(stage)],
    }


def _wire(port: Port) -> dict[str, Any]:
    return {"stage": port.stage, "index": port.index, "tensor": _tensor_id(port)}


def _tensor_id(port: Port) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{port.stage}.{port.index}"))


def _tensor(kind: TensorType) -> dict[str, Any]:
    element = "String" if kind.element is ElementType.UTF8 else kind.element.value.upper()
    open_axes = {} if kind.is_fixed else {"run_time": list(kind.run_time)}
    return {"element_type": element, "dimensions": list(kind.dimensions)} | open_axes


def _first_answer(pipeline: Pipeline) -> dict[str, Any]:
    first = first_answer(pipeline)
    return {} if first == 1 else {"first_answer": first}


def _meanings(pipeline: Pipeline) -> Mapping[Port, Meaning]:
    """Returns the meaning of each stage's outputs: a block may keep that of its inputs."""
    meanings: dict[Port, Meaning] = {}
    types: dict[Port, TensorType] = {}
    for stage in pipeline.stages:
        inputs = () if isinstance(stage, CapabilityStage) else stage.inputs
        # Nothing is known of an input that the pipeline does not have.
        if all(port in meanings for port in inputs):
            outputs = meanings_of(stage, [meanings[port] for port in inputs], [types[port] for port in inputs])
            meanings |= {Port(stage.name, index): meaning for index, meaning in enumerate(outputs)}
        types |= dict(_ports(stage))
    return meanings


def _numbers(stage: Stage, index: int, meaning: Meaning) -> dict[str, Any]:
    """Returns what an output's numbers stand for: of a model as its file states it, and of a block where they are
    probabilities."""
    if isinstance(stage, ModelStage):
        if index >= len(stage.tensors):
            return {}
        tensor = stage.tensors[index]
        fields: dict[str, Any] = {"probability": True} if tensor.is_probability else {}
        return fields if tensor.scale is None else fields | _quantization(tensor.scale, tensor.zero_point)
    if not meaning.is_probability:
        return {}
    steps = meaning.quantisation
    return {"probability": True} | ({} if steps is None else _quantization(steps.scale, steps.zero_point))


def _quantization(scale: float, zero_point: int | None) -> dict[str, Any]:
    return {"quantization": {"scale": scale, "zero_point": zero_point}}


def _argument(value: ArgumentValue | HostText) -> str:
    """Numbers as the Runefile's own rule writes them: `360.0` is `360`. Texts of resources by their names."""
    if isinstance(value, HostText):
        return f"${value.resource}"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _resource(resource: Resource) -> dict[str, Any]:
    default: dict[str, str] | None = None
    if resource.path is not None:
        default = {"FromDisk": resource.path}
    elif resource.inline is not None:
        default = {"Inline": resource.inline}
    return {"default_value": default, "ty": "binary" if resource.is_binary else "string"}


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ({}, [])}
