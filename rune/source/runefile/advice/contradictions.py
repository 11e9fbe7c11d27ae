"""Tells where the numbers that reach a stage mean something else than the stage takes them for, and what repairs it.

Such a pipeline runs, and its results are wrong. What is not known of either side contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rune.blocks.meaning import (
    ChannelLayout,
    Colour,
    ExpectedMeaning,
    Meaning,
    NumberRange,
    Quantisation,
    full_range,
    represented_range,
)
from rune.model.tflite.meaning.description import NOTHING, DescribedTensor
from rune.source.runefile.advice.added_argument import added_argument
from rune.source.runefile.advice.inserted_stage import Insert, InsertedBlock
from rune.source.runefile.codes import Code
from rune.source.runefile.diagnostics import Fix
from rune.source.runefile.report import DiagnosticReport
from rune.source.runefile.syntax import ArgumentSyntax, InputSyntax, StageSyntax
from rune.tensor import TensorType
from rune.wording import hertz, quoted

_OFF = 0.1
"""How far from the wanted ends a range of pixels may lie, as a part of its width. Pixels use the whole range."""
_MOST_WIDER, _MOST_NARROWER = 8, 64
"""How many times wider or narrower a range of other numbers may be: sound is quiet, features have no full scale."""
_STEP = 2.0
"""How many steps two quantisations may be apart at an end of the range: a scale is copied by hand, and rounded."""
_COLOUR_WORDS = {Colour.RGB: "rgb", Colour.BGR: "bgr", Colour.GREY: "grey"}
_LAYOUT_WORDS = {ChannelLayout.FIRST: "nchw", ChannelLayout.LAST: "nhwc"}


@dataclass(frozen=True)
class ArrivingMeaning:
    """The meaning that reaches an input of a stage, and the one that the stage expects."""

    stage: StageSyntax
    input: InputSyntax
    type: TensorType
    actual: Meaning
    expected: ExpectedMeaning
    description: DescribedTensor = NOTHING
    """The description of an input of a model."""
    source: StageSyntax | None = None
    """The stage that gives it."""

    @property
    def reader(self) -> str:
        return quoted(self.stage.name.text)

    @property
    def giver(self) -> str:
        return quoted(self.input.text)

    def argument(self, part: str) -> ArgumentSyntax | None:
        """The argument that says what the stage takes a part for, where it is written as a value."""
        name = self.expected.declared_by.get(part)
        argument = next((each for each in self.stage.arguments if each.name == name), None)
        return argument if argument is not None and argument.resource is None else None


def warn_of_contradictions(arriving: ArrivingMeaning, insert: Insert, report: DiagnosticReport) -> None:
    """Warns of each part of the meaning that the stage takes for something else."""
    actual, expected = arriving.actual, arriving.expected.meaning
    if actual.quantisation is not None and expected.quantisation is not None:
        _compare_steps(arriving, actual.quantisation, expected.quantisation, report)
    elif actual.values is not None and expected.values is not None and actual.quantisation is None:
        _compare_values(arriving, actual.values, expected.values, insert, report)
    if actual.colour is not None and expected.colour is not None and actual.colour is not expected.colour:
        _report_colour(arriving, actual.colour, expected.colour, insert, report)
    if actual.layout is not None and expected.layout is not None and actual.layout is not expected.layout:
        _report_layout(arriving, actual.layout, expected.layout, insert, report)
    if actual.is_probability and expected.is_probability is False:
        _report_probabilities(arriving, report)
    if actual.rate is not None and expected.rate is not None and actual.rate != expected.rate:
        _report_rate(arriving, actual.rate, expected.rate, report)


def differ(actual: NumberRange, expected: NumberRange, *, are_pixels: bool) -> bool:
    """Returns whether numbers of one full scale are no numbers of another."""
    if are_pixels:
        slack = _OFF * expected.width
        return abs(actual.low - expected.low) > slack or abs(actual.high - expected.high) > slack
    return actual.width > _MOST_WIDER * expected.width or actual.width * _MOST_NARROWER < expected.width


def _compare_values(
    arriving: ArrivingMeaning, actual: NumberRange, expected: NumberRange, insert: Insert, report: DiagnosticReport
) -> None:
    are_pixels = arriving.actual.colour is not None
    if not (are_pixels or arriving.expected.declared_by) or not differ(actual, expected, are_pixels=are_pixels):
        return
    fixes: list[Fix] = []
    argument = arriving.argument("values")
    if argument is not None and argument.name == "from":
        fixes.append(report.guess(argument.span, _range_text(actual), f"Change from to {actual.argument_text}"))
    if arriving.type.element.is_float:
        fixes += insert(arriving.stage, arriving.input, scale_block(actual, expected, arriving.description))
    what = "pixels" if are_pixels else "numbers"
    notes = [f"So says its file: {arriving.description.because}."] if arriving.description.because else []
    if expected.width > actual.width:
        notes.append("The difference between its smallest and its greatest number is lost on it.")
    report.warning(
        Code.VALUE_RANGE,
        f"{arriving.reader} takes {what} from {expected}, and {arriving.giver} gives {actual}",
        arriving.input.whole,
        [*notes, "It runs all the same, and what comes of it is wrong."],
        fixes,
    )


def scale_block(
    actual: NumberRange | None, expected: NumberRange, description: DescribedTensor = NOTHING
) -> InsertedBlock:
    """The block that makes numbers of one range into those of another; of bytes where `actual` is unknown."""
    start = {} if actual is None else {"from": actual.argument_text}
    if description.mean and description.deviation:
        channels = {name: ", ".join(f"{each:.7g}" for each in numbers) for name, numbers in _channels(description)}
        between = {} if actual is None or actual == NumberRange(0, 255) else {**start, "to": "0..255"}
        return InsertedBlock("scale", {**between, **channels})
    return InsertedBlock("scale", {**start, "to": expected.argument_text})


def _channels(description: DescribedTensor) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return (("mean", description.mean), ("deviation", description.deviation))


def _range_text(range_: NumberRange) -> str:
    return f'"{range_.argument_text}"' if range_.low < 0 else range_.argument_text


def _compare_steps(
    arriving: ArrivingMeaning, actual: Quantisation, expected: Quantisation, report: DiagnosticReport
) -> None:
    whole = full_range(arriving.type)
    if whole is None:
        return
    one, other = represented_range(whole, actual), represented_range(whole, expected)
    if max(abs(one.low - other.low), abs(one.high - other.high)) <= _STEP * max(actual.scale, expected.scale):
        return
    fixes = _requantisation_fixes(arriving, actual, report)
    if arriving.source is not None and arriving.source.target.text.rpartition("#")[2].strip() == "quantize":
        fixes += _rewrite_fixes(arriving.source, expected, report)
    report.warning(
        Code.QUANTISATION,
        f"{arriving.reader} takes {arriving.type.element} in {expected}, and {arriving.giver} gives {actual}",
        arriving.input.whole,
        [
            f"What {arriving.giver} writes as {whole.high:.0f} stands for {one.high:.4g}, and is read as "
            f"{other.high:.4g}."
        ],
        fixes,
    )


def _requantisation_fixes(arriving: ArrivingMeaning, actual: Quantisation, report: DiagnosticReport) -> list[Fix]:
    """The stage's own arguments changed to what comes."""
    return _rewrite_fixes(arriving.stage, actual, report) if "quantisation" in arriving.expected.declared_by else []


