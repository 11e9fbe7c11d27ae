"""Calls that differ in nothing but where in memory their tensors lie share a function, which is given that.

The steps of a loop that is written out are made of such calls. A function is specialised once for all of them, so the
code of a loop does not grow with its rounds. Where a kernel is specialised for each call, and many small ones differ in
their constants as well, as those of a loop do that was quantised step by step, they share it as it is: over so few
bytes what a specialised one saves is less than its code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeGuard

from rune.compiler.anvil.c_call import Notation, call_lines
from rune.compiler.anvil.c_text import IDENTIFIER, checked
from rune.compiler.anvil.program import (
    Argument,
    Buffer,
    BufferPlace,
    Call,
    ElementCount,
    Number,
    Pointer,
    ResourcePlace,
    Step,
    Structure,
)

LEAST = 3
"""Calls for which a function of their own pays."""
MANY = 8
"""Small calls of one kernel that share it as it is."""
FEW_BYTES = 64
"""That all buffers of a small call have at most."""


class SharedCalls:
    """Which of a text's steps share a function, and the functions, whose names begin with `prefix`.

    `buffers` are the program's where a kernel is specialised for each call and code counts: then small calls share a
    kernel.
    """

    def __init__(self, prefix: str, steps: Iterable[Step], buffers: Sequence[Buffer] = ()) -> None:
        able = [step for step in steps if isinstance(step, Call) and _can_share(step)]
        found = Counter(map(_likeness, able))
        several = (call for call, count in found.items() if count >= LEAST)
        self._names: Mapping[Call, str] = {call: f"{prefix}_{number}" for number, call in enumerate(several)}
        self._buffers = buffers
        small = (_form(each) for each in able if _likeness(each) not in self._names and self._is_small(each))
        many = (form for form, count in Counter(small).items() if count >= MANY)
        self._small: Mapping[_Form, str] = {form: f"{prefix}_any_{number}" for number, form in enumerate(many)}

    def functions(self, notation: Notation) -> Iterator[str]:
        """Their definitions."""
        for call, name in self._names.items():
            parameters = ", ".join(
                f"{'' if pointer.writes else 'const '}{pointer.element} *{_inside(pointer, notation)}"
                for pointer in _in_memory(call)
            )
            inside = replace(notation, pointer=partial(_inside, notation=notation))
            yield _definition(name, parameters, call_lines(call, inside))
        for form, name in self._small.items():
            parameters = ", ".join(f"{kind}given_{number}" for number, kind in enumerate(form.parameters))
            given = ", ".join(f"given_{number}" for number in range(len(form.parameters)))
            yield _definition(name, parameters, [f"    {checked(form.function, IDENTIFIER)}({given});"])

    def lines(self, call: Call, notation: Notation) -> list[str]:
        """What a step of this call does."""
        if not _can_share(call):
            return call_lines(call, notation)
        name = self._names.get(_likeness(call))
        if name is not None:
            given = ", ".join(notation.pointer(pointer) for pointer in _in_memory(call))
            return [f"    {name}({given});"]
        name = self._small.get(_form(call)) if self._is_small(call) else None
        return call_lines(call if name is None else replace(call, function=name), notation)

    def _is_small(self, call: Call) -> bool:
        places = [pointer.place.index for pointer in _in_memory(call)]
        return bool(self._buffers) and all(self._buffers[place].size <= FEW_BYTES for place in places)


@dataclass(frozen=True)
class _Form:
    """A kernel's function and the C types of what it is given."""

    function: str
    parameters: tuple[str, ...]


def _form(call: Call) -> _Form:
    return _Form(call.function, tuple(map(_type, call.arguments)))


def _type(argument: Argument) -> str:
    match argument:
        case Number(value):
            return _float_type(value) if isinstance(value, float) else _integer_type(value)
        case Pointer():
            return f"{'' if argument.writes else 'const '}{argument.element} *"
        case Structure():
            return f"const {argument.type} *"
        case _:
            return ""  # such a call shares nothing


def _float_type(value: float) -> str:
    """In single precision where that holds it: a certificate says that its bytes stand in the code."""
    return "float " if c_float(value).value == value else "double "


def _integer_type(value: int) -> str:
    return "int32_t " if -(2**31) <= value < 2**31 else "int64_t "


def _definition(name: str, parameters: str, body: Sequence[str]) -> str:
    return "\n".join([f"static RUNE_APART void {name}({parameters})", "{", *body, "}", ""])


def _can_share(call: Call) -> bool:
    """Not one whose result is a gate, nor one that reads a size from memory or a resource: such are few."""
    has_others = any(isinstance(argument, ElementCount | ResourcePlace) for argument in call.arguments)
    return call.gate is None and not has_others and bool(_in_memory(call))


def _likeness(call: Call) -> Call:
    """What all calls have in common that differ only in memory: each pointer there is to its own number."""
    numbered = (
        replace(argument, place=BufferPlace(number)) if _is_memory(argument) else argument
        for number, argument in enumerate(call.arguments)
    )
    return replace(call, stage="", beside=(), arguments=tuple(numbered))


def _is_memory(argument: Argument) -> TypeGuard[Pointer]:
    return isinstance(argument, Pointer) and isinstance(argument.place, BufferPlace) and argument.row is None


def _in_memory(call: Call) -> list[Pointer]:
    return [argument for argument in call.arguments if _is_memory(argument)]


def _inside(pointer: Pointer, notation: Notation) -> str:
    """A pointer within a shared function, where those to memory are parameters."""
    return f"memory_{pointer.place.index}" if _is_memory(pointer) else notation.pointer(pointer)
