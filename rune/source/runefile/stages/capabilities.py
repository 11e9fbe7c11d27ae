"""Checking a stage that reads from the host: its parameters and its output type, as its capability declares them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from rune.abi import PixelFormat
from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import Number, Parameter
from rune.source.runefile.codes import Code
from rune.source.runefile.parsing.stage_parts import MAX_TENSOR_SIZE
from rune.source.runefile.parsing.zune import capability_of, is_zune_stage
from rune.source.runefile.pipeline import CapabilityStage
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.stages.missing_parameters import report_missing
from rune.source.runefile.syntax import ArgumentSyntax, StageSyntax, TypeSyntax
from rune.source.runefile.yaml.values import INTEGER
from rune.tensor import TensorType
from rune.wording import plain, quoted, size_text

_PIXEL_FORMATS = {"rgb": PixelFormat.RGB, "bgr": PixelFormat.BGR, "grayscale": PixelFormat.GRAYSCALE}
_PIXEL_FORMAT = re.compile(r"@?(?:PixelFormat::)?(?P<name>[A-Za-z]+?)8?\Z")
_PRODUCT = re.compile(r"@[0-9]{1,10}( ?[*+-] ?[0-9]{1,10}){0,8}\Z")


def find_capability(stage: StageSyntax, report: DiagnosticReport) -> Capability | None:
    """The capability that a stage names; warns of another mixture of cases, and reports an unknown one."""
    name = stage.target.text.strip()
    spelling = name.upper().replace("-", "_")
    if spelling in CAPABILITIES:
        if name not in _SPELLINGS:
            report.misspelt(Code.UNKNOWN_CAPABILITY, stage.target.span, name, spelling)
        return CAPABILITIES[spelling]
    capability_name = capability_of(name)
    if capability_name is not None:
        report.warning(
            Code.ZUNE_PART,
            f"{quoted(name)} is a package of a zune; {capability_name} is used instead, which reads the same",
            stage.target.span,
            fixes=[report.replace(stage.target.span, capability_name)],
        )
        return CAPABILITIES[capability_name]
    if is_zune_stage(stage):
        message = f"{quoted(name)} is a capability of a zune, made as a module of its own, which cannot be built"
        notes = [f"The capabilities that can be built are {', '.join(CAPABILITIES)}."]
        report.error(Code.ZUNE_PART, message, stage.target.span, notes)
        return None
    near = report.nearest(name, CAPABILITIES)
    notes = [f"The capabilities are {', '.join(CAPABILITIES)}."]
    fixes = [report.replace_name(stage.target.span, name, near)] if near else []
    report.error(Code.UNKNOWN_CAPABILITY, f"There is no capability {quoted(name)}", stage.target.span, notes, fixes)
    return None


_SPELLINGS = {*CAPABILITIES, *(each.spelling for each in CAPABILITIES.values())}


def check_capability(stage: StageSyntax, kind: Capability, report: DiagnosticReport) -> CapabilityStage | None:
    """The stage with its parameters as numbers and its type; None when something was reported."""
    before = report.error_count
    parameters = _parameters(stage, kind, report)
    declaration = _declared_type(stage, report)
    argument_names = {argument.name for argument in stage.arguments}
    missing = [
        parameter.name
        for parameter in kind.parameters
        if parameter.is_required and parameter.name not in argument_names
    ]
    report_missing(stage, kind, missing, parameters, None if declaration is None else declaration.tensor_type, report)
    if report.error_count > before or not stage.is_sound:
        return None
    if declaration is not None:
        parameters = {**parameters, **_left_out(kind.implied_parameters(declaration.tensor_type), parameters)}
    actual = kind.output(parameters)
    if actual is not None and not 0 < actual.size <= MAX_TENSOR_SIZE:
        limit = size_text(MAX_TENSOR_SIZE)
        message = f"With these arguments {quoted(stage.name.text)} gives {actual}; it must have 1 element to {limit}"
        report.error(Code.TENSOR_TOO_LARGE, message, stage.arguments_span or stage.name.span)
        return None
    if declaration is None:
        if actual is not None:
            return CapabilityStage(stage.name.text, kind, tuple(parameters.items()), actual)
        report.error(
            Code.WRONG_OUTPUT_COUNT,
            f"What {quoted(stage.name.text)} gives is not known: it needs one output, or arguments that say how much",
            stage.name.span,
            ["Write `outputs: [{type: f32, dimensions: [1, 1]}]` with the type that you need."],
        )
        return None
    output = declaration.tensor_type
    if actual is not None and actual.size != output.size:
        _wrong_size(stage, kind, actual, declaration, report)
        return None
    if kind.is_typed and output.element is not kind.element:
        is_same_size = output.element.size == kind.element.size
        report.warning(
            Code.UNUSUAL_CAPABILITY_TYPE,
            f"{kind.name} gives elements of {kind.element}; their bytes are read as {output.element}",
            declaration.span,
            [f"No value is converted: declare {kind.element} and let a block convert."] if is_same_size else [],
        )
    return CapabilityStage(stage.name.text, kind, tuple(parameters.items()), output)


def capability_output(kind: Capability, arguments: Mapping[str, Number | str]) -> TensorType | None:
    """The output type for these arguments; None where they do not determine it or are wrong."""
    parameters = {parameter.name: parameter for parameter in kind.parameters}
    numbers: dict[str, Number] = {}
    for name, value in arguments.items():
        number = _number_of(name, value)
        if name in parameters:
            if number is None or not _fits(number, parameters[name]):
                return None
            numbers[name] = number
    if any(parameter.is_required and parameter.name not in numbers for parameter in kind.parameters):
        return None
    output = kind.output(numbers)
    return output if output is not None and 0 < output.size <= MAX_TENSOR_SIZE else None


def declared_output(stage: StageSyntax) -> TensorType | None:
    """The declared output type, right or not."""
    return stage.outputs[0].tensor_type if stage.outputs else None


def _declared_type(stage: StageSyntax, report: DiagnosticReport) -> TypeSyntax | None:
    if stage.outputs is not None and len(stage.outputs) != 1:
        span = stage.outputs[1].span if stage.outputs else stage.name.span
        message = f"A capability has one output, and {quoted(stage.name.text)} has {len(stage.outputs)}"
        report.error(Code.WRONG_OUTPUT_COUNT, message, span)
    return stage.outputs[0] if stage.outputs else None


def _wrong_size(
    stage: StageSyntax, kind: Capability, actual: TensorType, declaration: TypeSyntax, report: DiagnosticReport
) -> None:
    output = declaration.tensor_type
    report.error(
        Code.WRONG_CAPABILITY_SIZE,
        f"{quoted(stage.name.text)} is declared as {output}, {output.size} bytes,"
        f" but with these arguments it gives {actual}, {actual.size} bytes",
        declaration.span,
        [f"{kind.name} gives {kind.formula}."],
        [report.guess_type(declaration.span, actual)],
    )


def _parameters(stage: StageSyntax, kind: Capability, report: DiagnosticReport) -> dict[str, Number]:
    known_parameters = {parameter.name: parameter for parameter in kind.parameters}
    argument_names = {argument.name for argument in stage.arguments}
    parameters: dict[str, Number] = {}
    for argument in stage.arguments:
        parameter = known_parameters.get(argument.name)
        value = _value(argument, report)
        if parameter is None:
            notes, fixes = report.suggestion(
                argument.name, argument.name_span, known_parameters.keys() - argument_names
            )
            notes = (*notes, f"{kind.name} takes {', '.join(known_parameters)}.")
            message = f"{kind.name} has no argument {quoted(argument.name)}; hosts will ignore it"
            report.warning(Code.UNKNOWN_PARAMETER, message, argument.name_span, notes, fixes)
        elif value is not None and not _fits(value, parameter):
            message = f"{quoted(argument.name)} must be a whole number from {parameter.minimum} to {parameter.maximum}"
            report.error(Code.BAD_PARAMETER, message, argument.span)
        if value is not None:
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            parameters[argument.name] = whole
    return parameters


def _left_out(implied_parameters: Mapping[str, Number], parameters: Mapping[str, Number]) -> dict[str, Number]:
    return {name: value for name, value in implied_parameters.items() if name not in parameters}


def _fits(value: Number, parameter: Parameter) -> bool:
    return math.isfinite(value) and value == int(value) and parameter.minimum <= value <= parameter.maximum


def _value(argument: ArgumentSyntax, report: DiagnosticReport) -> Number | None:
    """A parameter as the number that is sent; None when it was reported."""
    value = _number(argument)
    if value is not None and math.isfinite(value) and abs(value) < 2**128 and not _is_too_long(value):
        return value
    notes = []
    fixes = []
    if argument.resource is not None:
        notes = ["The arguments of a capability cannot come from a resource."]
    elif argument.name == "pixel_format":
        notes = ["The formats are @PixelFormat::RGB, @PixelFormat::BGR and @PixelFormat::GrayScale."]
        near = report.nearest(str(argument.value).removeprefix("@PixelFormat::"), ("RGB", "BGR", "GrayScale"))
        fixes = [report.guess(argument.span, f'"@PixelFormat::{near}"')] if near else []
    else:
        notes = ["The arguments of a capability are numbers of 32 bits."]
    message = f"Unable to parse {quoted(str(argument.value))} as the {quoted(argument.name)} argument"
    report.error(Code.BAD_PARAMETER, message, argument.span, notes, fixes)
    return None


def _is_too_long(value: Number) -> bool:
    return isinstance(value, int) and not -(2**31) <= value < 2**31


def _number(argument: ArgumentSyntax) -> Number | None:
    return None if argument.resource is not None else _number_of(argument.name, argument.value)


def _number_of(name: str, value: Number | str) -> Number | None:
    if not isinstance(value, str):
        return value
    if name == "pixel_format" and (match := _PIXEL_FORMAT.match(value)):
        pixel_format = _PIXEL_FORMATS.get(match["name"].lower())
        return None if pixel_format is None else int(pixel_format)
    if _PRODUCT.match(value):
        return _calculate(value)
    if INTEGER.match(value):
        return int(value)
    try:
        return float(value)
    except ValueError:
        return None


def _calculate(expression: str) -> int:
    """`@244*244*3`: whole numbers with `*` before `+` and `-`."""
    total = 0
    for sign, term in re.findall(r"([+-]?)([0-9* ]+)", expression.removeprefix("@")):
        product = math.prod(int(factor) for factor in term.split("*"))
        total += -product if sign == "-" else product
    return total


def description_of(stage: StageSyntax) -> str:
    """A word beside the capability's name in a drawing: `SOUND 16 kHz`."""
    text = stage.target.text.strip()
    name = capability_of(text) or text
    if "/" in name:
        return plain(name)
    name = name.upper().replace("-", "_")
    kind = CAPABILITIES.get(name)
    detail = "" if kind is None else kind.detail({argument.name: argument.value for argument in stage.arguments})
    return f"{name} {detail}" if detail else plain(name)
