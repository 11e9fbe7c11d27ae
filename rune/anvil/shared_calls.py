"""Calls that differ in nothing but where in memory their tensors lie share a function, which is given that.

The steps of a loop that is written out are made of such calls. A function is specialised once for all of them, so the
code of a loop does not grow with its rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeGuard

from rune.anvil.c_call import Notation, call_lines
from rune.anvil.program import Argument, BufferPlace, Call, ElementCount, Pointer, Step

LEAST = 3
"""Calls for which a function of their own pays."""


class SharedCalls:
    """Which of a text's steps share a function, and the functions, whose names begin with `prefix`."""

    def __init__(self, prefix: str, steps: Iterable[Step]) -> None:
        found = Counter(_likeness(step) for step in steps if isinstance(step, Call) and _can_share(step))
        several = (call for call, count in found.items() if count >= LEAST)
        self._names: Mapping[Call, str] = {call: f"{prefix}_{number}" for number, call in enumerate(several)}

    def functions(self, notation: Notation) -> Iterator[str]:
        """Their definitions."""
        for call, name in self._names.items():
            parameters = ", ".join(
                f"{'' if pointer.writes else 'const '}{pointer.element} *{_inside(pointer, notation)}"
                for pointer in _in_memory(call)
            )
            inside = replace(notation, pointer=partial(_inside, notation=notation))
            yield "\n".join([f"static RUNE_APART void {name}({parameters})", "{", *call_lines(call, inside), "}", ""])

    def lines(self, call: Call, notation: Notation) -> list[str]:
        """What a step of this call does."""
        name = self._names.get(_likeness(call)) if _can_share(call) else None
        if name is None:
            return call_lines(call, notation)
        given = ", ".join(notation.pointer(pointer) for pointer in _in_memory(call))
        return [f"    {name}({given});"]


def _can_share(call: Call) -> bool:
    """Not one whose result is a gate, nor one that reads a size from memory: such are few."""
    has_counts = any(isinstance(argument, ElementCount) for argument in call.arguments)
    return call.gate is None and not has_counts and bool(_in_memory(call))


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
