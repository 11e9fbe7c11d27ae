"""A linked program: what of it lies where, read from the file that our own linker wrote (ELF of 32 bits)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_LOADED_SECTION: Final = 1
_SYMBOLS: Final = 2
_FUNCTION: Final = 2


@dataclass(frozen=True)
class ImageSection:
    """`is_in_image` where its bytes are in the image; else it is only room in RAM."""

    address: int
    size: int
    is_in_image: bool


@dataclass(frozen=True)
class Image:
    """`pieces` are the bytes by the address that they are loaded to. `symbols` have no bit for Thumb; `functions` are
    the names of those of them that are code."""

    pieces: tuple[tuple[int, bytes], ...]
    sections: Mapping[str, ImageSection]
    symbols: Mapping[str, int]
    functions: frozenset[str]

    def size(self, *names: str) -> int:
        """Returns the bytes of these sections together."""
        return sum(self.sections[name].size for name in names if name in self.sections)


def read_image(elf: bytes) -> Image:
    """Reads a linked program."""
    programs, sections = struct.unpack_from("<II", elf, 28)
    program_count, _, section_count, names_index = struct.unpack_from("<HHHH", elf, 44)
    heads = [struct.unpack_from("<10I", elf, sections + 40 * number) for number in range(section_count)]
    names_at = heads[names_index][4]
    loaded_sections = {
        _text(elf, names_at + head[0]): ImageSection(head[3], head[5], head[1] != 8)
        for head in heads
        if head[2] & 2  # it takes memory while the program runs
    }
    pieces = [struct.unpack_from("<8I", elf, programs + 32 * number) for number in range(program_count)]
    symbols = list(_symbols(elf, heads))
    return Image(
        tuple(
            (load, elf[at : at + size]) for kind, at, _, load, size, *_ in pieces if kind == _LOADED_SECTION and size
        ),
        loaded_sections,
        {name: address for name, address, _ in symbols},
        frozenset(name for name, _, is_code in symbols if is_code),
    )


def _symbols(elf: bytes, heads: list[tuple[int, ...]]) -> Iterator[tuple[str, int, bool]]:
    for head in heads:
        if head[1] != _SYMBOLS:
            continue
        names_at = heads[head[6]][4]
        for at in range(head[4] + 16, head[4] + head[5], 16):
            name, value, _, info = struct.unpack_from("<IIIB", elf, at)
            text = _text(elf, names_at + name)
            if text and not text.startswith("$"):
                is_code = info & 15 == _FUNCTION
                yield text, value & ~1 if is_code else value, is_code


def _text(elf: bytes, at: int) -> str:
    return elf[at : elf.index(b"\0", at)].decode("utf-8")
