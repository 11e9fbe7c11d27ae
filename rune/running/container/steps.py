"""A rune whose steps its host can call one by one, and look at its memory in between.

The `_call` of a rune that we compiled does nothing but call its steps, one after another. They are functions of the
module; here they are exported as well, by their number. No code is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rune.running.container.errors import ContainerError
from rune.running.container.wasm import ENTRY_LIMIT, ByteCursor, WasmSection, read_module, unsigned_leb

_CALL, _CONSTANT, _RETURN, _END = 0x10, 0x41, 0x0F, 0x0B
_FUNCTION: Final = 0
_EXPORTS, _CODE = 7, 10


def step_name(number: int) -> str:
    """The name under which a step is exported."""
    return f"step {number}"


@dataclass(frozen=True)
class OpenedRune:
    """A module with `steps` more exports, in the order in which `_call` calls them."""

    module: bytes
    steps: int


def with_steps(data: bytes) -> OpenedRune | None:
    """The rune with its steps exported; None where `_call` does anything but call functions. Raises
    `ContainerError`."""
    module = read_module(data)
    sections = {section.number: section for section in module.sections if section.name is None}
    if _EXPORTS not in sections or _CODE not in sections:
        return None
    exports = _exports(sections[_EXPORTS])
    call = next((index for name, kind, index in exports if (name, kind) == ("_call", _FUNCTION)), None)
    import_count = sum(each.kind == "function" for each in module.imports)
    if call is None or call < import_count:
        return None
    steps = _callees(_body(sections[_CODE], call - import_count))
    if not steps:
        return None
    return OpenedRune(_with_exports(data, sections[_EXPORTS], steps), len(steps))


def _exports(section: WasmSection) -> Iterator[tuple[str, int, int]]:
    """Name, kind and index of each export."""
    cursor = ByteCursor(section.payload, section.offset)
    for _ in range(cursor.count("exports")):
        yield cursor.name("an export's name"), cursor.byte("an export's kind"), cursor.number("an export's index")


def _body(section: WasmSection, index: int) -> memoryview:
    """The locals and the instructions of a function that the module defines, by its number."""
    cursor = ByteCursor(section.payload, section.offset)
    count = cursor.number("the number of functions")
    if index >= count:
        raise ContainerError("The rune is damaged: it exports a function that it does not have", section.offset)
    for _ in range(index):
        cursor.block("a function")
    return cursor.block("a function")[1]


def _callees(body: memoryview) -> tuple[int, ...]:
    """The functions that a body calls; empty where it does anything else than to call them and to give a constant."""
    cursor = ByteCursor(body, 0)
    if cursor.number("the number of locals"):
        return ()
    functions: list[int] = []
    while (operation := cursor.byte("an instruction")) == _CALL and len(functions) < ENTRY_LIMIT:
        functions.append(cursor.number("a function's index"))
    rest = bytes([operation]) + bytes(body[cursor.at :])
    endings = (bytes([_CONSTANT, 0, _END]), bytes([_CONSTANT, 0, _RETURN, _END]))
    return tuple(functions) if rest in endings else ()


def _with_exports(data: bytes, section: WasmSection, steps: tuple[int, ...]) -> bytes:
    """The module with more exports."""
    cursor = ByteCursor(section.payload, section.offset)
    count = cursor.count("exports")
    entries = b"".join(_export(step_name(number), index) for number, index in enumerate(steps))
    payload = unsigned_leb(count + len(steps)) + bytes(section.payload[cursor.at :]) + entries
    end = section.offset + len(section.payload)
    return data[: section.start] + bytes([_EXPORTS]) + unsigned_leb(len(payload)) + payload + data[end:]


def _export(name: str, index: int) -> bytes:
    encoded_name = name.encode()
    return unsigned_leb(len(encoded_name)) + encoded_name + bytes([_FUNCTION]) + unsigned_leb(index)
