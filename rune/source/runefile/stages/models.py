"""Checking a stage that runs a model: its file, its format, and whether its inputs and outputs fit the model's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rune.abi import ModelFormat
from rune.blocks.meaning import Meaning
from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.port import Port
from rune.project.files import FileError, ProjectFiles
from rune.project.folders import folder_path
from rune.source.runefile.advice.inserted_stage import Insert, InsertedBlock
from rune.source.runefile.advice.repairs import repairs_of_model
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.model_records import warn_of_guess
from rune.source.runefile.pipeline import ModelStage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.stages.blocks import PAD_NOTE
from rune.source.runefile.stages.model_types import check_declared_alone, check_inputs, filled_in, obstacle_in
from rune.source.runefile.stages.resources import Resources, report_unreadable
from rune.source.runefile.stages.types import check_declared_outputs
from rune.source.runefile.syntax import ResourceSyntax, StageSyntax, Word
from rune.tensor import TensorType
from rune.wording import listed, plain, printable, quoted

Signatures = Callable[[str], ModelSignature]
"""A model's inputs and outputs by its path. Raises `FileError` or `ModelError`."""

_ENDINGS = {".tflite": ModelFormat.TENSORFLOW_LITE, ".onnx": ModelFormat.ONNX}
"""The formats by the ending of a file's name."""


@dataclass(frozen=True)
class ModelReading:
    """The data for reading the models of one project."""

    files: ProjectFiles
    signatures: Signatures
    resources: Resources
    report: DiagnosticReport


@dataclass(frozen=True)
class ResolvedModel:
    """The model of a stage. Without a signature its types are what the Runefile declares; else as in `ModelStage`."""

    file: str | None
    resource: str | None
    format: ModelFormat
    capacity: int | None
    signature: ModelSignature | None


def find_model(stage: StageSyntax, reading: ModelReading) -> ResolvedModel | None:
    """The model that a stage runs; None when something was reported."""
    format_ = _format(stage, reading)
    _warn_of_arguments(stage, reading)
    text = stage.target.text.strip()
    if not text.startswith("$"):
        return _with_file(stage, Word(text, stage.target.span), format_, None, None, reading)
    resource = _model_resource(stage, text, reading)
    if resource is None or format_ is None:
        return None
    name, capacity = resource.name.text, reading.resources.model_capacity(resource)
    if resource.path is None:
        return ResolvedModel(None, name, format_, capacity, None)
    return _with_file(stage, resource.path, format_, name, capacity, reading)


def _with_file(
    stage: StageSyntax,
    file: Word,
    format_: ModelFormat | None,
    resource: str | None,
    capacity: int | None,
    reading: ModelReading,
) -> ResolvedModel | None:
    """A model that the project has."""
    if format_ is None or not _is_of_format(stage, file, format_, reading):
        return None
    user = stage.name.text
    try:
        path = folder_path(file.text)
        if format_ is not ModelFormat.TENSORFLOW_LITE:
            is_there = reading.resources.is_there(file.text, file.span, user)
            return ResolvedModel(path, resource, format_, capacity, None) if is_there else None
        signature = reading.signatures(path)
    except FileError as error:
        report_unreadable(error, file.text, file.span, user, reading.files, reading.report)
        return None
    except ModelError as error:
        message = f"{quoted(file.text)} cannot be used as a model: {printable(str(error))}"
        reading.report.error(Code.BAD_MODEL, message, file.span)
        return None
    obstacle = obstacle_in(signature)
    if obstacle is not None:
        reading.report.error(obstacle.code, obstacle.message, file.span, obstacle.notes)
        return None
    return ResolvedModel(path, resource, format_, capacity, signature)


def _is_of_format(stage: StageSyntax, file: Word, format_: ModelFormat, reading: ModelReading) -> bool:
    """Returns whether the file may be of the format; reports one whose name, or whose being a folder, says
    otherwise."""
    report = reading.report
    other_format = next(
        (ending_format for ending, ending_format in _ENDINGS.items() if file.text.lower().endswith(ending)), None
    )
    if other_format is format_:
        return True
    format_argument = next((argument for argument in stage.arguments if argument.name == "format"), None)
    span = file.span if format_argument is None else format_argument.span
    if reading.resources.is_folder(file.text):
        if format_ in (ModelFormat.TENSORFLOW, ModelFormat.TENSORFLOW_JS):
            return True
        message = f"{quoted(file.text)} is a folder, and a model in the format {format_.value} is one file"
        notes = ["Models in the formats tensorflow and tensorflow-js may be folders: write `format` under `args`."]
        report.error(Code.WRONG_FORMAT, message, span, notes)
        return False
    if other_format is None:
        return True
    message = f"{quoted(file.text)} looks like a model in the format {other_format.value}, and not {format_.value}"
    notes, fixes = [f"Write `args: {{format: {other_format.value}}}`."], []
    if format_argument is not None and format_argument.resource is None:
        notes, fixes = [], [report.guess(format_argument.span, other_format.value)]
    report.error(Code.WRONG_FORMAT, message, span, notes, fixes)
    return False


def warn_of_model(stage: StageSyntax, model: ResolvedModel, reading: ModelReading) -> None:
    """Warns of a model that cannot be compiled, and of one whose ranges are a guess."""
    _warn_of_host(stage, model, reading.report)
    if model.file is not None:
        warn_of_guess(stage, model.file, reading.files, reading.report)


