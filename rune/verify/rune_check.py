"""A rune beside its own pipeline, made again and laid open: every byte that it sends, and what its models were fed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

import rune as toolchain
from rune import anvil
from rune.anvil.program import Call, ConstantPlace, Pointer, Program, Structure
from rune.anvil.taps import tapped
from rune.container import ContainerError, read_rune
from rune.runefile.pipeline import ModelStage, Pipeline, Port
from rune.runtime import LoadedRune, OutputMessage, Runtime
from rune.runtime.errors import RuneError
from rune.targets import WASM32, module_of
from rune.tflite import Model
from rune.verify.laid_open import LIMITS, sent_tensor
from rune.verify.samples import InputSet
from rune.verify.verification import RuneVerification

TELLING: Final = 16
"""Bytes of a constant that are enough to look for it; shorter ones may stand anywhere."""

Fed = Callable[[ModelStage, Sequence[bytes], Sequence[bytes]], None]


@dataclass(frozen=True)
class LaidOpen:
    """A pipeline as it is compiled to be looked into. `ports` in the order in which it sends them, behind its own.

    `program` is the pipeline's without them: what its rune was compiled from.
    """

    program: Program
    module: bytes
    ports: tuple[Port, ...]
    stages: tuple[ModelStage, ...]

    def tensors(self, messages: Sequence[OutputMessage]) -> Mapping[Port, bytes]:
        """What flowed in one run."""
        sent = messages[len(messages) - len(self.ports) :]
        return {port: sent_tensor(message)[1] for port, message in zip(self.ports, sent, strict=True)}


def lay_open(
    pipeline: Pipeline,
    stages: Iterable[ModelStage],
    compiled: Mapping[str, Model],
    hosted: Mapping[str, bytes | None],
) -> LaidOpen:
    """The pipeline that also sends what flows into and out of these models. Raises `AnvilError`."""
    stages = tuple(stages)
    ports = tuple(dict.fromkeys(port for stage in stages for port in (*stage.inputs, *results_of(stage))))
    module = module_of(anvil.lower(tapped(pipeline, ports), compiled, WASM32, hosted), WASM32)
    return LaidOpen(anvil.lower(pipeline, compiled, WASM32, hosted), module, ports, stages)


def results_of(stage: ModelStage) -> tuple[Port, ...]:
    """The ports of a model's outputs."""
    return tuple(Port(stage.name, index) for index in range(len(stage.outputs)))


def run_beside(
    rune: bytes, laid_open: LaidOpen, sets: Iterable[InputSet], resources: Mapping[str, bytes], fed: Fed
) -> RuneVerification:
    """Runs both on each set of inputs. `fed` gets, for each model of each run, its inputs and its outputs.

    A set that both fail on is left out. Raises `RuneError` when one of them cannot be started here.
    """
    pair = _Pair(rune, laid_open.module, resources)
    found = RuneVerification()
    for inputs in sets:
        try:
            sent, again = pair.call(inputs.data)
        except _Failed as failure:
            return replace(found, failure=str(failure), suspect=_suspect(rune, laid_open.program))
        if again is None:
            continue
        own = again[: len(again) - len(laid_open.ports)]
        found = replace(
            found,
            inputs=found.inputs + 1,
            files=found.files + inputs.is_from_file,
            bytes=found.bytes + sum(len(message.data) for message in own),
            differing=found.differing + _differing(own, sent),
        )
        tensors = laid_open.tensors(again)
        for stage in laid_open.stages:
            fed(stage, [tensors[port] for port in stage.inputs], [tensors[port] for port in results_of(stage)])
    if found.is_within and not _is_of_this_toolchain(rune):
        return found
    return replace(found, suspect=_suspect(rune, laid_open.program))


class _Failed(Exception):
    """The rune failed, and its pipeline did not."""


