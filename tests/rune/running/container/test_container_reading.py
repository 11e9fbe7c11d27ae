"""A rune says what its compiler wrote into it, in the spellings of every generation of compilers."""

from __future__ import annotations

import struct

import pytest
import wasmtime

import rune
from rune.running.container import (
    ContainerError,
    Import,
    WasmExport,
    WasmMemory,
    canonical_json,
    pack,
    read_module,
    read_rune,
    rune_sections,
)
from rune.running.container.wasm import custom_section, unsigned_leb
from tests.support.cases import each_case
from tests.support.runes.wasm_bytes import EXPORTS, HEADER, IMPORTS, MEMORY, MODULE, TYPES, name, section

GRAPH = {"rune": {"name": "nothing"}, "capabilities": {}}


def refusal(data: bytes) -> ContainerError:
    with pytest.raises(ContainerError) as error:
        read_rune(data)
    return error.value


def test_what_is_packed_is_read_back() -> None:
    module = pack(MODULE, rune_sections(GRAPH, [("wordlist", b"yes\nno\n"), ("empty", b"")]))
    read = read_rune(module)
    assert read.version == {"version": rune.__version__}
    assert read.graph == GRAPH
    assert [(key, bytes(data)) for key, data in read.resources] == [("wordlist", b"yes\nno\n"), ("empty", b"")]
    assert read.size == len(module)
    assert module.startswith(MODULE)


def test_a_packed_rune_is_a_module_that_runs() -> None:
    data = pack(MODULE, rune_sections(GRAPH, [("wordlist", b"yes\nno\n")]))
    assert [item.name for item in wasmtime.Module(wasmtime.Engine(), data).exports] == [
        "memory",
        "_manifest",
        "_call",
    ]


def test_packing_twice_gives_the_same_bytes() -> None:
    again = {"capabilities": {}, "rune": {"name": "nothing"}}
    assert pack(MODULE, rune_sections(GRAPH)) == pack(MODULE, rune_sections(again))


def test_the_outline_of_a_module_is_read() -> None:
    read = read_rune(MODULE)
    assert read.imports == (Import("env", "consume_output", "function"),)
    assert read.exports == (
        WasmExport("memory", "memory"),
        WasmExport("_manifest", "function"),
        WasmExport("_call", "function"),
    )
    assert read.memory == WasmMemory(2, 16)
    assert read.memory_pages == 2
    assert read.runs
    assert read.version is None
    assert read.graph is None


def test_a_module_without_the_entry_points_does_not_run() -> None:
    assert not read_rune(HEADER + TYPES + IMPORTS + MEMORY).runs


def test_every_kind_of_import_is_read() -> None:
    entries = [
        name("m") + name("f") + b"\x00\x05",
        name("m") + name("t") + b"\x01\x70\x00\x01",
        name("m") + name("memory") + b"\x02\x00\x03",
        name("m") + name("g") + b"\x03\x7f\x00",
        name("m") + name("tag") + b"\x04\x00\x00",
    ]
    read = read_module(HEADER + section(2, bytes([len(entries)]) + b"".join(entries)))
    assert [item.kind for item in read.imports] == ["function", "table", "memory", "global", "tag"]
    assert read.memory == WasmMemory(3, None)


@pytest.mark.parametrize("dot", [".", ""])
def test_sections_are_read_with_and_without_the_leading_dot(dot: str) -> None:
    read = read_rune(
        pack(MODULE, {f"{dot}rune_version": b'{"version":"0.2.1"}', f"{dot}rune_graph": canonical_json(GRAPH)})
    )
    assert read.version == {"version": "0.2.1"}
    assert read.graph == GRAPH


def test_sections_of_one_name_are_read_on_whether_merged_or_not() -> None:
    def record(key: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(key)) + key + struct.pack(">I", len(data)) + data

    records = record(b"a", b"1") + record(b"b", b"22")
    read = read_rune(
        pack(
            MODULE,
            [
                (".rune_resource", records),
                (".rune_proc_block", b'{"type_name":"A"}{"type_name":"B"}'),
                (".rune_resource", record(b"c", b"333")),
                (".rune_proc_block", b' {"type_name":"C"}\n'),
            ],
        )
    )
    assert [(key, bytes(data)) for key, data in read.resources] == [("a", b"1"), ("b", b"22"), ("c", b"333")]
    assert [block["type_name"] for block in read.proc_blocks] == ["A", "B", "C"]


