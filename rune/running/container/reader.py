"""Reads a `.rune`: what its custom sections say, and what it asks of a host. Old and new spellings of sections.

It runs nothing and needs no runtime.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rune.abi import SectionName as SectionName
from rune.running.container.errors import ContainerError
from rune.running.container.wasm import Import, WasmExport, WasmMemory, WasmSection, read_module
from rune.watch.layout import BadLayout
from rune.watch.record import WatchRecord
from rune.wording import size_text

JSON_LIMIT: Final = 2 * 1024 * 1024
"""Bytes that all sections of JSON of one name may have; in memory it becomes up to twenty times as much."""

DEPTH_LIMIT: Final = 64
"""Objects and lists inside of each other, so that a caller may walk or print the JSON by recursion."""

RECORD_LIMIT: Final = 10_000
"""Resources that a rune may hold, and JSON objects in the sections of one name."""


@dataclass(frozen=True)
class RuneFile:
    """A rune, read. `version` and `graph` are the JSON that its compiler wrote; None when there is none.

    The graph's layout is checked only as far as being an object: runes of older compilers have others.
    """

    version: Mapping[str, Any] | None
    graph: Mapping[str, Any] | None
    resources: tuple[tuple[str, memoryview], ...]
    proc_blocks: tuple[Mapping[str, Any], ...]
    imports: tuple[Import, ...]
    exports: tuple[WasmExport, ...]
    memory: WasmMemory | None
    sections: tuple[WasmSection, ...]
    size: int

    @property
    def memory_pages(self) -> int:
        """Pages of 64 KiB that the rune starts with."""
        return self.memory.minimum if self.memory else 0

    @property
    def planned_memory(self) -> int | None:
        """Bytes that a run needs, as the build laid them out; None for a rune that does not say it, or nonsense."""
        entry = self.graph.get("rune") if self.graph is not None else None
        memory = entry.get("memory") if isinstance(entry, Mapping) else None
        return memory if type(memory) is int and memory >= 0 else None

    @property
    def runs(self) -> bool:
        """Whether a host of ABI v0 can run it: it exports its memory, `_manifest` and `_call`."""
        exports = {(export.name, export.kind) for export in self.exports}
        return {("memory", "memory"), ("_manifest", "function"), ("_call", "function")} <= exports


def read_rune(data: bytes | bytearray | memoryview) -> RuneFile:
    """The rune in `data`, whatever bytes these are. Resources view `data`. Raises `ContainerError`."""
    module = read_module(data)
    sections = _by_name(module.sections)
    return RuneFile(
        version=next(iter(_objects(sections, SectionName.VERSION)), None),
        graph=next(iter(_objects(sections, SectionName.GRAPH)), None),
        resources=tuple(_resources(sections.get(SectionName.RESOURCE.removeprefix("."), []))),
        proc_blocks=_objects(sections, SectionName.PROC_BLOCK),
        imports=module.imports,
        exports=module.exports,
        memory=module.memory,
        sections=module.sections,
        size=len(memoryview(data).cast("B")),
    )


def read_resources(data: bytes | bytearray | memoryview) -> tuple[tuple[str, memoryview], ...]:
    """The resources alone, by name, whatever else is in `data`. They view it. Raises `ContainerError`."""
    sections = _by_name(read_module(data).sections)
    return tuple(_resources(sections.get(SectionName.RESOURCE.removeprefix("."), [])))


def read_graph(data: bytes | bytearray | memoryview) -> Mapping[str, Any] | None:
    """The graph alone, whatever else is in `data`, or None if there is none. Raises `ContainerError`."""
    sections = _by_name(read_module(data).sections)
    return next(iter(_objects(sections, SectionName.GRAPH)), None)


def read_watch(data: bytes | bytearray | memoryview) -> WatchRecord | None:
    """Returns what the rune counts, whatever else is in `data`; None if it counts nothing. Raises
    `ContainerError`."""
    sections = _by_name(read_module(data).sections)
    value = next(iter(_objects(sections, SectionName.WATCH)), None)
    if value is None:
        return None
    try:
        return WatchRecord.from_json(value)
    except BadLayout as error:
        place = sections[SectionName.WATCH.removeprefix(".")][0].offset
        raise ContainerError(f"The section {SectionName.WATCH} cannot be read: {error}", place) from None


def _by_name(sections: Iterable[WasmSection]) -> Mapping[str, list[WasmSection]]:
    """The custom sections by their names, of which older ones have no dot in front."""
    by_name: dict[str, list[WasmSection]] = {}
    for section in sections:
        if section.name is not None:
            by_name.setdefault(section.name.removeprefix("."), []).append(section)
    return by_name


def _objects(sections: Mapping[str, list[WasmSection]], name: str) -> tuple[Mapping[str, Any], ...]:
    """All JSON objects of the sections of one name; a linker may have put several into one section."""
    objects: list[Mapping[str, Any]] = []
    remaining = JSON_LIMIT
    for section in sections.get(name.removeprefix("."), []):
        remaining -= len(section.payload)
        if remaining < 0:
            raise ContainerError(
                f"The section {name} is larger than the limit of {size_text(JSON_LIMIT)}", section.offset
            )
        try:
            text = str(section.payload, "utf-8")
        except UnicodeDecodeError as error:
            raise ContainerError(f"The section {name} is not UTF-8", section.offset + error.start) from None
        at = _after_space(text, 0)
        while at < len(text):
            value, at = _decode(text, at, name, section.offset)
            at = _after_space(text, at)
            if not isinstance(value, dict):
                raise ContainerError(f"The section {name} does not hold a JSON object", section.offset)
            if _is_deep(value):
                raise ContainerError(f"The section {name} is nested more than {DEPTH_LIMIT} deep", section.offset)
            objects.append(value)
            if len(objects) > RECORD_LIMIT:
                raise ContainerError(f"The section {name} has more than {RECORD_LIMIT} objects", section.offset)
    return tuple(objects)


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _decode(text: str, at: int, name: str, offset: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        place = offset + len(text[: error.pos].encode())
        raise ContainerError(f"The section {name} is not JSON: {error.msg}", place) from None
    except (ValueError, RecursionError):
        raise ContainerError(
            f"The section {name} contains JSON that is nested too deeply or has too large numbers", offset
        ) from None


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


_SPACE: Final = re.compile(r"[ \t\r\n\0]+")
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def _resources(sections: list[WasmSection]) -> Iterator[tuple[str, memoryview]]:
    """Records of name and data, each after its length as four bytes, the highest first."""
    count = 0
    for section in sections:
        at = 0
        while at < len(section.payload):
            count += 1
            if count > RECORD_LIMIT:
                raise ContainerError(f"The rune has more than {RECORD_LIMIT} resources", section.offset + at)
            start = at
            name, at = _record(section, at)
            data, at = _record(section, at)
            try:
                yield str(name, "utf-8"), data
            except UnicodeDecodeError:
                raise ContainerError("A resource's name is not UTF-8", section.offset + start) from None


def _record(section: WasmSection, at: int) -> tuple[memoryview, int]:
    payload = section.payload
    if at + 4 > len(payload):
        raise ContainerError("The rune is damaged: a resource is cut short", section.offset + at)
    length: int = struct.unpack_from(">I", payload, at)[0]
    if at + 4 + length > len(payload):
        raise ContainerError(
            f"The rune is damaged: a resource says that it has {length} bytes, but {len(payload) - at - 4} are left",
            section.offset + at,
        )
    return payload[at + 4 : at + 4 + length], at + 4 + length
