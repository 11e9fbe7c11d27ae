"""A rune compared with its own pipeline, rebuilt with instruments: all output bytes, and the inputs of its models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from rune.assessment.verify.instrumentation import LIMITS, instrumented_module, sent_tensor
from rune.assessment.verify.runes.named_constants import is_distinct, named_constants
from rune.assessment.verify.runes.own_tensors import OwnRuns
from rune.assessment.verify.runes.verification import RuneVerification, ToolchainOrigin
from rune.assessment.verify.samples import InputSet
from rune.compiler.anvil.graph import Graph
from rune.compiler.anvil.passes.optimise import optimise
from rune.compiler.anvil.program import Program
from rune.compiler.anvil.reading.pipeline import read_pipeline
from rune.compiler.anvil.selection.select import select
from rune.compiler.anvil.target import Target
from rune.compiler.targets.lookup import targets
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.port import Port
from rune.running.container import ContainerError, missing_part, read_rune
from rune.running.runtime import CompiledRune, Limits, LoadedRune, OutputMessage, RequestedCapability
from rune.running.runtime.errors import NotARune, RuneError
from rune.source.runefile.pipeline import ModelStage, OutputStage, Pipeline
from rune.wording import plain


class ModelListener(Protocol):
    """The receiver of the inputs of a pipeline's models."""

    def fed(self, stage: ModelStage, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> None:
        """A run was completed; what this model took and gave in it."""

    def restarted(self) -> None:
        """A run failed, and the pipeline began anew: what it remembered is gone."""


@dataclass(frozen=True)
class InstrumentedPipeline:
    """A pipeline whose `module` also shows what flows into and out of its `stages`.

    `graphs` are the pipeline's without that, one for each target that makes runes. `ports` are those outputs of the
    models that such a rune has in its memory as they are; passes of the compiler leave others out, or make one table of
    them and what follows.
    """

    graphs: tuple[tuple[Target, Graph], ...]
    module: bytes
    stages: tuple[ModelStage, ...]
    ports: tuple[Port, ...]
    has_outputs: bool
    """Whether any stage sends something. A rune of a pipeline without such a stage has nothing to compare."""

    @cached_property
    def compiled_rune(self) -> CompiledRune:
        """The module, ready to be started any number of times. Raises `RuneError`."""
        return CompiledRune(self.module, LIMITS)

    def programs(self) -> Iterator[Program]:
        """The pipeline's program on each target, optimised for whatever there is: its rune was compiled from one of
        them. Each is made when it is asked for."""
        for target, graph in self.graphs:
            yield from (select(graph, each) for each in (target, *target.variants))

    def second_programs(self) -> Iterator[Program]:
        """The same for the second modules of runes."""
        for target, graph in self.graphs:
            yield from (select(graph, each.second) for each in (target, *target.variants) if each.second is not None)


def instrument(
    pipeline: Pipeline,
    stages: Iterable[ModelStage],
    compiled_models: Mapping[str, Model],
    hosted_models: Mapping[str, bytes | None],
    profile: Profile = LITERT,
) -> InstrumentedPipeline:
    """The pipeline that also shows what flows into and out of these models. Raises `AnvilError`."""
    stages = tuple(stages)
    ports = tuple(dict.fromkeys(port for stage in stages for port in (*stage.inputs, *results_of(stage))))
    module = instrumented_module(pipeline, ports, compiled_models, hosted_models, profile=profile)
    graph = read_pipeline(pipeline, compiled_models, hosted_models, profile=profile)
    runes = [target for target in targets() if target.makes_rune]
    graphs = tuple((target, optimise(graph, target.passes).graph) for target in runes)
    stored_ports = tuple(
        port for port in ports if all(port in _stored_ports(each, stages, compiled_models) for _, each in graphs)
    )
    has_outputs = any(isinstance(stage, OutputStage) for stage in pipeline.stages)
    return InstrumentedPipeline(graphs, module, stages, stored_ports, has_outputs)


def _stored_ports(graph: Graph, stages: Iterable[ModelStage], compiled_models: Mapping[str, Model]) -> frozenset[Port]:
    """The outputs of models that a node of the graph makes, by the names that reading gives to values."""
    value_names = {graph.values[index].name for node in graph.nodes for index in node.outputs}
    return frozenset(
        port
        for stage in stages
        for port, index in zip(results_of(stage), compiled_models[stage.file or ""].outputs, strict=True)
        if f"{stage.name} tensor {index}" in value_names
    )


def results_of(stage: ModelStage) -> tuple[Port, ...]:
    """The ports of a model's outputs."""
    return tuple(Port(stage.name, index) for index in range(len(stage.outputs)))


def check_rune(
    rune: bytes,
    instrumented_pipeline: InstrumentedPipeline,
    sets: Iterable[InputSet],
    resources: Mapping[str, bytes],
    listener: ModelListener,
    origin: ToolchainOrigin = ToolchainOrigin.THIS,
    limits: Limits = LIMITS,
    programs: Callable[[InstrumentedPipeline], Iterator[Program]] = InstrumentedPipeline.programs,
) -> RuneVerification:
    """Runs both on each set of inputs. `listener` is called with the inputs and outputs of each model of each run.

    `origin` says which toolchain built the rune. `programs` are those of which one was compiled: its constants are
    looked for in the rune. A set that both fail on is left out; where no set is left, or neither starts here, `refusal`
    says why.
    """
    verification = RuneVerification(origin=origin)
    try:
        pair = _Pair(rune, instrumented_pipeline.compiled_rune, resources, limits)
        own = OwnRuns(rune, resources, limits)
    except _RuneDiffers as failure:
        return replace(verification, failure=str(failure))
    except RuneError as error:
        return replace(verification, refusal=str(error))
    missing = missing_part(read_rune(rune))
    if missing is not None:
        return replace(verification, failure=f"it is cut short, or was stripped: {missing} is missing")
    output_digests: set[bytes] = set()
    for inputs in sets:
        try:
            messages, again = pair.call(inputs.data)
        except _RuneDiffers as failure:
            return replace(verification, failure=str(failure), suspect=_suspect(rune, programs(instrumented_pipeline)))
        if again is None:
            listener.restarted()
            own.restart()
            verification = replace(verification, refusal=pair.refusal)
            continue
        output_digests.add(_digest(messages))
        verification = replace(
            verification,
            inputs=verification.inputs + 1,
            files=verification.files + inputs.is_from_file,
            bytes=verification.bytes + sum(len(message.data) for message in again),
            differing=verification.differing + _differing_bytes(again, messages),
            distinct=len(output_digests),
        )
        tensors = {port: sent_tensor(message)[1] for port, message in pair.watched.items()}
        # A stage after a window that is not full does not run this time.
        own.run(
            pair.by_capability(inputs.data),
            {port: tensors[port] for port in instrumented_pipeline.ports if tensors.get(port)},
        )
        for stage in instrumented_pipeline.stages:
            if not tensors.keys() >= {*stage.inputs, *results_of(stage)}:
                continue
            listener.fed(stage, [tensors[port] for port in stage.inputs], [tensors[port] for port in results_of(stage)])
    if verification.inputs:
        verification = replace(verification, refusal=None, tensors=own.tensors_for(instrumented_pipeline.ports))
        if instrumented_pipeline.has_outputs and not verification.bytes and verification.is_alike:
            return replace(verification, failure="it has no output for any input")
    return replace(verification, suspect=_suspect(rune, programs(instrumented_pipeline)))


def _digest(messages: Sequence[OutputMessage]) -> bytes:
    """Returns a digest that distinguishes the messages from any others."""
    parts = (len(each.data).to_bytes(8, "little") + each.data for each in messages)
    return hashlib.sha256(b"".join(parts)).digest()


class _RuneDiffers(Exception):
    """The rune differs from its pipeline; the message says how, as a sentence about "it"."""


class _Pair:
    """A rune and its pipeline made again, both loaded; again after one of them failed.

    `refusal` is what both said when they failed together.
    """

    def __init__(self, rune: bytes, again: CompiledRune, resources: Mapping[str, bytes], limits: Limits) -> None:
        """Raises `_RuneDiffers` where the rune does not start or asks for something else, and `RuneError` where its
        pipeline cannot be started here.
        """
        self._data = rune
        self._compiled_rune: CompiledRune | None = None
        self._again_compiled = again
        self._resources = resources
        self._limits = limits
        self.refusal: str | None = None
        self._rune, self._again = self._load()
        self._require_alike()

    def _load(self) -> tuple[LoadedRune, LoadedRune]:
        try:
            again: LoadedRune | RuneError = self._again_compiled.start(resources=self._resources)
        except RuneError as error:
            again = error
        try:
            if self._compiled_rune is None:
                read_rune(self._data)
                self._compiled_rune = CompiledRune(self._data, self._limits)
            loaded_rune = self._compiled_rune.start(resources=self._resources)
        except (ContainerError, RuneError) as error:
            if isinstance(again, LoadedRune) or isinstance(error, ContainerError | NotARune):
                raise _RuneDiffers(f"it does not load: {error}") from error
            raise
        if isinstance(again, RuneError):
            loaded_rune.close()
            raise again
        return loaded_rune, again

    def _require_alike(self) -> None:
        """Raises `_RuneDiffers` when the rune asks for other inputs or outputs than its pipeline, in whatever order."""
        actual, expected = (sorted(map(_capability_text, each.capabilities)) for each in (self._rune, self._again))
        if actual != expected:
            raise _RuneDiffers(f"it asks for other inputs: {_names_text(actual)}, not {_names_text(expected)}")
        actual = sorted(request.kind.name for request in self._rune.outputs)
        expected = sorted(request.kind.name for request in self._again.outputs)
        if actual != expected:
            raise _RuneDiffers(f"it asks for other outputs: {_names_text(actual)}, not {_names_text(expected)}")

    @property
    def watched(self) -> Mapping[Port, OutputMessage]:
        """The values in the pipeline's watched wires in the last call."""
        return self._again.watched

    def by_capability(self, data: Sequence[bytes]) -> Mapping[int, bytes]:
        """The inputs of the pipeline by the rune's own handles."""
        return _by_capability(self._rune, self._again, data)

    def call(self, data: Sequence[bytes]) -> tuple[Sequence[OutputMessage], Sequence[OutputMessage] | None]:
        """Returns the messages of both; None when both failed. Raises `_RuneDiffers`."""
        messages, failure = _attempt(self._rune, self.by_capability(data))
        again, other = _attempt(self._again, _by_capability(self._again, self._again, data))
        if failure is None and other is None:
            return messages, again
        if failure is None or other is None:
            first, then = ("fails", "does not") if failure is not None else ("runs", "fails")
            raise _RuneDiffers(f"it {first} where its pipeline {then}: {failure or other}")
        self.refusal = str(other)
        self._rune, self._again = self._load()
        return (), None


def _attempt(rune: LoadedRune, data: Mapping[int, bytes]) -> tuple[Sequence[OutputMessage], RuneError | None]:
    try:
        return rune.call(data), None
    except RuneError as error:
        return (), error


def _by_capability(rune: LoadedRune, again: LoadedRune, data: Sequence[bytes]) -> Mapping[int, bytes]:
    """The inputs of `again`, in its order, by the handles of the rune, which asks for the same."""
    left = list(rune.capabilities)
    by_capability = {}
    for request, each in zip(again.capabilities, data, strict=True):
        like = next(one for one in left if (one.kind, one.parameters) == (request.kind, request.parameters))
        left.remove(like)
        by_capability[like.id] = each
    return by_capability


def _capability_text(request: RequestedCapability) -> str:
    parameters = ", ".join(f"{plain(name)} {value:g}" for name, value in sorted(request.parameters.items()))
    return f"{request.kind.name} ({parameters})" if parameters else request.kind.name


def _names_text(names: Sequence[str]) -> str:
    return " and ".join(names) or "nothing"


def _differing_bytes(expected: Sequence[OutputMessage], actual: Sequence[OutputMessage]) -> int:
    """Bytes of messages that differ. Messages that say the same tensors are the same, in whatever order and spelling:
    a graph does not tell in which order its outputs stood in the text.
    """
    left = list(actual)
    missing_messages = []
    for expected_message in expected:
        same = next(
            (index for index, actual_message in enumerate(left) if _is_same(expected_message, actual_message)), None
        )
        if same is None:
            missing_messages.append(expected_message)
        else:
            del left[same]
    differing = 0
    for expected_message, actual_message in zip(missing_messages, left, strict=False):
        shorter = min(len(expected_message.data), len(actual_message.data))
        pair = [np.frombuffer(each.data, "u1", shorter) for each in (expected_message, actual_message)]
        differing += int(np.count_nonzero(pair[0] != pair[1])) + abs(
            len(expected_message.data) - len(actual_message.data)
        )
    unpaired_messages = missing_messages[len(left) :] + left[len(missing_messages) :]
    # A message without a byte that only one of them sends is a difference too.
    return differing + sum(max(1, len(message.data)) for message in unpaired_messages)


def _is_same(expected: OutputMessage, actual: OutputMessage) -> bool:
    """Returns whether two outputs of one kind have the same numbers; every NaN equals every other."""
    if expected.kind is not actual.kind:
        return False
    if expected.data == actual.data:
        return True
    # Two NaN are not equal, but print alike.
    return repr(expected.tensors) == repr(actual.tensors) and _names_itself(expected) is _names_itself(actual)


def _names_itself(message: OutputMessage) -> bool:
    """Returns whether JSON names the output through which it was sent. Outputs have other numbers in another order."""
    return b'"channel":%d,' % message.channel in message.data


def _suspect(rune: bytes, programs: Iterable[Program]) -> str | None:
    """The first step whose constants are not in the rune, as people call it; None when all of one program are there.

    Another toolchain may pack constants in another way: that they are not found then decides nothing.
    """
    first: str | None = None
    for program in programs:
        suspect = _suspect_of(rune, program)
        if suspect is None:
            return None
        first = first or suspect
    return first


def _suspect_of(rune: bytes, program: Program) -> str | None:
    """The same for one program."""
    return next((name for name, data in named_constants(program) if is_distinct(data) and data not in rune), None)