@each_case(
    ("data", "words", "offset"),
    [
        (b"", "not a WebAssembly module", 0),
        (b"\0asm", "cut short", 4),
        (b"\0asm\x0d\0\x01\0", "a component", 4),
        (b"PK\x03\x04rest", "zip archive", 0),
        (b"<html></html>", "not a WebAssembly module", 0),
        (HEADER + b"\x0e\x00", "no section of number 14", 8),
        (HEADER + b"\x05", "the length of section 5 is missing", 9),
        (HEADER + b"\x05\x09\x00", "says that it has 9 bytes, but 1 are left", 9),
        (HEADER + b"\x05\x80\x80\x80\x80\x80\x00", "does not end", 9),
        (HEADER + b"\x05\xff\xff\xff\xff\x7f", "more than 32 bits", 9),
        (HEADER + MEMORY + MEMORY, "is there twice", 8 + len(MEMORY)),
        (HEADER + section(5, b"\x02\x00\x01\x00\x01"), "2 memories", None),
        (HEADER + section(5, b"\x01\x01\x05\x01"), "5 pages may have 1 at most", 11),
        (HEADER + section(5, b"\x01\x09\x00"), "unknown form 9", 11),
        (HEADER + section(5, b"\x01\x00\x01\x00"), "longer than what it holds", 13),
        (HEADER + section(7, b"\xff\xff\x7f"), "2097151 exports", 10),
        (HEADER + section(7, b"\x01" + name("x") + b"\x07\x00"), "unknown kind 7", 13),
        (HEADER + section(7, b"\x01\x02\xff\xfe\x00\x00"), "not UTF-8", 12),
        (HEADER + section(2, b"\x01" + name("m")), "an import's name is missing", 13),
        (HEADER + section(0, b"\x05abc"), "says that it has 5 bytes", 10),
    ],
)
def test_damage_is_refused_at_its_place(data: bytes, words: str, offset: int | None) -> None:
    error = refusal(data)
    assert words in error.message
    assert error.offset == offset


@each_case(
    ("key", "payload", "words", "inside"),
    [
        (".rune_graph", b"{", "is not JSON", 1),
        (".rune_graph", b"[1]", "does not hold a JSON object", 0),
        (".rune_graph", b'{"a": NaN}', "too deeply", 0),
        (".rune_graph", b'{"a":' + b"[" * 200_000, "too deeply", 0),
        (".rune_graph", b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "more than 64 deep", 0),
        (".rune_graph", b'{"a": ' + b"9" * 5_000 + b"}", "too deeply", 0),
        (".rune_version", b'{"version": "\xff"}', "not UTF-8", 13),
        (".rune_version", '{"version": "ä"} x'.encode(), "is not JSON", 18),
        (".rune_resource", b"\0\0\0", "cut short", 0),
        (".rune_resource", b"\0\0\0\x01a\0\0\0\x09b", "says that it has 9 bytes, but 1 are left", 5),
        (".rune_resource", b"\xff\xff\xff\xff", "says that it has 4294967295 bytes", 0),
        (".rune_resource", b"\0\0\0\x01\xff\0\0\0\0", "name is not UTF-8", 0),
    ],
)
def test_a_damaged_custom_section_is_refused_at_its_place(key: str, payload: bytes, words: str, inside: int) -> None:
    data = pack(MODULE, [(key, payload)])
    error = refusal(data)
    assert words in error.message
    assert error.offset == len(data) - len(payload) + inside


def test_a_rune_with_endless_resources_is_refused() -> None:
    assert "resources" in refusal(pack(MODULE, [(".rune_resource", bytes(8 * 10_001))])).message


def test_a_rune_with_endless_json_is_refused() -> None:
    assert "10000 objects" in refusal(pack(MODULE, [(".rune_proc_block", b"{}" * 10_001)])).message
    halves = [(".rune_graph", b" " * (1024 * 1024)), (".rune_graph", b" " * (1024 * 1024 + 1))]
    assert "2.1 MB" in refusal(pack(MODULE, halves)).message


def test_a_rune_with_endless_sections_is_refused() -> None:
    assert "sections" in refusal(MODULE + custom_section("x", b"") * 10_001).message


def test_only_a_module_is_packed() -> None:
    with pytest.raises(ContainerError):
        pack(b"no module", [])


@each_case("number", [0, 1, 127, 128, 300, 65_535, (1 << 32) - 1])
def test_lengths_are_written_as_short_as_they_can_be(number: int) -> None:
    encoding = unsigned_leb(number)
    assert len(encoding) == max(1, -(-number.bit_length() // 7))
    assert sum((byte & 0x7F) << 7 * index for index, byte in enumerate(encoding)) == number
    assert all(byte & 0x80 for byte in encoding[:-1])


def test_exports_before_the_memory_are_read_too() -> None:
    assert read_module(HEADER + EXPORTS).memory is None