def _warn_of_host(stage: StageSyntax, model: ResolvedModel, report: DiagnosticReport) -> None:
    """Says of a model that cannot be compiled what the reason is and what follows."""
    unsupported_ops = model.signature.unsupported if model.signature is not None else ()
    if not unsupported_ops or model.file is None:
        return
    operators = ", ".join(dict.fromkeys(each.op for each in unsupported_ops))
    message = (
        f"The model {quoted(model.file)} has operators that cannot be compiled yet: {operators}. The rune carries the "
        "model, and its host runs it"
    )
    follows = (
        "So it is not verified bit for bit, it needs a host with an interpreter for TensorFlow Lite models, as "
        "`rune run` and the studio's preview have, and it does not run on microcontrollers."
    )
    wrong = [str(each) for each in unsupported_ops if each.is_wrong_in_pages]
    if wrong:
        message += f". Results in pages are wrong: their interpreter computes {listed(wrong)} wrongly"
        follows += " Trust what `rune run` and builds on the server give, and no page."
    notes = [follows, *(f"It needs {each}." for each in unsupported_ops)]
    report.warning(Code.UNSUPPORTED_OPERATORS, message, stage.target.span, notes)


def check_model_stage(
    stage: StageSyntax,
    ports: tuple[Port, ...] | None,
    types: tuple[TensorType | None, ...],
    model: ResolvedModel,
    report: DiagnosticReport,
    insert: Insert,
    meanings: tuple[Meaning, ...],
) -> ModelStage | None:
    """The stage as the model has it; None when something was reported. A type is None where it is not known."""
    before = report.error_count
    if _reports_run_time_sizes(stage, types, report, insert):
        return None

    def repairs(index: int, tensor: ModelTensor) -> list[Fix]:
        source_type = types[index]
        return (
            [] if source_type is None else repairs_of_model(stage, index, source_type, meanings[index], tensor, insert)
        )

    input_types: tuple[TensorType, ...] | None
    output_types: tuple[TensorType, ...] | None
    if model.signature is None:
        input_types, output_types = check_declared_alone(stage, types, model.format, report)
    else:
        input_types = tuple(tensor.type for tensor in model.signature.inputs)
        output_types = filled_in(stage, tuple(tensor.type for tensor in model.signature.outputs))
        check_inputs(stage, types, model.signature, report, repairs)
        check_declared_outputs(stage, output_types, "The model", report)
    if report.error_count > before or ports is None or not stage.is_sound:
        return None
    if input_types is None or output_types is None:
        return None
    return ModelStage(
        name=stage.name.text,
        file=model.file,
        resource=model.resource,
        format=model.format,
        inputs=ports,
        input_types=input_types,
        outputs=output_types,
        capacity=model.capacity,
        tensors=() if model.signature is None else model.signature.outputs,
        input_tensors=() if model.signature is None else model.signature.inputs,
    )


def _reports_run_time_sizes(
    stage: StageSyntax, types: tuple[TensorType | None, ...], report: DiagnosticReport, insert: Insert
) -> bool:
    """Reports inputs whose sizes each run decides: a model has its own."""
    open_inputs = [
        (input_, type_) for input_, type_ in zip(stage.inputs, types, strict=True) if type_ and not type_.is_fixed
    ]
    for input_, type_ in open_inputs:
        message = f"A model takes a fixed number of elements, but {quoted(input_.text)} gives {type_}"
        fixes = insert(stage, input_, InsertedBlock("pad", {}))
        report.error(Code.RUN_TIME_SIZES, message, input_.whole, [PAD_NOTE], fixes)
    return bool(open_inputs)


def _model_resource(stage: StageSyntax, text: str, reading: ModelReading) -> ResourceSyntax | None:
    """The resource that `model: $NAME` names; None when it was reported."""
    resource = reading.resources.find(text[1:], stage.target.span, of_model=True)
    if resource is None or not resource.is_sound:
        return None
    if not resource.is_binary:
        message = f"{quoted(text)} should be a binary resource"
        reading.report.error(
            Code.WRONG_RESOURCE_TYPE, message, stage.target.span, ["Write `type: binary` in the resource."]
        )
        return None
    if resource.path is None and resource.inline is not None:
        message = f"{quoted(text)} is an inline text, and a model must come from a file"
        reading.report.error(Code.WRONG_RESOURCE_TYPE, message, stage.target.span)
        return None
    return resource


def _format(stage: StageSyntax, reading: ModelReading) -> ModelFormat | None:
    """Returns the declared `format`, TensorFlow Lite without one; None when it was reported."""
    argument = next((argument for argument in stage.arguments if argument.name == "format"), None)
    if argument is None:
        return ModelFormat.TENSORFLOW_LITE
    value: str | None = str(argument.value)
    if argument.resource is not None:
        value = reading.resources.format_text(argument.resource, argument.span, stage.name.text)
        if value is None:
            return None
        value = value.strip()
    formats = {format_.value: format_ for format_ in ModelFormat}
    if value in formats:
        return formats[value]
    format_names = sorted(formats)
    message = f"Expected the format to be one of {', '.join(format_names)}, but found {quoted(value or '')}"
    notes, fixes = reading.report.suggestion(value or "", argument.span, format_names)
    reading.report.error(Code.UNKNOWN_FORMAT, message, argument.span, notes, fixes)
    return None


def _warn_of_arguments(stage: StageSyntax, reading: ModelReading) -> None:
    unused_arguments = [argument for argument in stage.arguments if argument.name != "format"]
    for argument in unused_arguments:
        if argument.resource is not None:
            reading.resources.find(argument.resource, argument.span)
    if unused_arguments:
        names = ", ".join(plain(argument.name) for argument in unused_arguments)
        message = f"Unused arguments for {plain(stage.name.text)}: {names}"
        reading.report.warning(
            Code.UNUSED_MODEL_ARGUMENTS,
            message,
            unused_arguments[0].name_span,
            ["A model takes `format` and nothing else."],
        )
