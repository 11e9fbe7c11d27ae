"""Cases shaped like runes that were published over the years: their exports, sections, order of calls, last words."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from tests.support.runes.conformance_case import ConformanceCase, fails, message, tensor
from tests.support.runes.wat import call, do, module

# Rust's linker exports these; a host leaves them alone.
GLOBALS = """\
(global (export "__data_end") i32 (i32.const 1048))
  (global (export "__heap_base") i32 (i32.const 1056))
  (global (export "PROC_BLOCK_DESCRIPTOR_FOR_Modulo") i32 (i32.const 1040))
  (global $output (mut i32) (i32.const 0))"""

GRAPH_0_11 = {
    "rune": {"name": "sine"},
    "capabilities": {
        "rand": {"kind": {"type": "random"}, "args": {"n": "1"}, "outputs": ["0f1e4c5e-6b4b-4a53-9d5b-0a0a0a0a0a0a"]}
    },
    "outputs": {"serial": {"kind": {"type": "serial"}, "inputs": ["0f1e4c5e-6b4b-4a53-9d5b-0a0a0a0a0a0a"]}},
    "tensors": {"0f1e4c5e-6b4b-4a53-9d5b-0a0a0a0a0a0a": {"element_type": "F32", "dimensions": [1, 1]}},
}
GRAPH_0_4 = {
    "base-image": "runicos/base",
    "stages": {"0": {"capability": "RAND", "output_slots": [0]}, "1": {"out": "SERIAL", "input_slots": [0]}},
    "types": {"0": {"type": "f32", "dimensions": [1, 1]}},
    "names": {"rand": 0, "serial": 1},
}
PROC_BLOCK = {
    "type_name": "Modulo",
    "description": "A proc block.",
    "available_transforms": [
        {
            "inputs": [{"element_type": "F32", "dimensions": "Arbitrary"}],
            "outputs": [{"element_type": "F32", "dimensions": {"Finite": ["Any", {"Value": 3}]}}],
        }
    ],
}
OLD_PROC_BLOCK = {
    "type_name": "Modulo",
    "available_transforms": [{"input": {"element_type": {"Integer": {"signed": True, "bit_width": 8}}}}],
}


def cases() -> Iterator[ConformanceCase]:
    yield _rune_0_11()
    yield _rune_0_4()
    yield _rune_0_2()
    yield _panicking()
    yield ConformanceCase(
        "old-javascript-handles",
        "Handles are what the host gives: a rune that keeps them runs on hosts that count from 0 and from 1",
        module(
            "(global.set $input (call $capability (i32.const 5)))\n(global.set $output (call $output (i32.const 1)))",
            "(drop (call $read (i32.const 256) (i32.const 4) (global.get $input)))\n"
            "(drop (call $write (global.get $output) (i32.const 16) (i32.const 66)))",
            data={16: b'{"channel":1,"dimensions":[1],"elements":["a"],"type_name":"utf8"}'},
            extra="(global $input (mut i32) (i32.const 0)) (global $output (mut i32) (i32.const 0))",
        ),
        inputs={1: b"abcd"},
        expected=[[message(2, tensor("utf8", [1], ["a"]))]] * 2,
    )
    yield ConformanceCase(
        "old-unused-imports",
        "A rune may import what it never calls",
        module(
            do("output", 1),
            imports='(import "env" "tfm_preload_model" (func (param i32 i32 i32 i32) (result i32)))\n'
            '  (import "env" "rune_resource_close" (func (param i32)))\n'
            '  (import "env" "_debug" (func (param i32 i32) (result i32)))\n'
            '  (import "env" "_debug" (func (param i32 i32) (result i32)))',
        ),
        expected=[[]],
    )


def _log_line(level: str, text: str) -> bytes:
    record = {"level": level, "message": text, "target": "sine", "module_path": "sine", "file": "lib.rs", "line": 42}
    return json.dumps(record).encode()


def _rune_0_11() -> ConformanceCase:
    """In the order of facts: log, capability, its parameters, output, log; then read, log, write."""
    lines = [
        _log_line("DEBUG", "Initializing"),
        _log_line("DEBUG", "Running the pipeline"),
        _log_line("DEBUG", "Pipeline finished"),
    ]
    payload = b'{"channel":2,"dimensions":[1,1],"elements":[0.6972787380218506],"type_name":"f32"}'
    manifest = [
        do("debug", 2048, len(lines[0])),
        do("capability", 1),
        do("parameter", 1, 64, 1, 72, 4, 1),
        f"(global.set $output {call('output', 1)})",
    ]
    body = [
        do("debug", 2304, len(lines[1])),
        do("read", 512, 4, 1),
        do("write", "(global.get $output)", 128, len(payload)),
        do("debug", 2560, len(lines[2])),
    ]
    data = {64: b"n", 72: struct.pack("<i", 1), 128: payload, 2048: lines[0], 2304: lines[1], 2560: lines[2]}
    return ConformanceCase(
        "old-rune-0-11",
        "The shape of Rune 0.11.3: globals of the linker, memory without a maximum, records of _debug, four sections",
        module(
            "\n".join(manifest),
            "\n".join(body),
            data=data,
            pages=17,
            extra=GLOBALS,
            sections=(
                (".rune_version", b'{"version":"0.11.3"}'),
                (".rune_graph", json.dumps(GRAPH_0_11).encode()),
                (".rune_proc_block", json.dumps(PROC_BLOCK).encode() * 2),
            ),
        ),
        inputs={1: struct.pack("<f", 0.8)},
        capabilities=[{"id": 1, "kind": "RAND", "parameters": {"n": 1}}],
        expected=[[message(2, tensor("f32", [1, 1], [0.6972787380218506]))]] * 2,
        native={"2": [{"element-type": "f32", "dimensions": [1, 1], "elements": [0.69727874]}]},
        logs=[{"level": "DEBUG", "message": text} for text in ("Running the pipeline", "Pipeline finished")],
    )


def _rune_0_4() -> ConformanceCase:
    payload = b'{"type_name":"f32","channel":2,"elements":[1.0],"dimensions":[1,1]}'
    return ConformanceCase(
        "old-rune-0-4",
        "The shape of Rune 0.4: a large version, stages by number, the older record of a proc-block",
        module(
            do("capability", 1) + "\n" + f"(global.set $output {call('output', 1)})",
            do("read", 512, 4, 1) + "\n" + do("write", "(global.get $output)", 128, len(payload)),
            data={128: payload},
            extra=GLOBALS,
            sections=(
                (
                    ".rune_version",
                    b'{"compiler":{"path":"/usr/bin/rune"},"crate_info":{"name":"rune","version":"0.4.0"}}',
                ),
                (".rune_graph", json.dumps(GRAPH_0_4).encode()),
                (".rune_proc_block", json.dumps(OLD_PROC_BLOCK).encode()),
                (".rune_proc_block", json.dumps(OLD_PROC_BLOCK).encode()),
            ),
        ),
        inputs={1: bytes(4)},
        expected=[[message(2, tensor("f32", [1, 1], [1.0]))]],
    )


def _rune_0_2() -> ConformanceCase:
    payload = b'{"type_name":"&str","channel":2,"elements":["tabby"],"dimensions":[1]}'
    return ConformanceCase(
        "old-rune-0-2",
        "The shape of Rune 0.2.1: sections without a dot, texts called &str",
        module(
            do("capability", 4) + "\n" + do("output", 1),
            do("read", 512, 12, 1) + "\n" + do("write", 2, 128, len(payload)),
            data={128: payload},
            sections=(("rune_version", b'{"version":"0.2.1"}'), ("rune_graph", json.dumps(GRAPH_0_4).encode())),
        ),
        inputs={1: bytes(12)},
        expected=[[message(2, tensor("utf8", [1], ["tabby"]))]],
    )


def _panicking() -> ConformanceCase:
    lines = [
        _log_line("ERROR", "called `Option::unwrap()` on a `None` value"),
        b"panicked at 'called `Option::unwrap()`', lib.rs:42",
    ]
    return ConformanceCase(
        "old-panic",
        "A panic of the base image: a record at ERROR, plain text, unreachable",
        module(
            "",
            "\n".join([do("debug", 64, len(lines[0])), do("debug", 1024, len(lines[1])), "unreachable"]),
            data={64: lines[0], 1024: lines[1]},
        ),
        error=fails("trap", "called `Option::unwrap()` on a `None` value"),
    )
