"""Writes constant bytes as a relocatable WebAssembly object, so that no compiler runs for them.

The format is that of LLVM's tool conventions (https://github.com/WebAssembly/tool-conventions, `Linking.md`). A linked
module has the same bytes as with an object that clang made of an array in C.
"""

from __future__ import annotations

_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _DATA = 0, 2, 11
_LINKING_VERSION = 2
_SEGMENT_INFO, _SYMBOL_TABLE = 5, 8
_DATA_SYMBOL = 1
_HIDDEN_SYMBOL = 0x04
_ALIGNMENT = 4
"""The exponent of the alignment: 16 bytes."""


def data_object(name: str, data: bytes) -> bytes:
    """Returns an object that defines the constant array `name` with these bytes."""
    symbol = name.encode("ascii")
    memory = b"\1" + _text(b"env") + _text(b"__linear_memory") + b"\2\0\1"
    segment = b"\1\0\x41\0\x0b" + _number(len(data)) + data
    info = b"\1" + _text(b".rodata." + symbol) + _number(_ALIGNMENT) + b"\0"
    symbols = b"\1" + bytes((_DATA_SYMBOL, _HIDDEN_SYMBOL)) + _text(symbol) + b"\0\0" + _number(len(data))
    linking = _text(b"linking") + bytes((_LINKING_VERSION,))
    linking += _section(_SEGMENT_INFO, info) + _section(_SYMBOL_TABLE, symbols)
    return _MAGIC + _section(_IMPORT, memory) + _section(_DATA, segment) + _section(_CUSTOM, linking)


def _section(kind: int, content: bytes) -> bytes:
    return bytes((kind,)) + _number(len(content)) + content


def _text(text: bytes) -> bytes:
    return _number(len(text)) + text


def _number(value: int) -> bytes:
    """An unsigned number in LEB128."""
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
