"""A rune's inputs and outputs by name, read from the rune's graph if it has one.

A rune asks its host for inputs and outputs by number. Our runes say which stage each request belongs to
(`requests` of the graph). Where a rune does not say, a stage is known by its kind if no other has the same; else the
port is named after its kind: `audio`, `image`, `image_2`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rune.running.container import requested_stages
from rune.running.runtime import RequestedCapability, RequestedOutput
from rune.tensor import ElementType, TensorType

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Input:
    """One input. `type` is None where the rune does not say what it reads: it then takes any array's bytes."""

    name: str
    kind: str
    """`audio`, `image`, `accelerometer`, `raw` or `random`."""
    type: TensorType | None
    request: RequestedCapability = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The dimensions of the array."""
        return self.type.dimensions if self.type else None

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The elements of the array."""
        # NumPy takes memory that a small device, which passes bytes, does not have.
        from rune.tools.api.dtypes import DTYPES

        return DTYPES[self.type.element] if self.type else None

    @property
    def parameters(self) -> Mapping[str, int | float]:
        """The parameters in the Runefile, such as `hz` of a sound."""
        return self.request.parameters

    @property
    def optional(self) -> bool:
        """Whether a run may leave it out: numbers for `random` are made up."""
        return self.request.kind.is_random

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}, {self.type or 'any bytes'}"


@dataclass(frozen=True)
class Output:
    """One output. `types` of its tensors, in order, and the stages that they come from; empty where unknown."""

    name: str
    types: tuple[TensorType, ...]
    sources: tuple[str, ...]
    request: RequestedOutput = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(map(str, self.types)) or 'unknown until it runs'}"


def inputs_of(graph: Mapping[str, Any], requests: Sequence[RequestedCapability]) -> dict[str, Input]:
    """The inputs by name, in the order in which the rune asks for them. `graph` is foreign JSON of any form."""
    stages = _mapping(graph.get("capabilities"))
    tensors = _mapping(graph.get("tensors"))
    kinds = [request.kind.graph_type for request in requests]
    stage_names = requested_stages(graph, "capabilities", kinds)
    names = _distinct([name or request.kind.port_name for name, request in zip(stage_names, requests, strict=True)])
    inputs = {}
    for name, stage, request in zip(names, stage_names, requests, strict=True):
        types = [] if stage is None else _types(_mapping(stages.get(stage)).get("outputs"), tensors)
        kind = types[0] if len(types) == 1 and types[0].element is not ElementType.UTF8 else _usual_type(request)
        inputs[name] = Input(name, request.kind.port_name, kind, request)
    return inputs


def outputs_of(graph: Mapping[str, Any], requests: Sequence[RequestedOutput]) -> dict[str, Output]:
    """The outputs by name, in the order in which the rune asks for them. `graph` is foreign JSON of any form."""
    stages = _mapping(graph.get("outputs"))
    tensors = _mapping(graph.get("tensors"))
    makers = {
        tensor: name
        for section in ("capabilities", "proc-blocks", "models")
        for name, stage in _mapping(graph.get(section)).items()
        for tensor in _texts(_mapping(stage).get("outputs"))
    }
    kinds = [request.kind.name.lower() for request in requests]
    stage_names = requested_stages(graph, "outputs", kinds)
    names = _distinct([name or kind for name, kind in zip(stage_names, kinds, strict=True)])
    outputs = {}
    for name, stage, request in zip(names, stage_names, requests, strict=True):
        ids = [] if stage is None else _texts(_mapping(stages.get(stage)).get("inputs"))
        types = _types(ids, tensors)
        sources = tuple(makers[each] for each in ids if each in makers)
        outputs[name] = Output(name, tuple(types), sources if len(sources) == len(ids) else (), request)
    return outputs


def rune_name(graph: Mapping[str, Any]) -> str | None:
    """Returns the name that the rune declares."""
    name = _mapping(graph.get("rune")).get("name")
    return name if isinstance(name, str) and name else None


def _distinct(names: Sequence[str]) -> list[str]:
    """The same names; the second of its kind gets `_2` behind it."""
    result: list[str] = []
    for name in names:
        free, number = name, 1
        while free in result:
            number += 1
            free = f"{name}_{number}"
        result.append(free)
    return result


def _types(ids: object, tensors: Mapping[str, Any]) -> list[TensorType]:
    """The types of tensors; none when one of them cannot be read."""
    types = []
    for each in _texts(ids):
        tensor = _mapping(tensors.get(each))
        element, dimensions = tensor.get("element_type"), tensor.get("dimensions")
        if not isinstance(element, str) or not isinstance(dimensions, list):
            return []
        if not all(type(size) is int and size >= 0 for size in dimensions):
            return []
        try:
            kind = ElementType("utf8" if element == "String" else element.lower())
        except ValueError:
            return []
        run_time = tensor.get("run_time")
        open_axes = run_time if isinstance(run_time, list) else []
        axes = tuple(axis for axis in range(len(dimensions)) if axis in open_axes)
        types.append(TensorType(kind, tuple(dimensions), axes))
    return types


def _usual_type(request: RequestedCapability) -> TensorType | None:
    """Returns the usual type of such a capability with its parameters, where a rune's graph does not state it."""

    parameters = {name: value for name, value in request.parameters.items() if _is_count(value)}
    of_parameters = request.kind.array or request.kind.output
    try:
        type_ = of_parameters(parameters)
    except KeyError:  # a parameter is missing or no count
        return None
    return type_ if type_ is not None and type_.count else None


def _is_count(value: float) -> bool:
    return math.isfinite(value) and value == int(value) > 0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
