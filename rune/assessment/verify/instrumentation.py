"""Instrumented runs: a pipeline, or a model by itself, with wires that are watched, and what flows in them as bytes.

They are compiled by the same steps as a rune, kept in memory only, and discarded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from rune.compiler.anvil.compiling.allowance import Allowance
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.target import Target
from rune.compiler.targets.module import module_of
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.port import Port
from rune.running.container import pack, rune_sections
from rune.running.container.graph import graph_json
from rune.running.runtime import Limits, LoadedRune, OutputMessage, Runtime
from rune.source.runefile.pipeline import Pipeline
from rune.tensor import TensorType, parse_shape

LIMITS: Final = replace(Limits(), fuel=None, output=256 << 20)
"""The limits of instrumented runes, which send all that they compute; only the time limit ends a run."""

GROUP_BYTES: Final = 32 << 20
"""The bytes of tensors that one probe sends; a rune has 192 MB for all that it does."""


_NONE_HOSTED: Mapping[str, bytes | None] = {}


def instrumented_module(
    pipeline: Pipeline,
    watched_ports: Sequence[Port],
    compiled_models: Mapping[str, Model],
    hosted_models: Mapping[str, bytes | None] = _NONE_HOSTED,
    *,
    target: Target = WASM32,
    allowance: Allowance | None = None,
    profile: Profile = LITERT,
) -> bytes:
    """The module that also sends what flows in these wires, and says so. Raises `AnvilError` and `CompileError`."""
    program = lower(pipeline, compiled_models, target, hosted_models, watched_ports=watched_ports, profile=profile)
    graph = graph_json(pipeline, "instrumented", watched_ports=watched_ports)
    return pack(module_of(program, target, allowance), rune_sections(graph))


class ModelProbe:
    """A model by itself that was started, and sends some of its tensors."""

    def __init__(self, module: bytes) -> None:
        """`module` is what `build_probe` made. Raises `RuneError`."""
        self._rune = Runtime.load(module, LIMITS)

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        """The bytes of each tensor. Raises `RuneError`."""
        call(self._rune, inputs)
        return tuple(sent_tensor(message)[1] for message in self._rune.watched.values())


def call(rune: LoadedRune, inputs: Sequence[bytes]) -> tuple[OutputMessage, ...]:
    """One run, with an input for each capability in their order. Raises `RuneError`."""
    return rune.call({request.id: data for request, data in zip(rune.capabilities, inputs, strict=True)})


def sent_tensor(message: OutputMessage) -> tuple[TensorType, bytes]:
    """The one tensor of a message of our own TENSOR output."""
    (length,) = struct.unpack_from("<I", message.data)
    start = 4 + length
    return parse_shape(message.data[4:start].decode("ascii")), message.data[start:]


def results_in_groups(model: Model) -> Iterator[tuple[tuple[int, int], ...]]:
    """Pairs of operator and tensor for all results of a model that can be sent, in order, some at a time."""
    group: list[tuple[int, int]] = []
    size = 0
    for number, operator in enumerate(model.operators):
        for index in operator.outputs:
            kind = model.tensors[index].type
            if kind is None:
                continue
            if group and size + kind.size > GROUP_BYTES:
                yield tuple(group)
                group, size = [], 0
            group.append((number, index))
            size += kind.size
    if group:
        yield tuple(group)
