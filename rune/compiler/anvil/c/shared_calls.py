"""Shares functions between calls that differ only in the addresses of their tensors, which become parameters.

The steps of an unrolled loop consist of such calls. A function is specialised once for all of them, so the code of a
loop does not grow with its iterations. If kernels are specialised for each call, and many small calls also differ in
their constants, as those of a loop that was quantised step by step do, they share the generic kernel: for so few bytes
a specialised one saves less than its code costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeGuard

from rune.compiler.anvil.c.calls import Notation, call_lines
from rune.compiler.anvil.c.text import IDENTIFIER, checked
from rune.compiler.anvil.program import (
    Argument,
    Buffer,
    BufferPlace,
    ElementCount,
    KernelInvocation,
    Number,
    Pointer,
    ResourcePlace,
    Step,
    Structure,
)

LEAST = 3
"""The minimum number of calls for which a shared function pays off."""
MANY = 8
"""The minimum number of small calls that share a generic kernel."""
FEW_BYTES = 64
"""The maximum size of each buffer of a small call, in bytes."""


class SharedCalls:
    """Finds the steps that share a function, and writes the functions, whose names begin with `prefix`.

    `buffers` are the program's if kernels are specialised for each call and code size matters: then small calls share a
    generic kernel.
    """

    def __init__(self, prefix: str, steps: Iterable[Step], buffers: Sequence[Buffer] = ()) -> None:
        able = [step for step in steps if isinstance(step, KernelInvocation) and _can_share(step)]
        counts = Counter(map(_likeness, able))
        several = (call for call, count in counts.items() if count >= LEAST)
        self._names: Mapping[KernelInvocation, str] = {
            call: f"{prefix}_{number}" for number, call in enumerate(several)
        }
        self._buffers = buffers
        small = (_form(each) for each in able if _likeness(each) not in self._names and self._is_small(each))
        many = (form for form, count in Counter(small).items() if count >= MANY)
        self._small: Mapping[_Form, str] = {form: f"{prefix}_any_{number}" for number, form in enumerate(many)}

    def functions(self, notation: Notation) -> Iterator[str]:
        """Returns the definitions of the shared functions."""
        for call, name in self._names.items():
            parameters = ", ".join(
                f"{'' if pointer.writes else 'const '}{pointer.element} *{_inside(pointer, notation)}"
                for pointer in _in_memory(call)
            )
            inside = replace(notation, pointer=partial(_inside, notation=notation))
            yield _definition(name, parameters, call_lines(call, inside))
        for form, name in self._small.items():
            parameters = ", ".join(f"{kind}given_{number}" for number, kind in enumerate(form.parameters))
            arguments = ", ".join(f"given_{number}" for number in range(len(form.parameters)))
            yield _definition(name, parameters, [f"    {checked(form.function, IDENTIFIER)}({arguments});"])

    def lines(self, call: KernelInvocation, notation: Notation) -> list[str]:
        """Returns the lines for a step with this call."""
        if not _can_share(call):
            return call_lines(call, notation)
        name = self._names.get(_likeness(call))
        if name is not None:
            arguments = ", ".join(notation.pointer(pointer) for pointer in _in_memory(call))
            return [f"    {name}({arguments});"]
        name = self._small.get(_form(call)) if self._is_small(call) else None
        return call_lines(call if name is None else replace(call, function=name), notation)

    def _is_small(self, call: KernelInvocation) -> bool:
        places = [pointer.place.index for pointer in _in_memory(call)]
        return bool(self._buffers) and all(self._buffers[place].size <= FEW_BYTES for place in places)


@dataclass(frozen=True)
class _Form:
    """A kernel's function and the C types of its arguments."""

    function: str
    parameters: tuple[str, ...]


def _form(call: KernelInvocation) -> _Form:
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
    """Returns the C type of a number: single precision if it is exact, so that the code has its
    bytes."""
    return "float " if c_float(value).value == value else "double "


def _integer_type(value: int) -> str:
    return "int32_t " if -(2**31) <= value < 2**31 else "int64_t "


def _definition(name: str, parameters: str, body: Sequence[str]) -> str:
    return "\n".join([f"static RUNE_APART void {name}({parameters})", "{", *body, "}", ""])


def _can_share(call: KernelInvocation) -> bool:
    """Returns whether a call can be shared: not if its result is a gate, or if it reads a size from memory or a
    resource; those are few."""
    has_others = any(isinstance(argument, ElementCount | ResourcePlace) for argument in call.arguments)
    return call.gate is None and not has_others and bool(_in_memory(call))


def _likeness(call: KernelInvocation) -> KernelInvocation:
    """Returns the call with each pointer replaced by its number, which is equal for calls that differ only in
    addresses."""
    arguments = (
        replace(argument, place=BufferPlace(number)) if _is_memory(argument) else argument
        for number, argument in enumerate(call.arguments)
    )
    return replace(call, stage="", beside=(), arguments=tuple(arguments))


def _is_memory(argument: Argument) -> TypeGuard[Pointer]:
    return isinstance(argument, Pointer) and isinstance(argument.place, BufferPlace) and argument.row is None


def _in_memory(call: KernelInvocation) -> list[Pointer]:
    return [argument for argument in call.arguments if _is_memory(argument)]


def _inside(pointer: Pointer, notation: Notation) -> str:
    """Returns a pointer in a shared function, in which pointers to memory are parameters."""
    return f"memory_{pointer.place.index}" if _is_memory(pointer) else notation.pointer(pointer)
