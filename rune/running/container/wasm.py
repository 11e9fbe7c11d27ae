"""Reads the outline of a WebAssembly module: sections, imports, exports, memory. It does not read or check any code.

Safe on any bytes: nothing is read before it is proven to be there, and the work is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rune.running.container.errors import ContainerError

PAGE_SIZE: Final = 65_536
ENTRY_LIMIT: Final = 10_000
"""Sections, imports and exports that a module may have, each."""

_HEADER: Final = b"\0asm\x01\0\0\0"
_CUSTOM, _LAST = 0, 13
_KINDS: Final = ("function", "table", "memory", "global", "tag")


@dataclass(frozen=True)
class WasmSection:
    """A section of the module; `name` is set on custom ones only. The payload views the file, without the name, from
    byte `offset` on; the section itself begins at byte `start`."""

    number: int
    name: str | None
    offset: int
    payload: memoryview
    start: int


@dataclass(frozen=True)
class Import:
    """An import of the module; `kind` is function, table, memory, global or tag."""

    module: str
    name: str
    kind: str


@dataclass(frozen=True)
class WasmExport:
    """An export of the module; `kind` as in `Import`."""

    name: str
    kind: str


@dataclass(frozen=True)
class WasmMemory:
    """Sizes in pages of 64 KiB. No maximum means that the module may ask for as much as the host allows."""

    minimum: int
    maximum: int | None


@dataclass(frozen=True)
class Module:
    """The outline of a module. `memory` is the one that it defines or imports."""

    sections: tuple[WasmSection, ...]
    imports: tuple[Import, ...]
    exports: tuple[WasmExport, ...]
    memory: WasmMemory | None


def read_module(data: bytes | bytearray | memoryview) -> Module:
    """The outline of the module in `data`. Raises `ContainerError`."""
    view = memoryview(data).cast("B").toreadonly()
    _require_header(view)
    sections = _sections(view)
    imports: tuple[Import, ...] = ()
    exports: tuple[WasmExport, ...] = ()
    memories: list[WasmMemory] = []
    for section in sections:
        cursor = ByteCursor(section.payload, section.offset)
        match section.number:
            case 2:
                imports = _imports(cursor, memories)
            case 5:
                memories += [cursor.limits() for _ in range(cursor.count("memories"))]
            case 7:
                exports = tuple(_export(cursor) for _ in range(cursor.count("exports")))
            case _:
                continue
        cursor.require_end()
    if len(memories) > 1:
        raise ContainerError(f"The module has {len(memories)} memories; a rune has one")
    return Module(sections, imports, exports, memories[0] if memories else None)


def unsigned_leb(number: int) -> bytes:
    """A number as WebAssembly writes it: seven bits a byte, the lowest first, in as few bytes as it takes."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def custom_section(name: str, payload: bytes) -> bytes:
    """A whole custom section, ready to be appended to a module."""
    encoded_name = name.encode()
    content = unsigned_leb(len(encoded_name)) + encoded_name + payload
    return bytes([_CUSTOM]) + unsigned_leb(len(content)) + content


def _require_header(data: memoryview) -> None:
    head = bytes(data[:8])
    if head == _HEADER:
        return
    if head.startswith(b"PK\x03\x04"):
        raise ContainerError("This is a zip archive, as Rune 0.12 wrote them; only runes of ABI v0 are read", 0)
    if not head.startswith(_HEADER[:4]):
        raise ContainerError("This is not a rune: it is not a WebAssembly module", 0)
    if len(head) < 8:
        raise ContainerError("The rune is cut short: its header is not complete", len(head))
    raise ContainerError("This is not a rune: it is a WebAssembly file of another version, or a component", 4)


def _sections(data: memoryview) -> tuple[WasmSection, ...]:
    cursor = ByteCursor(data, 0)
    cursor.at = len(_HEADER)
    sections: list[WasmSection] = []
    seen_numbers: set[int] = set()
    while cursor.at < len(data):
        start = cursor.at
        number = cursor.byte("a section")
        if number > _LAST:
            raise ContainerError(f"The rune is damaged: there is no section of number {number}", start)
        if number != _CUSTOM and number in seen_numbers:
            raise ContainerError(f"The rune is damaged: section {number} is there twice", start)
        seen_numbers.add(number)
        if len(sections) >= ENTRY_LIMIT:
            raise ContainerError(f"The rune has more than {ENTRY_LIMIT} sections", start)
        offset, payload = cursor.block(f"section {number}")
        name = None
        if number == _CUSTOM:
            inner = ByteCursor(payload, offset)
            name = inner.name("the name of a custom section")
            offset, payload = offset + inner.at, payload[inner.at :]
        sections.append(WasmSection(number, name, offset, payload, start))
    return tuple(sections)