def _rewrite_fixes(stage: StageSyntax, to: Quantisation, report: DiagnosticReport) -> list[Fix]:
    arguments = {each.name: each for each in stage.arguments if each.resource is None}
    if "scale" not in arguments or ("zero_point" not in arguments and to.zero_point != 0):
        return []
    title = f"Change {stage.name.text} to scale {to.scale:.9g}, zero_point {to.zero_point}"
    fix = report.guess(arguments["scale"].span, f"{to.scale:.9g}", title)
    if "zero_point" not in arguments:
        return [fix]
    zero = report.guess(arguments["zero_point"].span, str(to.zero_point))
    return [Fix(title, (*fix.edits, *zero.edits))]


def _report_colour(
    arriving: ArrivingMeaning, actual: Colour, expected: Colour, insert: Insert, report: DiagnosticReport
) -> None:
    fixes: list[Fix] = []
    argument = arriving.argument("colour")
    if argument is not None:
        fixes.append(report.guess(argument.span, _COLOUR_WORDS[actual], f"Change {argument.name} to {actual.value}"))
    declared_by = arriving.expected.declared_by.get("colour")
    if declared_by is not None and all(each.name != declared_by for each in arriving.stage.arguments):
        fixes += added_argument(arriving.stage, f"{declared_by}: {_COLOUR_WORDS[actual]}", report)
    change = InsertedBlock("color", {"from": _COLOUR_WORDS[actual], "to": _COLOUR_WORDS[expected]})
    report.warning(
        Code.COLOUR,
        f"{arriving.reader} takes a picture in {expected.value}, and {arriving.giver} gives {actual.value}",
        arriving.input.whole,
        ["With red and blue exchanged it sees other colours, and nothing fails."],
        [*fixes, *insert(arriving.stage, arriving.input, change)],
    )


def _report_layout(
    arriving: ArrivingMeaning, actual: ChannelLayout, expected: ChannelLayout, insert: Insert, report: DiagnosticReport
) -> None:
    report.warning(
        Code.COLOUR,
        f"{arriving.reader} takes a picture with its {expected.value}, and {arriving.giver} gives {arriving.type} with "
        f"its {actual.value}",
        arriving.input.whole,
        ["The number of elements is the same, so it runs, and what is read is no picture."],
        insert(arriving.stage, arriving.input, InsertedBlock("layout", {"to": _LAYOUT_WORDS[expected]})),
    )


def _report_probabilities(arriving: ArrivingMeaning, report: DiagnosticReport) -> None:
    report.warning(
        Code.VALUE_RANGE,
        f"{arriving.reader} makes probabilities of scores, and {arriving.giver} gives probabilities already",
        arriving.input.whole,
        [
            "Of probabilities it makes numbers that are nearly the same for all classes, such as 0.73 and 0.27 of 1 "
            "and 0.",
            f"Leave the stage out: read {arriving.input.text} where {arriving.stage.name.text} is read.",
        ],
    )


def _report_rate(arriving: ArrivingMeaning, actual: int, expected: int, report: DiagnosticReport) -> None:
    report.warning(
        Code.SOUND_RATE,
        f"{arriving.reader} takes sound of {hertz(expected)}, and {arriving.giver} gives {hertz(actual)}",
        arriving.input.whole,
        ["So says the metadata in the model's file. Sound of another rate is another sound: every pitch is wrong."],
    )


def expectation_of(meaning: Meaning, declared_by: Mapping[str, str] | None = None) -> ExpectedMeaning:
    """Returns the expectation of a stage for an input, where no argument declares it."""
    return ExpectedMeaning(meaning, declared_by or {})
