"""Small runes written by hand for the runtime's tests: what they do is visible in their text."""

from __future__ import annotations

from typing import SupportsInt

from wasmtime import wat2wasm

IMPORTS = """
  (import "env" "_debug" (func $debug (param i32 i32) (result i32)))
  (import "env" "request_capability" (func $capability (param i32) (result i32)))
  (import "env" "request_capability_set_param"
    (func $parameter (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "request_provider_response" (func $read (param i32 i32 i32) (result i32)))
  (import "env" "request_output" (func $output (param i32) (result i32)))
  (import "env" "consume_output" (func $write (param i32 i32 i32) (result i32)))
  (import "env" "rune_model_load" (func $model (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "rune_resource_open" (func $open (param i32 i32) (result i32)))
"""


def text(value: str | bytes) -> str:
    """Bytes as the text format writes them in a data segment."""
    raw = value.encode() if isinstance(value, str) else value
    return '"' + "".join(f"\\{byte:02x}" for byte in raw) + '"'


def rune(manifest: str = "", call: str = "", *, data: str = "", pages: int | str = 1, extra: str = "") -> bytes:
    """A module with the given bodies; `data` are data segments, `pages` may say a maximum too."""
    return bytes(
        wat2wasm(f"""(module {IMPORTS}
  (memory (export "memory") {pages})
  (global $handle (mut i32) (i32.const 0))
  {data}
  {extra}
  (func (export "_manifest") (result i32) {manifest} (i32.const 1))
  (func (export "_call") (param i32 i32 i32) (result i32) {call} (i32.const 0)))""")
    )


def echo(
    kind: SupportsInt, size: int, message: bytes, *, output: int = 1, parameters: str = "", data: str = ""
) -> bytes:
    """Reads `size` bytes of a capability to address 1024, then sends `message`; its handles are 1 and 2."""
    return rune(
        f"(drop (call $capability (i32.const {int(kind)}))) {parameters} (drop (call $output (i32.const {output})))",
        f"""(drop (call $read (i32.const 1024) (i32.const {size}) (i32.const 1)))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const {len(message)})))""",
        data=f"(data (i32.const 0) {text(message)}) {data}",
    )


def mirror(kind: SupportsInt, size: int, shape: str) -> bytes:
    """Reads a capability and sends its bytes back as a TENSOR of `shape`."""
    header = len(shape).to_bytes(4, "little") + shape.encode()
    return rune(
        f"(drop (call $capability (i32.const {int(kind)}))) (drop (call $output (i32.const 5)))",
        f"""(drop (call $read (i32.const {len(header)}) (i32.const {size}) (i32.const 1)))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const {len(header) + size})))""",
        data=f"(data (i32.const 0) {text(header)})",
        pages=1 + (len(header) + size) // 65536,
    )
