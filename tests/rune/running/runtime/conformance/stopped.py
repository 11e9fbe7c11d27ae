"""Cases of runes that are no runes, and of runes that take more than they may."""

from __future__ import annotations

from collections.abc import Iterator

from wasmtime import wat2wasm

from tests.support.runes.conformance_case import ConformanceCase, fails
from tests.support.runes.wat import do, module

GROW = "(if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))"


def forever(body: str = "") -> str:
    return f"(loop $again {body} (br $again))"


def cases() -> Iterator[ConformanceCase]:
    yield from _no_runes()
    yield from _traps()
    yield from _limits()


def _no_runes() -> Iterator[ConformanceCase]:
    def bad(name: str, description: str, text: str) -> ConformanceCase:
        return ConformanceCase(name, description, text, error=fails("bad-rune", when="load"))

    whole = bytes(wat2wasm(module(do("output", 1))))
    yield ConformanceCase(
        "no-rune-text", "Bytes that are no module", binary=b"not a rune", error=fails("bad-rune", when="load")
    )
    yield ConformanceCase("no-rune-empty", "No bytes at all", binary=b"", error=fails("bad-rune", when="load"))
    yield ConformanceCase(
        "no-rune-cut-short", "A module cut short", binary=whole[:60], error=fails("bad-rune", when="load")
    )
    yield ConformanceCase(
        "no-rune-zip",
        "A zune: the later, zipped format",
        binary=b"PK\3\4" + bytes(30),
        error=fails("bad-rune", when="load"),
    )
    yield bad("no-rune-no-exports", "A module that exports nothing", "(module)\n")
    yield bad(
        "no-rune-no-memory",
        "A module without a memory",
        '(module (func (export "_manifest") (result i32) (i32.const 1))\n'
        '  (func (export "_call") (param i32 i32 i32) (result i32) (i32.const 0)))\n',
    )
    yield bad(
        "no-rune-unknown-import", "An import that no host offers", module(imports='(import "env" "fetch" (func))')
    )
    yield bad(
        "no-rune-other-module",
        "An import of another module",
        module(imports='(import "wasi_snapshot_preview1" "_debug" (func))'),
    )
    yield bad(
        "no-rune-imported-memory",
        "An import that is no function",
        module(imports='(import "env" "_debug" (global i32))'),
    )


def _traps() -> Iterator[ConformanceCase]:
    yield ConformanceCase("trap-unreachable", "A trap without words", module("", "unreachable"), error=fails("trap"))
    yield ConformanceCase(
        "trap-division",
        "A division by zero",
        module("", "(drop (i32.div_u (i32.const 1) (i32.const 0)))"),
        error=fails("trap"),
    )
    yield ConformanceCase(
        "trap-outside-of-memory",
        "A load from outside its memory",
        module("", "(drop (i32.load (i32.const 65536)))"),
        error=fails("trap"),
    )
    yield ConformanceCase(
        "trap-recursion",
        "Recursion without end",
        module("", "(call $deeper)", extra="(func $deeper (call $deeper))"),
        error=fails("trap"),
    )
    yield ConformanceCase(
        "trap-in-manifest", "A trap while it is loaded", module("unreachable"), error=fails("trap", when="load")
    )
    yield ConformanceCase(
        "trap-in-start",
        "A trap in the start function",
        module(extra="(func $begin unreachable) (start $begin)"),
        error=fails("trap", when="load"),
    )
    yield ConformanceCase(
        "start-section",
        "A start function runs before _manifest",
        module(
            "(if (i32.eqz (global.get $begun)) (then unreachable))",
            extra="(global $begun (mut i32) (i32.const 0))\n"
            "  (func $begin (global.set $begun (i32.const 1))) (start $begin)",
        ),
        expected=[[]],
    )
    yield ConformanceCase(
        "start-that-calls-its-host",
        "A start function that asks for a capability before the rune has a memory that the host knows",
        module(extra=f"(func $begin {do('capability', 5)}) (start $begin)"),
        capabilities=[{"id": 1, "kind": "RAW", "parameters": {}}],
        expected=[[]],
    )


def _limits() -> Iterator[ConformanceCase]:
    yield ConformanceCase(
        "limit-memory-at-start",
        "More memory than any host gives",
        module(pages=65536),
        error=fails("memory", when="load"),
    )
    yield ConformanceCase(
        "limit-memory-growing", "Memory until there is no more", module("", forever(GROW)), error=fails("memory")
    )
    yield ConformanceCase(
        "limit-memory-growing-while-loaded",
        "Memory until there is no more, in _manifest",
        module(forever(GROW)),
        error=fails("memory", when="load"),
    )
    yield ConformanceCase(
        "limit-output",
        "Output without end",
        module(do("output", 1), forever(do("write", 1, 0, 60000))),
        error=fails("stopped"),
    )
    yield ConformanceCase(
        "limit-empty-output",
        "Messages of no bytes, without end",
        module(do("output", 1), forever(do("write", 1, 0, 0))),
        error=fails("stopped"),
    )
    yield ConformanceCase(
        "limit-handles", "Outputs without end", module(forever(do("output", 1))), error=fails("stopped", when="load")
    )
    yield ConformanceCase(
        "limit-tables-at-the-most",
        "As many tables as a rune may have, one of them of as many elements",
        module(extra="(table 1 funcref) " * 7 + "(table 100000 200000 funcref)"),
        expected=[[]],
    )
    yield ConformanceCase(
        "limit-tables", "More tables", module(extra="(table 1 funcref) " * 9), error=fails("stopped", when="load")
    )
    yield ConformanceCase(
        "limit-table-elements",
        "A table of more elements",
        module(extra="(table 100001 funcref)"),
        error=fails("stopped", when="load"),
    )
    yield ConformanceCase(
        "limit-table-growing",
        "A table that grows in a run: beyond the limit nothing is added to it",
        module(
            "",
            "(if (i32.ne (table.grow $t (ref.null func) (i32.const 100000)) (i32.const -1)) (then unreachable))\n"
            "(if (i32.ne (table.grow $t (ref.null func) (i32.const 99999)) (i32.const 1)) (then unreachable))",
            extra="(table $t 1 funcref)",
        ),
        expected=[[]],
    )
    yield ConformanceCase(
        "limit-time", "A loop in a run", module("", forever()), error=fails("stopped"), needs=["clock"]
    )
    yield ConformanceCase(
        "limit-time-while-loaded",
        "A loop in _manifest",
        module(forever()),
        error=fails("stopped", when="load"),
        needs=["clock"],
    )
    yield ConformanceCase(
        "limit-time-in-start",
        "A loop in the start function",
        module(extra=f"(func $begin {forever()}) (start $begin)"),
        error=fails("stopped", when="load"),
        needs=["clock"],
    )
