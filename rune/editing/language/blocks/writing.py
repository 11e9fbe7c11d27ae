"""Help with writing a block: completion, hover, and types after names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rune.editing.language.blocks.analysis import BlockAnalysis, description_of
from rune.editing.language.completion.items import Completion, CompletionKind, Completions
from rune.editing.language.hints import Hint
from rune.editing.language.hover import Hover
from rune.pyblock.checking.calls import BUILT_IN, FUNCTIONS, MATH_NAMES
from rune.pyblock.intervals.analysis import Facts, intervals
from rune.pyblock.numbers import ELEMENTS, LEAST, MOST, Scalar
from rune.pyblock.testing.assertions import APPROX
from rune.pyblock.testing.names import RECORDING, is_test_file
from rune.pyblock.variables import ArrayVariable, Variable
from rune.source.runefile import Span

_HELP = {
    "len": "How many elements an array has, in its first dimension.",
    "range": "The whole numbers of a loop: `range(stop)`, `range(start, stop)`, `range(start, stop, step)`.",
    "min": "The least of several numbers, or of an array.",
    "max": "The greatest of several numbers, or of an array.",
    "sum": "The sum of an array of whole numbers or f32, from left to right, rounded after each.",
    "enumerate": "The elements of an array with their indices: `for i, v in enumerate(x):`.",
    "zip": "The elements of arrays side by side, as many as the shortest has: `for a, b in zip(x, y):`.",
    "abs": "A number without its sign.",
    "round": "The nearest whole number, halves to the even one.",
    "int": "A float without what is behind its point, or a bool as 0 or 1.",
    "print": "Shows values in the editor. A compiled rune leaves it out.",
    "f32": "A float of 32 bits: each operation rounds once. `f32(x)` converts, `f32[16]()` is an array of zeros.",
    "f64": "A float of 64 bits. `f64(x)` converts, `f64[16]()` is an array of zeros.",
    "float": "The same as f64.",
    "bool": "True or False.",
    "State": "What is kept from one run to the next, zeros at first: `last: State[f32[16]]`.",
    "math": "Functions of floats, the same to the last bit wherever the block runs.",
}
_NUMBER = re.compile(r"(?<!\w)\d[\w.]*$")
"""A number that is being written, behind which no name stands."""
_OF_TESTS = {
    APPROX: "What is expected, and how far a number may be off: `assert y == approx([0.5], abs=0.001)`.",
    RECORDING: 'A sample of the project, at the margin of the file: `CLAP = recording("clap.wav")`.',
}
_MATH_NUMBERS = ("pi", "e", "tau", "inf", "nan")


def complete_block(analysis: BlockAnalysis, offset: int) -> Completions:
    """Returns the completions at an offset."""
    word = analysis.word_at(offset)
    start = offset if word is None else min(word.start.offset, offset)
    span = analysis.source.span(start, offset)
    if analysis.source.text[:start].endswith("math."):
        return Completions(span, tuple(_of_math()))
    if _NUMBER.search(analysis.source.text[:start]):
        return Completions(span, ())
    return Completions(span, tuple(_names(analysis, offset)))


def _of_math() -> Iterator[Completion]:
    for name in MATH_NAMES:
        yield Completion(name, CompletionKind.VALUE, name, _signature_of(name), _about_math(name))
    for name in _MATH_NUMBERS:
        yield Completion(name, CompletionKind.VALUE, name, "a number")


def _names(analysis: BlockAnalysis, offset: int) -> Iterator[Completion]:
    scope = analysis.scope_at(offset)
    if scope is not None:
        for name, binding in scope.bindings.items():
            if not name.isidentifier():
                continue  # what a test has that its text has no name for
            kind = CompletionKind.ARGUMENT if isinstance(binding, ArrayVariable) else CompletionKind.VALUE
            yield Completion(name, kind, name, str(getattr(binding, "type", "")))
        for name in scope.file.constants:
            yield Completion(name, CompletionKind.VALUE, name, "a constant of the file")
        for name in scope.file.special_functions:
            yield Completion(name, CompletionKind.BLOCK, name, "", _OF_TESTS.get(name, "Runs the block once."))
        for name in scope.file.helpers:
            if name != scope.node.name:
                yield Completion(name, CompletionKind.BLOCK, name, "a helper of the file")
    for name in dict.fromkeys((*BUILT_IN, "State", "math")):
        yield Completion(name, CompletionKind.BLOCK, name, "", _HELP.get(name, ""))
    for name in ELEMENTS:
        if name not in BUILT_IN:
            yield Completion(name, CompletionKind.TYPE, name, "an element of arrays")


def hover_block(analysis: BlockAnalysis, offset: int) -> Hover | None:
    """Returns the description of the name at an offset."""
    span = analysis.word_at(offset)
    if span is None:
        return None
    name = analysis.text_of(span)
    if analysis.source.text[: span.start.offset].endswith("math."):
        return Hover(span, f"`math.{_signature_of(name)}`\n\n{_about_math(name)}") if name in MATH_NAMES else None
    binding = analysis.known_at(offset, name)
    if binding is not None:
        limits = _limits(analysis, name)
        return Hover(span, f"`{description_of(binding)}`" + (f"\n\nFrom {limits[0]} to {limits[1]}." if limits else ""))
    about = _OF_TESTS.get(name) if is_test_file(analysis.source.file) else None
    about = about or _HELP.get(name)
    return None if about is None else Hover(span, f"`{name}`\n\n{about}")


def _signature_of(name: str) -> str:
    two = FUNCTIONS.get(name) == 2 or name in ("fmod", "copysign")
    return f"{name}(x, y)" if two else f"{name}(x)"


def _about_math(name: str) -> str:
    if name in ("floor", "ceil", "trunc"):
        return "Gives a whole number."
    if name in FUNCTIONS:
        return "Off by less than 3 units in the last place of f64. An f32 goes through f64 and is rounded once more."
    return "Exact, or correctly rounded."


def _facts(analysis: BlockAnalysis) -> Facts | None:
    block = analysis.checked_file.block
    return None if block is None else intervals(block.entry)


def _limits(analysis: BlockAnalysis, name: str) -> tuple[int, int] | None:
    """Returns the limits between which a whole number of the block's function lies, where both are known."""
    facts = _facts(analysis)
    for variable, limits in () if facts is None else facts.variables.items():
        if variable.name == name and limits[0] > LEAST and limits[1] < MOST:
            return limits
    return None