def _imports(cursor: ByteCursor, memories: list[WasmMemory]) -> tuple[Import, ...]:
    imports = []
    for _ in range(cursor.count("imports")):
        module, name = cursor.name("an import's module"), cursor.name("an import's name")
        kind = cursor.kind("import")
        match kind:
            case "function":
                cursor.number("an import's type")
            case "table":
                cursor.byte("a table's type")
                cursor.limits()
            case "memory":
                memories.append(cursor.limits())
            case "global" | "tag":
                cursor.byte("an import's type")
                cursor.number("an import's type")
        imports.append(Import(module, name, kind))
    return tuple(imports)


def _export(cursor: ByteCursor) -> WasmExport:
    name, kind = cursor.name("an export's name"), cursor.kind("export")
    cursor.number("an export's index")
    return WasmExport(name, kind)


class ByteCursor:
    """Reads on through `data`, which starts at byte `base` of the file."""

    def __init__(self, data: memoryview, base: int) -> None:
        self._data = data
        self._base = base
        self.at = 0

    @property
    def place(self) -> int:
        return self._base + self.at

    def byte(self, what: str) -> int:
        if self.at >= len(self._data):
            raise ContainerError(f"The rune is cut short or damaged: {what} is missing", self.place)
        value = self._data[self.at]
        self.at += 1
        return value

    def number(self, what: str, bits: int = 32) -> int:
        """An unsigned number of up to `bits` bits."""
        start, value = self.place, 0
        for shift in range(0, bits, 7):
            byte = self.byte(what)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise ContainerError(f"The rune is damaged: {what} is a number that does not end", start)
        if value >> bits:
            raise ContainerError(f"The rune is damaged: {what} is a number of more than {bits} bits", start)
        return value

    def block(self, what: str) -> tuple[int, memoryview]:
        """A length and as many bytes: where these start in the file, and they themselves."""
        start = self.place
        length = self.number(f"the length of {what}")
        if length > len(self._data) - self.at:
            raise ContainerError(
                f"The rune is cut short or damaged: {what} says that it has {length} bytes, "
                f"but {len(self._data) - self.at} are left",
                start,
            )
        offset, payload = self.place, self._data[self.at : self.at + length]
        self.at += length
        return offset, payload

    def name(self, what: str) -> str:
        offset, payload = self.block(what)
        try:
            return str(payload, "utf-8")
        except UnicodeDecodeError as error:
            raise ContainerError(f"The rune is damaged: {what} is not UTF-8", offset + error.start) from None

    def count(self, what: str) -> int:
        start = self.place
        count = self.number(f"the number of {what}")
        if count > ENTRY_LIMIT:
            raise ContainerError(f"The rune says that it has {count} {what}; at most {ENTRY_LIMIT} are read", start)
        return count

    def kind(self, what: str) -> str:
        start = self.place
        number = self.byte(f"the kind of an {what}")
        if number >= len(_KINDS):
            raise ContainerError(f"The rune is damaged: an {what} is of the unknown kind {number}", start)
        return _KINDS[number]

    def limits(self) -> WasmMemory:
        """A least size and perhaps a greatest one, of a memory or a table."""
        start = self.place
        flags = self.byte("the limits of a memory")
        if flags > 7:
            raise ContainerError(f"The rune is damaged: a memory has limits of the unknown form {flags}", start)
        bits = 64 if flags & 4 else 32
        minimum = self.number("the size of a memory", bits)
        maximum = self.number("the greatest size of a memory", bits) if flags & 1 else None
        if maximum is not None and maximum < minimum:
            raise ContainerError(f"The rune is damaged: a memory of {minimum} pages may have {maximum} at most", start)
        return WasmMemory(minimum, maximum)

    def require_end(self) -> None:
        if self.at != len(self._data):
            raise ContainerError("The rune is damaged: a section is longer than what it holds", self.place)
