"""Small WebAssembly modules, byte by byte, for the container's tests."""

from __future__ import annotations

HEADER = b"\0asm\x01\0\0\0"


def section(number: int, content: bytes) -> bytes:
    """A section; contents here are shorter than 128 bytes."""
    assert len(content) < 128
    return bytes([number, len(content)]) + content


def name(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


TYPES = section(1, b"\x02\x60\x00\x01\x7f\x60\x03\x7f\x7f\x7f\x01\x7f")
IMPORTS = section(2, b"\x01" + name("env") + name("consume_output") + b"\x00\x01")
FUNCTIONS = section(3, b"\x02\x00\x01")
MEMORY = section(5, b"\x01\x01\x02\x10")
EXPORTS = section(
    7, b"\x03" + name("memory") + b"\x02\x00" + name("_manifest") + b"\x00\x01" + name("_call") + b"\x00\x02"
)
CODE = section(10, b"\x02" + b"\x04\x00\x41\x01\x0b" + b"\x04\x00\x41\x00\x0b")

MODULE = HEADER + TYPES + IMPORTS + FUNCTIONS + MEMORY + EXPORTS + CODE
"""A rune that does nothing: `_manifest` gives 1, `_call` gives 0; two to sixteen pages of memory."""