def hints_of_block(analysis: BlockAnalysis) -> tuple[Hint, ...]:
    """The types of what the block's function names, the limits of its loops, and what its dimensions are."""
    return tuple(sorted(_hints(analysis), key=lambda each: each.at))


def _hints(analysis: BlockAnalysis) -> Iterator[Hint]:
    checked_file = analysis.checked_file
    if checked_file.signature is None or checked_file.tree is None:
        return
    yield from _dimensions(analysis)
    facts = _facts(analysis)
    for function, scope in checked_file.scopes.items():
        hinted_names: set[str] = set()
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in hinted_names:
                    hinted_names.add(name)
                    binding = scope.bindings.get(name)
                    if isinstance(binding, Variable):
                        yield Hint(analysis.span_of(value).end, str(binding.type))
                case ast.For(target=ast.Name(id=name) as target):
                    variable = scope.bindings.get(name)
                    limits = facts.variables.get(variable) if facts and isinstance(variable, Variable) else None
                    if limits is not None and variable is not None and variable.type is Scalar.INT and limits[1] < MOST:
                        yield Hint(analysis.span_of(target).end, f"{limits[0]}..{limits[1]}")


def _dimensions(analysis: BlockAnalysis) -> Iterator[Hint]:
    """Yields what each dimension is, where a wire says it, behind the first input that has it."""
    signature = analysis.checked_file.signature
    if signature is None or not analysis.readers:
        return
    known_dimensions: set[str] = set()
    arguments = (*signature.node.args.posonlyargs, *signature.node.args.args)
    for argument, type_, reader in zip(arguments, signature.inputs, analysis.readers, strict=False):
        dimensions = () if isinstance(type_.shape, Scalar) else type_.shape.dimensions
        new = [each for each in dimensions if isinstance(each, str) and each not in known_dimensions]
        known_dimensions.update(new)
        if new:
            text = ", ".join(f"{each} = {analysis.checked_file.dimensions.get(each)}" for each in new)
            end = analysis.span_of(argument.annotation or argument).end
            yield Hint(end, f"{text}, from {reader}")


def identifier_at(analysis: BlockAnalysis, offset: int) -> Span | None:
    """The name at an offset that the file gives itself."""
    span = analysis.word_at(offset)
    if span is None or analysis.known_at(offset, analysis.text_of(span)) is None:
        return None
    return span
