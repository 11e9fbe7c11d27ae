"""Warns of stages that are right by themselves and not where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rune.blocks.meaning import ExpectedMeaning, Meaning
from rune.model.tflite.meaning.description import NOTHING, DescribedTensor
from rune.source.runefile.advice.contradictions import ArrivingMeaning, expectation_of, warn_of_contradictions
from rune.source.runefile.advice.inserted_stage import Insert
from rune.source.runefile.advice.meanings import wanted_by
from rune.source.runefile.advice.noise_memory import warn_of_noise_memory
from rune.source.runefile.advice.sound_rates import warn_of_sound_rate
from rune.source.runefile.advice.wordlists import warn_of_wordlist
from rune.source.runefile.pipeline import BlockStage, ModelStage, Stage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import StageSyntax
from rune.tensor import TensorType


def advise(
    syntax: StageSyntax,
    stage: Stage,
    inputs: Sequence[tuple[TensorType, Meaning]],
    stage_named: Callable[[str], Stage | None],
    syntax_named: Mapping[str, StageSyntax],
    insert: Insert,
    report: DiagnosticReport,
) -> None:
    """`given` is what reaches each input: its type and what is known of its meaning."""
    takes: list[tuple[ExpectedMeaning, DescribedTensor]] = []
    match stage:
        case BlockStage():
            if inputs:
                warn_of_wordlist(syntax, stage, *inputs[0], insert, report)
            warn_of_sound_rate(syntax, stage, stage_named, syntax_named, report)
            warn_of_noise_memory(syntax, stage, stage_named, report)
            if stage.block.expected_meaning is not None and inputs:
                expected = stage.block.expected_meaning(tuple(type_ for type_, _ in inputs), stage.arguments)
                takes = [(expected, NOTHING)] * len(inputs)
        case ModelStage():
            takes = [(expectation_of(wanted_by(tensor)), tensor.description) for tensor in stage.input_tensors]
    for input_, (type_, meaning), (expected, description) in zip(syntax.inputs, inputs, takes, strict=False):
        source = syntax_named.get(input_.stage)
        warn_of_contradictions(
            ArrivingMeaning(syntax, input_, type_, meaning, expected, description, source), insert, report
        )
