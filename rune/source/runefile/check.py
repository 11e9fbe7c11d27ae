"""Checks a project's files: gives the checked pipeline, or all problems of its Runefile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rune.blocks.meaning import UNKNOWN, Meaning
from rune.blocks.resolver import BlockResolver
from rune.blocks.signature import BlockState
from rune.gc_paused import uncollected
from rune.model.tflite import ModelSignature, read_model
from rune.model.tflite import signature as signature_of
from rune.port import Port
from rune.project.files import ProjectFiles
from rune.pyblock.testing.names import is_test_file
from rune.source.runefile.advice.inserted_stage import InsertedBlock, inserted_stage
from rune.source.runefile.advice.meanings import meanings_of
from rune.source.runefile.advice.open_question import report_open_questions
from rune.source.runefile.advice.warnings import advise
from rune.source.runefile.blocks.python_blocks import AvailableBlocks
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Diagnostic, Fix, Severity
from rune.source.runefile.find import runefile_in
from rune.source.runefile.host_resources import HostResourceOptions
from rune.source.runefile.outline import Outline, outline
from rune.source.runefile.parsing.cascading_diagnostics import remove_cascading_diagnostics
from rune.source.runefile.parsing.decoding import read_runefile
from rune.source.runefile.parsing.parse import parse
from rune.source.runefile.parsing.text_form import compose_text, is_text_form
from rune.source.runefile.parsing.zune import is_zune_stage
from rune.source.runefile.pipeline import (
    BlockStage,
    CapabilityStage,
    ModelStage,
    OutputStage,
    Pipeline,
    Stage,
)
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.source import SourceText
from rune.source.runefile.stages.blocks import StageInputs, check_block_stage
from rune.source.runefile.stages.capabilities import check_capability, declared_output, find_capability
from rune.source.runefile.stages.models import ModelReading, Signatures, check_model_stage, find_model, warn_of_model
from rune.source.runefile.stages.order import report_cycles, run_order, sources_of
from rune.source.runefile.stages.outputs import check_output_stage, find_output
from rune.source.runefile.stages.resources import Resources
from rune.source.runefile.syntax import InputSyntax, RunefileForm, RunefileSyntax, StageKind, StageSyntax
from rune.source.runefile.watch.planning import plan_watch
from rune.source.runefile.yaml.compose import compose
from rune.source.runefile.yaml.values import Value
from rune.tensor import TensorType
from rune.wording import counted, plain, quoted


@dataclass(frozen=True)
class CheckedRunefile:
    """The result of a check: the problems of a project, and what could be understood of it.

    `pipeline` is None when there is an error. `source` is the text as it was read, empty when it could not be; `root`
    its values as they are written, None where there are none. `types` has what is known of each stage's outputs,
    `meanings` what is known of their numbers, and `signatures` the inputs and outputs of each model stage whose model
    could be read, all by the stage's name.
    """

    diagnostics: tuple[Diagnostic, ...]
    pipeline: Pipeline | None
    outline: Outline
    source: SourceText
    root: Value | None
    syntax: RunefileSyntax
    types: Mapping[str, tuple[TensorType | None, ...]]
    signatures: Mapping[str, ModelSignature]
    meanings: Mapping[str, tuple[Meaning, ...]]

    @property
    def has_errors(self) -> bool:
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    @property
    def is_broken(self) -> bool:
        """Whether an error keeps the pipeline from running. One in the tests of a block fails a build alone."""
        return any(each.severity is Severity.ERROR and not is_test_file(each.file) for each in self.diagnostics)


@uncollected()
def check(
    files: ProjectFiles,
    blocks: BlockResolver,
    *,
    runefile: str | None = None,
    signatures: Signatures | None = None,
    host_resources: HostResourceOptions | None = None,
) -> CheckedRunefile:
    """Checks a project. Whatever is wrong is a diagnostic; nothing is raised.

    `blocks` finds the proc-blocks. Without `runefile` the project's own is taken: `Runefile.yml`, `Runefile.yaml` or
    `Runefile`.
    `signatures` gives a model's inputs and outputs by its path, where reading the file itself is not wanted: it may
    raise `FileError` and `ModelError`. Without it the models are read from `files`. `host_resources` says what the host
    gives beside the resources that have no default.
    """
    runefile = runefile or runefile_in(files)
    report = DiagnosticReport(runefile)
    text = read_runefile(files, runefile, report)
    if text is None:
        return _unread(SourceText(runefile, ""), report)
    source = SourceText(runefile, text)
    report.source = source
    report.form = RunefileForm.TEXT if is_text_form(text) else RunefileForm.YAML
    document = compose_text(source, report) if report.form is RunefileForm.TEXT else compose(source, report)
    start = source.span(0, 0)
    if document.root is None and not document.is_whole:
        return _unread(source, report)
    syntax = parse(document, start, report)
    resources = Resources(syntax, files, report, host_resources)
    reading = ModelReading(files, signatures or _signatures_from(files), resources, report)
    own = AvailableBlocks(blocks, files)
    checker = _Checker(syntax, reading, own)
    stages = checker.run()
    is_known = not syntax.broken_stages and all(stage.is_sound for stage in syntax.stages)
    resources.check_rest(warn_of_unused=is_known)
    watch, of_file = plan_watch(syntax, stages, checker.type_of, checker.meaning_of, files, report)
    is_broken = report.has_errors or bool(of_file)
    pipeline = None if is_broken else Pipeline(stages, resources.checked_resources(), watch)
    remove_cascading_diagnostics(document, report)
    return CheckedRunefile(
        (*report.diagnostics, *of_file, *own.diagnostics()),
        pipeline,
        outline(syntax, checker.type_of, checker.model_file, checker.state_of, checker.meaning_of),
        source,
        None if syntax.form is RunefileForm.TEXT else document.root,
        syntax,
        checker.types,
        checker.signatures,
        checker.meanings,
    )


def _unread(source: SourceText, report: DiagnosticReport) -> CheckedRunefile:
    """The result for a file in which nothing could be understood."""
    nothing = RunefileSyntax((), (), source.span(0, 0), frozenset())
    return CheckedRunefile(report.diagnostics, None, Outline((), ()), source, None, nothing, {}, {}, {})


def _signatures_from(files: ProjectFiles) -> Signatures:
    return lambda path: signature_of(read_model(files.read(path)))


@dataclass(frozen=True)
class _StageOutputs:
    """The known outputs of a stage; `bounds` are those of texts."""

    types: tuple[TensorType | None, ...]
    bounds: tuple[int, ...]


class _Checker:
    """Checks the stages in the order in which they run, so that each knows the types of its inputs."""

    def __init__(self, syntax: RunefileSyntax, reading: ModelReading, blocks: BlockResolver) -> None:
        self._syntax = syntax
        self._blocks = blocks
        self._reading = reading
        self._report = reading.report
        self._stages = {stage.name.text: stage for stage in syntax.stages}
        self._declared_outputs: dict[str, _StageOutputs] = {}
        self._checked_stages: dict[str, Stage] = {}
        self._models: dict[str, str] = {}
        self._signatures: dict[str, ModelSignature] = {}
        self._meanings: dict[str, tuple[Meaning, ...]] = {}
        self._names = frozenset((*self._stages, *(each.name.text for each in syntax.resources)))

    def run(self) -> tuple[Stage, ...]:
        """The stages that are right, in their order."""
        self._check_whole()
        sources = sources_of(self._syntax.stages)
        report_cycles(self._syntax.stages, sources, self._report)
        order = run_order(sources)
        remaining_names = [name for name in self._stages if name not in set(order)]
        checked_stages = [self._check(self._stages[name]) for name in (*order, *remaining_names)]
        if self._report.source is not None:
            report_open_questions(self._report.source, self._syntax.stages, self._checked_stages, self._report)
        return tuple(stage for stage in checked_stages if stage is not None)

    def type_of(self, name: str, index: int) -> TensorType | None:
        """Returns the known type of an output."""
        outputs = self._declared_outputs.get(name)
        return outputs.types[index] if outputs is not None and index < len(outputs.types) else None

    def meaning_of(self, name: str, index: int) -> Meaning:
        """Returns the known meaning of an output's numbers."""
        meanings = self._meanings.get(name, ())
        return meanings[index] if index < len(meanings) else UNKNOWN

    @property
    def meanings(self) -> dict[str, tuple[Meaning, ...]]:
        """Returns the known meanings of every stage's outputs, by its name."""
        return dict(self._meanings)

    @property
    def types(self) -> dict[str, tuple[TensorType | None, ...]]:
        """Returns the known types of every stage's outputs, by its name."""
        return {name: outputs.types for name, outputs in self._declared_outputs.items()}

    @property
    def signatures(self) -> dict[str, ModelSignature]:
        """Returns the signatures of the models that could be read, by the stage's name."""
        return dict(self._signatures)

    def model_file(self, stage: StageSyntax) -> str | None:
        """The path of a model that could be read, or what the text says."""
        text = stage.target.text.strip()
        return self._models.get(stage.name.text) or (None if text.startswith("$") else text.removeprefix("./"))

    def state_of(self, name: str) -> tuple[BlockState, ...]:
        """Returns the state between runs of a valid block stage."""
        stage = self._checked_stages.get(name)
        return stage.state if isinstance(stage, BlockStage) else ()

    def _check_whole(self) -> None:
        stages = self._syntax.stages
        if not stages and not self._report.has_errors:
            message = "The pipeline has no stages, so a rune of it does nothing"
            notes = ["It needs a capability that reads something and an `out` that sends something."]
            self._report.warning(Code.EMPTY_PIPELINE, message, self._syntax.pipeline_span, notes)
            return
        if stages and not any(stage.kind is StageKind.OUTPUT for stage in stages):
            message = "The pipeline sends nothing: it has no `out` stage"
            self._report.warning(Code.NO_OUTPUT_STAGE, message, self._syntax.pipeline_span)
        read_stages = {input_.stage for stage in stages for input_ in stage.inputs}
        reads = (stage.inputs for stage in stages if stage.kind is not StageKind.CAPABILITY)
        if self._syntax.broken_stages or read_stages - set(self._stages) or not all(reads):
            return  # Who reads from whom is not known.
        for stage in stages:
            if stage.kind is not StageKind.OUTPUT and stage.name.text not in read_stages:
                message = f"Nothing reads from the stage {quoted(stage.name.text)}"
                self._report.warning(Code.UNUSED_STAGE, message, stage.name.span)

    def _check(self, stage: StageSyntax) -> Stage | None:
        """Checks one stage whose sources were checked before; notes what it gives."""
        ports = self._ports(stage)
        types = tuple(self.type_of(input_.stage, input_.index) for input_ in stage.inputs)
        checked_stage = self._check_kind(stage, ports, types)
        match checked_stage:
            case CapabilityStage():
                outputs = _StageOutputs((checked_stage.output,), (0,))
            case BlockStage():
                outputs = _StageOutputs(
                    tuple(output.type for output in checked_stage.outputs),
                    tuple(output.text_bound for output in checked_stage.outputs),
                )
            case ModelStage():
                outputs = _StageOutputs(checked_stage.outputs, (0,) * len(checked_stage.outputs))
            case OutputStage():
                outputs = _StageOutputs((), ())
            case None:
                return None
        self._declared_outputs[stage.name.text] = outputs
        self._checked_stages[stage.name.text] = checked_stage
        known_types = tuple(type_ for type_ in types if type_ is not None)
        input_meanings = self._input_meanings(stage)
        if len(known_types) == len(types):
            reaching = tuple(zip(known_types, input_meanings, strict=True))
            advise(stage, checked_stage, reaching, self._checked_stages.get, self._stages, self._insert, self._report)
        self._meanings[stage.name.text] = meanings_of(checked_stage, input_meanings, known_types)
        return checked_stage

    def _input_meanings(self, stage: StageSyntax) -> tuple[Meaning, ...]:
        """Returns the known meaning of each input's numbers."""
        return tuple(self.meaning_of(input_.stage, input_.index) for input_ in stage.inputs)

    def _insert(self, reader: StageSyntax, input_: InputSyntax, new: InsertedBlock) -> list[Fix]:
        return inserted_stage(new, reader, input_, self._names, self._report)

    def _check_kind(
        self, stage: StageSyntax, ports: tuple[Port, ...] | None, types: tuple[TensorType | None, ...]
    ) -> Stage | None:
        report = self._report
        match stage.kind:
            case StageKind.CAPABILITY:
                self._note_declared(stage)
                capability = find_capability(stage, report)
                return None if capability is None else check_capability(stage, capability, report)
            case StageKind.BLOCK:
                self._note_declared(stage)
                known_types = tuple(type_ for type_ in types if type_ is not None)
                whole = (
                    StageInputs(known_types, self._input_meanings(stage), self._insert)
                    if len(known_types) == len(types)
                    else None
                )
                return check_block_stage(stage, ports, whole, self._blocks, self._reading.resources, report)
            case StageKind.MODEL:
                return self._check_model(stage, ports, types)
            case StageKind.OUTPUT:
                kind = find_output(stage, report)
                if kind is None:
                    return None
                bounded_types = [
                    (type_, self._bound(input_)) for type_, input_ in zip(types, stage.inputs, strict=True)
                ]
                return check_output_stage(stage, kind, ports, bounded_types, report)

    def _check_model(
        self, stage: StageSyntax, ports: tuple[Port, ...] | None, types: tuple[TensorType | None, ...]
    ) -> Stage | None:
        if is_zune_stage(stage):
            self._note_declared(stage)
            message = f"{quoted(stage.target.text)} would have to be fetched, and a build reaches no network"
            notes = ["Put the model's file into the project and write its path, such as `./model.tflite`."]
            self._report.error(Code.ZUNE_PART, message, stage.target.span, notes)
            return None
        model = find_model(stage, self._reading)
        if model is not None and model.file is not None:
            if model.file not in self._models.values():
                warn_of_model(stage, model, self._reading)
            self._models[stage.name.text] = model.file
        if model is None or model.signature is None:
            self._note_declared(stage)
        else:
            self._signatures[stage.name.text] = model.signature
            self._note_model(stage, model.signature)
        if model is None:
            return None
        return check_model_stage(stage, ports, types, model, self._report, self._insert, self._input_meanings(stage))

    def _note_declared(self, stage: StageSyntax) -> None:
        """Records the declared types until the stage is known to be valid, so that its readers can be checked."""
        if stage.outputs is not None:
            is_capability = stage.kind is StageKind.CAPABILITY
            types = tuple(
                output.tensor_type if is_capability or output.dimensions is not None else None
                for output in stage.outputs
            )
            self._declared_outputs[stage.name.text] = _StageOutputs(types, (0,) * len(types))
        elif stage.kind is StageKind.CAPABILITY:
            self._declared_outputs[stage.name.text] = _StageOutputs((declared_output(stage),), (0,))

    def _note_model(self, stage: StageSyntax, signature: ModelSignature) -> None:
        types = tuple(tensor.type for tensor in signature.outputs)
        self._declared_outputs[stage.name.text] = _StageOutputs(types, (0,) * len(types))

    def _bound(self, input_: InputSyntax) -> int:
        outputs = self._declared_outputs.get(input_.stage)
        return outputs.bounds[input_.index] if outputs is not None and input_.index < len(outputs.bounds) else 0

    def _ports(self, stage: StageSyntax) -> tuple[Port, ...] | None:
        """Returns where the stage reads from; None when an input was reported."""
        before = self._report.error_count
        ports = [self._port(stage, input_) for input_ in stage.inputs]
        if stage.kind is not StageKind.CAPABILITY and not stage.inputs and stage.is_sound:
            message = f"{quoted(stage.name.text)} has no inputs"
            advice = "`inputs: [stage]` with" if self._report.form is RunefileForm.YAML else "it in `RUN`, behind"
            notes = [f"Write {advice} the stage that it reads from."]
            self._report.error(Code.NO_INPUTS, message, stage.name.span, notes)
        known_ports = tuple(port for port in ports if port is not None)
        is_sound = self._report.error_count == before and stage.is_sound and len(known_ports) == len(ports)
        return known_ports if is_sound else None

    def _port(self, stage: StageSyntax, input_: InputSyntax) -> Port | None:
        source = self._stages.get(input_.stage)
        if source is None:
            if input_.stage not in self._syntax.broken_stages:
                self._report_unknown_input(stage, input_)
            return None
        nothing = f"The {quoted(input_.stage)} in {plain(stage.name.text)}'s {quoted(input_.text)} input has no inputs"
        if source.kind is StageKind.OUTPUT:
            self._report.error(Code.INPUT_FROM_OUTPUT, f"{nothing} to give: it is an output", input_.whole)
            return None
        outputs = self._declared_outputs.get(input_.stage)
        if outputs is not None and input_.index >= len(outputs.types):
            count = len(outputs.types)
            if count == 0:
                self._report.error(
                    Code.NO_SUCH_OUTPUT, f"{nothing} to give: its outputs are an empty list", input_.whole
                )
                return None
            message = f"The {quoted(input_.stage)} node has no {input_.index}'th output"
            fixes = [self._report.guess(input_.whole, input_.stage)]
            notes = [f"It has {counted(count, 'output')}, counted from 0."]
            self._report.error(Code.NO_SUCH_OUTPUT, message, input_.whole, notes, fixes)
            return None
        return Port(input_.stage, input_.index)

    def _report_unknown_input(self, stage: StageSyntax, input_: InputSyntax) -> None:
        candidates = (
            name
            for name, other in self._stages.items()
            if other.kind is not StageKind.OUTPUT and name != stage.name.text
        )
        near = self._report.nearest(input_.stage, candidates)
        notes: list[str] = []
        fixes: list[Fix] = []
        if near is not None:
            type_ = self.type_of(near, 0)
            notes = [f"Did you mean `{near}`" + (f", which gives {type_}?" if type_ is not None else "?")]
            fixes = [self._report.replace_name(input_.span, input_.stage, near)]
        message = f"Unable to find {quoted(input_.stage)} to use as an input for {quoted(stage.name.text)}"
        self._report.error(Code.UNKNOWN_INPUT, message, input_.span, notes, fixes)
