"""Checking a stage that runs a model: its file, its format, and whether its inputs and outputs fit the model's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rune.abi import ModelFormat
from rune.files import FileError, ProjectFiles, normal_path
from rune.runefile.codes import Code
from rune.runefile.diagnostics import Span
from rune.runefile.pipeline import ModelStage, Port
from rune.runefile.report import Report
from rune.runefile.resources import Resources, report_unreadable
from rune.runefile.stage_parts import MAX_TENSOR_SIZE
from rune.runefile.syntax import StageSyntax, Word
from rune.runefile.types import check_declared_outputs, same_data
from rune.tensor import TensorType
from rune.tflite import ModelError, ModelSignature
from rune.wording import counted, plain, printable, quoted

Signatures = Callable[[str], ModelSignature]
"""A model's inputs and outputs by its path. Raises `FileError` or `ModelError`."""


@dataclass(frozen=True)
class ModelReading:
    """What reading the models of one project needs."""

    files: ProjectFiles
    signatures: Signatures
    resources: Resources
    report: Report


def model_signature(stage: StageSyntax, reading: ModelReading) -> tuple[str, ModelSignature] | None:
    """The path and the signature of a stage's model; None when something was reported."""
    report = reading.report
    is_tflite = _check_format(stage, reading)
    _warn_of_arguments(stage, reading)
    file = _model_file(stage, reading)
    if file is None or not is_tflite:
        return None
    try:
        path = normal_path(file.text)
        signature = reading.signatures(path)
    except FileError as error:
        report_unreadable(error, file.text, file.span, stage.name.text, reading.files, report)
        return None
    except ModelError as error:
        message = f"{quoted(file.text)} is not a model that can be used: {printable(str(error))}"
        report.error(Code.BAD_MODEL, message, file.span)
        return None
    for tensor in (*signature.inputs, *signature.outputs):
        if tensor.type.size > MAX_TENSOR_SIZE or tensor.type.count == 0:
            what = "empty" if tensor.type.count == 0 else f"larger than {MAX_TENSOR_SIZE // 1024**2} MiB"
            message = f"The model's tensor {quoted(tensor.name)}, {tensor.type}, is {what}"
            report.error(Code.TENSOR_TOO_LARGE, message, file.span)
            return None
    return path, signature


def check_model_stage(
    stage: StageSyntax,
    ports: tuple[Port, ...] | None,
    types: tuple[TensorType | None, ...],
    found: tuple[str, ModelSignature],
    report: Report,
) -> ModelStage | None:
    """The stage as the model has it; None when something was reported. A type is None where it is not known."""
    before = report.error_count
    path, signature = found
    input_types = tuple(tensor.type for tensor in signature.inputs)
    output_types = tuple(tensor.type for tensor in signature.outputs)
    if stage.inputs and len(stage.inputs) != len(input_types):
        span = stage.inputs[len(input_types)].whole if len(stage.inputs) > len(input_types) else stage.name.span
        count = counted(len(input_types), "input")
        names = ", ".join(f"{quoted(tensor.name)} {tensor.type}" for tensor in signature.inputs[:8])
        message = f"The model takes {count}, and {quoted(stage.name.text)} gives it {len(stage.inputs)}"
        report.error(Code.WRONG_INPUT_COUNT, message, span, [f"It takes {names}."] if names else [])
    else:
        for input_, given, wanted in zip(stage.inputs, types, signature.inputs, strict=False):
            if given is not None and not same_data(given, wanted.type):
                _report_type(input_.text, input_.whole, given, wanted.type, wanted.name, report)
    check_declared_outputs(stage, output_types, "The model", report)
    if report.error_count > before or ports is None or not stage.is_sound:
        return None
    resource = stage.target.text.strip()[1:] if stage.target.text.strip().startswith("$") else None
    return ModelStage(
        stage.name.text, path, resource, ModelFormat.TENSORFLOW_LITE, ports, input_types, output_types
    )


def _report_type(text: str, span: Span, given: TensorType, wanted: TensorType, name: str, report: Report) -> None:
    message = f"The model's input {quoted(name)} is {wanted}, but {quoted(text)} gives {given}"
    if given.element is wanted.element:
        notes = [f"It needs {wanted.count} elements and gets {given.count}."]
    else:
        notes = [f"It needs elements of {wanted.element} and gets {given.element}."]
    report.error(Code.WRONG_INPUT_TYPE, message, span, notes)


def _model_file(stage: StageSyntax, reading: ModelReading) -> Word | None:
    text = stage.target.text.strip()
    if not text.startswith("$"):
        return Word(text, stage.target.span)
    resource = reading.resources.find(text[1:], stage.target.span, of_model=True)
    if resource is None:
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
    return resource.path


def _check_format(stage: StageSyntax, reading: ModelReading) -> bool:
    """Whether the model is a TensorFlow Lite one; reports another format."""
    argument = next((argument for argument in stage.arguments if argument.name == "format"), None)
    if argument is None:
        return True
    value: str | None = str(argument.value)
    if argument.resource is not None:
        value = reading.resources.text(argument.resource, argument.span)
        if value is None:
            return False
        value = value.strip()
    formats = sorted(format_.value for format_ in ModelFormat)
    if value not in formats:
        message = f"Expected the format to be one of {', '.join(formats)}, but found {quoted(value or '')}"
        notes, fixes = reading.report.suggestion(value or "", argument.span, formats)
        reading.report.error(Code.UNKNOWN_FORMAT, message, argument.span, notes, fixes)
        return False
    if value != "tensorflow-lite":
        message = f"A model in the format {value} cannot be built yet; only tensorflow-lite can"
        reading.report.error(Code.UNSUPPORTED_FORMAT, message, argument.span, ["Convert it to a .tflite file."])
        return False
    return True


def _warn_of_arguments(stage: StageSyntax, reading: ModelReading) -> None:
    unused = [argument for argument in stage.arguments if argument.name != "format"]
    for argument in unused:
        if argument.resource is not None:
            reading.resources.find(argument.resource, argument.span)
    if unused:
        names = ", ".join(plain(argument.name) for argument in unused)
        message = f"Unused arguments for {plain(stage.name.text)}: {names}"
        reading.report.warning(
            Code.UNUSED_MODEL_ARGUMENTS, message, unused[0].name_span, ["A model takes `format` and nothing else."]
        )