class _Pair:
    """A rune and its pipeline made again, both loaded; again after one of them failed."""

    def __init__(self, rune: bytes, module: bytes, resources: Mapping[str, bytes]) -> None:
        self._sources = (rune, module)
        self._resources = resources
        self._rune, self._again = self._load()

    def _load(self) -> tuple[LoadedRune, LoadedRune]:
        rune, module = self._sources
        return (
            Runtime.load(rune, LIMITS, resources=self._resources),
            Runtime.load(module, LIMITS, resources=self._resources),
        )

    def call(self, data: Sequence[bytes]) -> tuple[Sequence[OutputMessage], Sequence[OutputMessage] | None]:
        """What both sent; None when both failed. Raises `_Failed`."""
        sent, failure = _attempt(self._rune, _by_capability(self._rune, self._again, data))
        again, other = _attempt(self._again, _by_capability(self._again, self._again, data))
        if failure is None and other is None:
            return sent, again
        if failure is None or other is None:
            raise _Failed(str(failure or other))
        self._rune, self._again = self._load()
        return (), None


def _attempt(rune: LoadedRune, data: Mapping[int, bytes]) -> tuple[Sequence[OutputMessage], RuneError | None]:
    try:
        return rune.call(data), None
    except RuneError as error:
        return (), error


def _by_capability(rune: LoadedRune, again: LoadedRune, data: Sequence[bytes]) -> Mapping[int, bytes]:
    """The inputs of `again`, in its order, by the handles of the rune: to each capability what its like gets.

    One that has no like gets nothing, and the rune will say so.
    """
    left = list(rune.capabilities)
    found = {}
    for request, each in zip(again.capabilities, data, strict=True):
        like = next((one for one in left if (one.kind, one.parameters) == (request.kind, request.parameters)), None)
        like = like or next((one for one in left if one.kind is request.kind), None)
        if like is not None:
            left.remove(like)
            found[like.id] = each
    return found


def _differing(expected: Sequence[OutputMessage], given: Sequence[OutputMessage]) -> int:
    """Bytes of messages that differ. Messages that say the same tensors are the same, in whatever order and spelling:
    a graph does not tell in which order its outputs stood in the text.
    """
    left = list(given)
    missed = []
    for wanted in expected:
        same = next((index for index, got in enumerate(left) if _is_same(wanted, got)), None)
        if same is None:
            missed.append(wanted)
        else:
            del left[same]
    differing = 0
    for wanted, got in zip(missed, left, strict=False):
        shorter = min(len(wanted.data), len(got.data))
        pair = [np.frombuffer(each.data, "u1", shorter) for each in (wanted, got)]
        differing += int(np.count_nonzero(pair[0] != pair[1])) + abs(len(wanted.data) - len(got.data))
    unpaired = missed[len(left) :] + left[len(missed) :]
    return differing + sum(len(message.data) for message in unpaired)


def _is_same(wanted: OutputMessage, got: OutputMessage) -> bool:
    """Whether both say the same numbers to an output of one kind; what is no number is like what is none."""
    if wanted.kind is not got.kind:
        return False
    if wanted.data == got.data:
        return True
    # Two NaN are not equal, but print alike.
    return repr(wanted.tensors) == repr(got.tensors)


def _suspect(rune: bytes, program: Program) -> str | None:
    """The first step of a program whose constants are not in the rune, as people call it; None when all are there."""
    for step in program.steps:
        if isinstance(step, Call) and any(
            len(data) >= TELLING and any(data) and data not in rune for data in _constants(program, step)
        ):
            stage, *operator = step.stage.rsplit(" ", 2) if step.part else (step.stage,)
            return f"op {operator[1]} {operator[0]} of {stage}" if operator else stage
    return None


def _is_of_this_toolchain(rune: bytes) -> bool:
    """Whether the rune says that this very toolchain made it: then it holds the same constants."""
    try:
        version = read_rune(rune).version
    except ContainerError:
        return False
    return version is not None and version.get("version") == toolchain.__version__


def _constants(program: Program, step: Call) -> Iterator[bytes]:
    for argument in step.arguments:
        fields = [value for _, value in argument.fields] if isinstance(argument, Structure) else [argument]
        for value in fields:
            if isinstance(value, Pointer) and isinstance(value.place, ConstantPlace):
                yield program.constants[value.place.index].data
