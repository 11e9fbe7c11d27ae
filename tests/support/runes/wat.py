"""WebAssembly text of small runes: only the imports that a body uses, and data that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping

IMPORTS: Mapping[str, tuple[str, int]] = {
    "debug": ("_debug", 2),
    "capability": ("request_capability", 1),
    "parameter": ("request_capability_set_param", 6),
    "read": ("request_provider_response", 3),
    "output": ("request_output", 1),
    "write": ("consume_output", 3),
    "load": ("rune_model_load", 8),
    "infer": ("rune_model_infer", 3),
    "open": ("rune_resource_open", 2),
    "read_resource": ("rune_resource_read", 3),
    "close": ("rune_resource_close", 1),
    "preload": ("tfm_preload_model", 4),
    "invoke": ("tfm_model_invoke", 5),
}
"""The functions that a body calls, and the import of the ABI with its number of parameters."""

_PAGE = 65536
_CALL = re.compile(r"\(call \$(\w+)")


def value(number: int | str) -> str:
    """A number as a constant; text is an expression already."""
    return number if isinstance(number, str) else f"(i32.const {number})"


def call(name: str, *values: int | str) -> str:
    """Calls an import and leaves what it gives."""
    return f"(call ${name}{''.join(f' {value(each)}' for each in values)})"


def do(name: str, *values: int | str) -> str:
    """Calls an import and drops what it gives."""
    return f"(drop {call(name, *values)})"


def quoted(data: bytes) -> str:
    """Bytes as a string of the text format."""
    plain = range(0x20, 0x7F)
    return '"' + "".join(chr(byte) if byte in plain and byte not in b'"\\' else f"\\{byte:02x}" for byte in data) + '"'


def module(
    manifest: str = "",
    call_: str = "",
    *,
    data: Mapping[int, bytes] | None = None,
    pages: int | str | None = None,
    extra: str = "",
    sections: tuple[tuple[str, bytes], ...] = (),
    imports: str = "",
) -> str:
    """A rune with the two bodies. `data` by address, `sections` are custom ones, `extra` stands in the module."""
    body = f"{manifest}\n{call_}\n{extra}"
    names = [name for name in IMPORTS if name in set(_CALL.findall(body)) and f"(func ${name} " not in imports]
    segments = data or {}
    end = max((address + len(part) for address, part in segments.items()), default=0)
    lines = [
        "(module",
        *(_import(name) for name in names),
        *([f"  {imports}"] if imports else []),
        f'  (memory (export "memory") {pages if pages is not None else end // _PAGE + 1})',
        *(f"  (data (i32.const {address}) {quoted(part)})" for address, part in segments.items()),
        *([f"  {extra}"] if extra else []),
        f'  (func (export "_manifest") (result i32){_indented(manifest)}\n    (i32.const 1))',
        f'  (func (export "_call") (param i32 i32 i32) (result i32){_indented(call_)}\n    (i32.const 0))',
        *(f"  (@custom {quoted(name.encode())} {quoted(payload)})" for name, payload in sections),
    ]
    return "\n".join(lines) + ")\n"


def _import(name: str) -> str:
    symbol, count = IMPORTS[name]
    return f'  (import "env" "{symbol}" (func ${name} (param {" ".join(["i32"] * count)}) (result i32)))'


def _indented(body: str) -> str:
    return "".join(f"\n    {line}" for line in body.strip().splitlines())
