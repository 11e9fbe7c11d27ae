"""Comparing what feeds a model with what it takes, and the types of models whose files are not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rune.abi import ModelFormat
from rune.model.tflite import ModelSignature, ModelTensor
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix, Span
from rune.source.runefile.parsing.stage_parts import MAX_TENSOR_SIZE
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.stages.types import same_data
from rune.source.runefile.syntax import InputSyntax, StageSyntax, TypeSyntax
from rune.tensor import ElementType, TensorType
from rune.wording import counted, quoted, size_text


@dataclass(frozen=True)
class Obstacle:
    """The reason why no rune can run a model, whatever feeds it."""

    code: Code
    message: str
    notes: tuple[str, ...] = ()


def obstacle_in(signature: ModelSignature) -> Obstacle | None:
    """The first tensor that cannot be inside of a rune, or None."""
    for tensor in (*signature.inputs, *signature.outputs):
        name = f"The model's tensor {quoted(tensor.name)}"
        if tensor.type.element is ElementType.UTF8:
            message = f"{name} is text, which a rune cannot exchange with a model"
            note = "Export the model without the part that reads or writes text, and do that part with a proc-block."
            return Obstacle(Code.TEXT_TENSOR, message, (note,))
        if tensor.type.count == 0:
            note = "Export the model with fixed dimensions."
            return Obstacle(Code.TENSOR_TOO_LARGE, f"{name}, {tensor.type}, is empty", (note,))
        if tensor.type.size > MAX_TENSOR_SIZE:
            message = f"{name}, {tensor.type}, is larger than {size_text(MAX_TENSOR_SIZE)}"
            return Obstacle(Code.TENSOR_TOO_LARGE, message)
    return None


def filled_in(stage: StageSyntax, types: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
    """The outputs of a model, where it does not say the dimensions of one with those that the stage declares.

    A file writes a scalar and an output that is known only after a run alike; the host compares after each run.
    """
    declared_outputs = stage.outputs or ()
    if len(declared_outputs) != len(types):
        return types
    return tuple(
        TensorType(kind.element, declaration.dimensions or ()) if _is_filled(kind, declaration) else kind
        for kind, declaration in zip(types, declared_outputs, strict=True)
    )


def _is_filled(kind: TensorType, declaration: TypeSyntax) -> bool:
    """Returns whether a stage declares more than the one element that a model without dimensions says of an output."""
    return not kind.dimensions and bool(declaration.dimensions) and declaration.tensor_type.count != 1


Repairs = Callable[[int, ModelTensor], list[Fix]]
"""The fixes for an input of a model stage that is not what the model takes."""


def check_inputs(
    stage: StageSyntax,
    types: tuple[TensorType | None, ...],
    signature: ModelSignature,
    report: DiagnosticReport,
    repairs: Repairs,
) -> None:
    """Reports inputs of another number, element type or size than the model takes."""
    count = len(signature.inputs)
    if stage.inputs and len(stage.inputs) != count:
        span = stage.inputs[count].whole if len(stage.inputs) > count else stage.name.span
        names = ", ".join(f"{quoted(tensor.name)} {tensor.type}" for tensor in signature.inputs[:8])
        message = (
            f"The model takes {counted(count, 'input')}, and {quoted(stage.name.text)} gives it {len(stage.inputs)}"
        )
        report.error(Code.WRONG_INPUT_COUNT, message, span, [f"It takes {names}."] if names else [])
        return
    for index, (input_, actual, expected) in enumerate(zip(stage.inputs, types, signature.inputs, strict=False)):
        if actual is not None and not same_data(actual, expected.type):
            _report_type(input_, actual, expected, report, repairs(index, expected))


def _report_type(
    input_: InputSyntax, actual: TensorType, expected: ModelTensor, report: DiagnosticReport, fixes: list[Fix]
) -> None:
    span, source = input_.whole, quoted(input_.text)
    if actual.element.is_float and expected.type.element.is_integer and expected.scale is not None:
        _report_quantized(span, source, actual, expected, report, fixes)
        return
    message = f"The model's input {quoted(expected.name)} is {expected.type}, but {source} gives {actual}"
    if actual.element is expected.type.element:
        notes = [f"It needs {counted(expected.type.count, 'element')} and gets {actual.count}."]
    else:
        notes = [f"It needs elements of {expected.type.element} and gets {actual.element}."]
        notes += _converter_note(actual.element, expected.type.element)
    report.error(Code.WRONG_INPUT_TYPE, message, span, notes, fixes)


def _report_quantized(
    span: Span, source: str, actual: TensorType, expected: ModelTensor, report: DiagnosticReport, fixes: list[Fix]
) -> None:
    """Floats for a model that takes bytes: most often a quantised model in an old pipeline."""
    scale, zero_point = f"{expected.scale:.9g}", expected.zero_point or 0
    message = (
        f"The model's input {quoted(expected.name)} is {expected.type}, quantised with the scale {scale} and the "
        f"zero point {zero_point}, but {source} gives raw floats, {actual}"
    )
    notes = [
        f"It takes a number x as round(x / {scale}) + {zero_point}, in {expected.type.element}.",
        f"The proc-block `quantize` makes {expected.type.element} of f32. Or feed it {expected.type.element} from the "
        "start, as pixels or filtered sound.",
    ]
    report.error(Code.QUANTIZED_INPUT, message, span, notes, fixes)


_CONVERTERS = {
    (ElementType.U8, ElementType.I8): "signed_pixels",
    (ElementType.U8, ElementType.F32): "image_normalization",
    (ElementType.I16, ElementType.U32): "fft",
}
"""The block that usually converts the given type into the needed one."""


def _converter_note(actual: ElementType, expected: ElementType) -> list[str]:
    block = _CONVERTERS.get((actual, expected))
    return [f"The proc-block `{block}` makes {expected} of {actual}."] if block else []


def check_declared_alone(
    stage: StageSyntax, types: tuple[TensorType | None, ...], format_: ModelFormat, report: DiagnosticReport
) -> tuple[tuple[TensorType, ...] | None, tuple[TensorType, ...] | None]:
    """The input and output types of a model that is not read, as far as they are known; reports what is missing.

    Inputs are what feeds the stage, outputs what it declares.
    """
    name = quoted(stage.name.text)
    for input_, type_ in zip(stage.inputs, types, strict=False):
        if type_ is not None and type_.element is ElementType.UTF8:
            _report_text(f"{quoted(input_.text)} gives {type_}", input_.whole, report)
    inputs = tuple(type_ for type_ in types if type_ is not None)
    for declaration in stage.outputs or ():
        if declaration.element is ElementType.UTF8:
            _report_text(f"{name} declares {declaration.tensor_type}", declaration.span, report)
        elif not declaration.dimensions:
            message = f"{name} declares {declaration.element} without dimensions, which nothing else can tell"
            notes = [
                f"Write `{{type: {declaration.element}, dimensions: [1]}}` with the dimensions that the model gives."
            ]
            report.error(Code.MISSING_TYPES, message, declaration.span, notes)
    if not stage.outputs and stage.is_sound:
        whose = "that the host gives" if format_ is ModelFormat.TENSORFLOW_LITE else f"in the format {format_.value}"
        message = f"{name} must declare its outputs: the types of a model {whose} are not known when the rune is built"
        notes = ["Write `outputs: [{type: f32, dimensions: [1, 10]}]` with what the model gives."]
        report.error(Code.MISSING_TYPES, message, stage.target.span, notes)
    outputs = None if stage.outputs is None else tuple(declaration.tensor_type for declaration in stage.outputs)
    return inputs if len(inputs) == len(types) else None, outputs


def _report_text(what: str, span: Span, report: DiagnosticReport) -> None:
    message = f"{what}, which is text, and a rune cannot exchange text with a model"
    notes = ["Turn it into numbers first, as the proc-block `parse` or a tokenizer does."]
    report.error(Code.TEXT_TENSOR, message, span, notes)
