"""Runes with one byte of their code or their constants changed, and whether that changes what they compute."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rune.abi import SectionName
from rune.assessment.verify.instrumentation import call, sent_tensor
from rune.assessment.verify.runes.check import InstrumentedPipeline, check_rune, instrument
from rune.assessment.verify.runes.own_tensors import TensorSearch
from rune.assessment.verify.runes.second_module import second_module, second_rune, without_second_module
from rune.assessment.verify.runes.verification import RuneVerification, ToolchainOrigin
from rune.assessment.verify.samples import InputSet, capabilities_of, input_sets
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.models import ProjectModels, choose
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.wasm32 import FASTEST
from rune.project.files import MemoryFiles
from rune.running.container import ContainerError, pack, read_module, with_steps
from rune.running.runtime import CompiledRune, Limits, LoadedRune, RuneMemory
from rune.running.runtime.errors import RuneError
from rune.source.runefile import check
from rune.source.runefile.pipeline import ModelStage
from tests.support.compiler.template_projects import rune_of

LIMITS = replace(Limits(), seconds=0.5, fuel=50_000_000)
"""A change may make a loop that does not end."""
CODE, DATA = 10, 11
INPUTS = 4


class Deaf:
    """Hears of runs and does nothing with them."""

    def fed(self, stage: ModelStage, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> None:
        """Compares nothing."""

    def restarted(self) -> None:
        """Does nothing, as nothing is remembered."""


@dataclass(frozen=True)
class MutantOutcome:
    """A rune's messages and its model's outputs, run by run; `error` where it failed."""

    messages: tuple[tuple[bytes, ...], ...] = ()
    tensors: tuple[bytes, ...] = ()
    error: str | None = None


class MutantSubject:
    """A project with one model, its rune, and where the model's output lies in that."""

    def __init__(self, files: MemoryFiles) -> None:
        self.rune = self.built(files)
        models = ProjectModels(files)
        report = check(files, PUBLISHED_BLOCKS, signatures=models.signature)
        assert report.pipeline is not None
        pipeline = report.pipeline
        stages = [stage for stage in pipeline.stages if isinstance(stage, ModelStage)]
        choice = choose(pipeline, models, host_models=False)
        self.instrumented: InstrumentedPipeline = instrument(
            pipeline, stages, choice.compiled_models, choice.hosted_models
        )
        (self.port,) = self.instrumented.ports
        capabilities = capabilities_of(pipeline)
        self.sets: tuple[InputSet, ...] = tuple(input_sets(capabilities, [()] * len(capabilities), INPUTS, 1))

    def built(self, files: MemoryFiles) -> bytes:
        return rune_of(files)

    def changed(self, number: int) -> bytes:
        """The rune with one byte changed."""
        return mutant(self.rune, number)

    def started(self, rune: bytes) -> LoadedRune:
        """Returns an instance that is ready to be called in steps."""
        return started(rune)

    @cached_property
    def place(self) -> tuple[int, int, int]:
        """The step after which the model's output lies at a place, the place, and its bytes: the first that is left."""
        twin, search = self.instrumented.compiled_rune.start(), TensorSearch()
        instance = self.started(self.rune)
        size = 0
        for inputs in self.sets:
            call(twin, inputs.data)
            _, tensor = sent_tensor(twin.watched[self.port])
            size = len(tensor)
            search.expected_tensors = {self.port: tensor}
            instance.call_in_steps(input_bytes(instance, inputs), search.after)
            search.end_run()
        step, places = next(iter(search.places[self.port].items()))
        return step, int(places[0]), size

    def outcome(self, rune: bytes) -> MutantOutcome:
        """The messages of a rune of the same form, and the bytes in the place of the model's output."""
        tensor_step, address, size = self.place
        tensors: list[bytes] = []

        def after(step: int, memory: RuneMemory) -> None:
            if step == tensor_step:
                tensors.append(memory.read(address, size))

        messages = []
        try:
            instance = self.started(rune)
            for inputs in self.sets:
                outputs = instance.call_in_steps(input_bytes(instance, inputs), after)
                messages.append(tuple(message.data for message in outputs))
        except (RuneError, ContainerError, StopIteration, ValueError) as error:
            return MutantOutcome(error=type(error).__name__)
        return MutantOutcome(tuple(messages), tuple(tensors))

    @cached_property
    def right(self) -> MutantOutcome:
        """The outcome of the rune itself."""
        return self.outcome(self.rune)

    def verified(self, rune: bytes) -> RuneVerification:
        """The verification of a rune that another toolchain may have made: no constants are looked for."""
        return check_rune(
            rune, self.instrumented, self.sets, {}, Deaf(), ToolchainOrigin.OTHER, LIMITS, programs=lambda _: iter(())
        )


class SecondSubject(MutantSubject):
    """The same, of which the second module is changed and looked at."""

    def built(self, files: MemoryFiles) -> bytes:
        return build(files, BuildOptions("verified", target=FASTEST)).rune

    def changed(self, number: int) -> bytes:
        second = second_module(self.rune)
        assert second is not None
        return pack(without_second_module(self.rune), {SectionName.RELAXED: mutant(second, number)})

    def started(self, rune: bytes) -> LoadedRune:
        return started(second_rune(rune))

    def verified(self, rune: bytes) -> RuneVerification:
        try:
            second = second_rune(rune)
        except ContainerError as error:
            return RuneVerification(failure=str(error))
        return super().verified(second)


def started(rune: bytes) -> LoadedRune:
    rune_with_steps = with_steps(rune)
    if rune_with_steps is None:
        raise ValueError("its steps cannot be called")
    return CompiledRune(rune_with_steps.module, LIMITS).start()


def input_bytes(rune: LoadedRune, inputs: InputSet) -> dict[int, bytes]:
    return {request.id: data for request, data in zip(rune.capabilities, inputs.data, strict=True)}


def mutant(rune: bytes, number: int) -> bytes:
    """The rune with one byte of its code, or of its constants, changed: by the number alone."""
    choose = random.Random(number)
    sections = {section.number: section for section in read_module(rune).sections if section.name is None}
    section = sections[(CODE, DATA, DATA)[number % 3]]
    at = section.offset + choose.randrange(len(section.payload))
    changed = rune[at] ^ (1 << choose.randrange(8)) if choose.randrange(2) else choose.randrange(256)
    return rune[:at] + bytes([changed]) + rune[at + 1 :]


def judge(subject: MutantSubject, numbers: range) -> Counter[str]:
    """Counts the mutants of each kind; every one that changes what is computed must be detected. Fails by name."""
    counts: Counter[str] = Counter()
    failures = []
    for number in numbers:
        changed = subject.changed(number)
        outcome = subject.outcome(changed)
        if outcome == subject.right:
            counts["change nothing"] += 1
            continue
        verification = subject.verified(changed)
        if verification.is_within and not verification.is_undecided:
            failures.append(f"mutant {number}: {outcome.error or 'other results'}, and {verification.sentence()}")
        is_hidden = outcome.messages == subject.right.messages
        counts[
            "do not run" if outcome.error else "change the model's output alone" if is_hidden else "change outputs"
        ] += 1
    assert not failures, "\n".join(failures)
    return counts
