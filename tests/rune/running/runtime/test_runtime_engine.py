"""Loading and calling runes: what they may ask, what they are refused, and that their host lives on."""

from __future__ import annotations

import json
import os
import struct
import threading

import pytest
from wasmtime import wat2wasm

from rune.abi import OutputKind
from rune.capabilities import CAPABILITIES
from rune.capabilities.accel import ACCEL
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from rune.running.runtime import Limits, Runtime
from rune.running.runtime.engine import CompiledRune
from rune.running.runtime.errors import (
    BadOutput,
    BadPointer,
    BadRequest,
    InputLength,
    InputMissing,
    NotARune,
    RuneTrapped,
)
from rune.running.runtime.inputs.generator import generated_inputs
from rune.tensor import ElementType
from tests.support.cases import each_case
from tests.support.runes.wat_runes import echo, mirror, rune, text

SERIAL = json.dumps({"type_name": "utf8", "channel": 2, "elements": ["up"], "dimensions": [1]}).encode()
QUICK = Limits(seconds=0.2, fuel=None)


def test_a_rune_reads_its_capability_and_sends_a_result() -> None:
    instance = Runtime.load(echo(RAW, 4, SERIAL))
    assert [(request.id, request.kind) for request in instance.capabilities] == [(1, RAW)]
    assert [(request.id, request.kind) for request in instance.outputs] == [(2, OutputKind.SERIAL)]
    (message,) = instance.call({1: b"abcd"})
    assert message.channel == 2
    assert message.tensors[0].elements == ("up",)
    assert instance.memory_pages == 1
    assert instance.milliseconds > 0


def test_a_tensor_output_gives_its_bytes_as_numbers() -> None:
    data = struct.pack("<3f", 0.5, -1.0, 2.0)
    (message,) = Runtime.load(mirror(ACCEL, 12, "f32[1, 3]")).call({1: data})
    (tensor,) = message.tensors
    assert (tensor.element, tensor.dimensions, tensor.elements) == (ElementType.F32, (1, 3), (0.5, -1.0, 2.0))


def test_parameters_keep_their_types_and_their_order() -> None:
    parameters = "".join(
        f"""(drop (call $parameter (i32.const 1) (i32.const {key}) (i32.const {size}) (i32.const {value}) (i32.const 4)
            (i32.const {value_type})))"""
        for key, size, value, value_type in ((512, 2, 520, 1), (514, 1, 524, 2))
    )
    data = f"(data (i32.const 512) {text(b'hzx')}) (data (i32.const 520) {text(struct.pack('<if', 16000, 0.5))})"
    instance = Runtime.load(echo(SOUND, 4, SERIAL, parameters=parameters, data=data))
    assert list(instance.capabilities[0].parameters.items()) == [("hz", 16000), ("x", 0.5)]


@each_case("value_type", [0, 3, 4, 8])
def test_an_unknown_value_type_is_refused(value_type: int) -> None:
    parameter = f"""(drop (call $parameter (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 4) (i32.const 4)
      (i32.const {value_type})))"""
    with pytest.raises(BadRequest, match="value type"):
        Runtime.load(echo(SOUND, 4, SERIAL, parameters=parameter))


@pytest.mark.protects("runes/limits")
@each_case(
    "call",
    [
        "(drop (call $read (i32.const 65533) (i32.const 4) (i32.const 1)))",
        "(drop (call $read (i32.const -4) (i32.const 4) (i32.const 1)))",
        "(drop (call $read (i32.const 0) (i32.const -1) (i32.const 1)))",
        "(drop (call $debug (i32.const 70000) (i32.const 1)))",
        "(drop (call $debug (i32.const 0) (i32.const 65537)))",
        "(drop (call $open (i32.const -1) (i32.const -1)))",
        "(drop (call $write (i32.const 2) (i32.const 65536) (i32.const 1)))",
    ],
)
@each_case("pages", ["1", "1 1"], ids=["may grow", "is whole"])
def test_an_address_outside_memory_is_a_named_error_and_the_host_lives_on(call: str, pages: str) -> None:
    manifest = "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 1)))"
    instance = Runtime.load(rune(manifest, call, pages=pages))
    with pytest.raises(BadPointer, match="outside its memory of 65536 bytes"):
        instance.call({1: b"abcd"})
    Runtime.load(echo(RAW, 4, SERIAL)).call({1: b"abcd"})


def test_what_has_grown_is_inside() -> None:
    growth = "(drop (memory.grow (i32.const 1))) (drop (call $read (i32.const 131068) (i32.const 4) (i32.const 1)))"
    instance = Runtime.load(rune("(drop (call $capability (i32.const 5)))", growth, pages="1 2"))
    instance.call({1: b"abcd"})
    instance.call({1: b"efgh"})
    assert instance.memory_pages == 2


@each_case(
    ("manifest", "message"),
    [
        ("(drop (call $capability (i32.const 7)))", "Unknown capability type: 7"),
        ("(drop (call $output (i32.const 9)))", "Unknown output type: 9"),
        ("(drop (call $read (i32.const 0) (i32.const 4) (i32.const 3)))", "never asked for"),
        ("(drop (call $write (i32.const 3) (i32.const 0) (i32.const 4)))", "never asked for"),
    ],
)
def test_what_the_abi_does_not_know_is_refused(manifest: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        Runtime.load(rune(manifest))


def test_a_resource_is_unknown_so_that_the_rune_takes_its_default() -> None:
    trap_unless_negative = "(if (i32.ge_s (call $open (i32.const 0) (i32.const 1)) (i32.const 0)) (then unreachable))"
    Runtime.load(rune(trap_unless_negative))


def test_the_last_error_that_a_rune_logged_is_why_it_trapped() -> None:
    record = json.dumps({"level": "ERROR", "message": "there are 3 labels but label 7 was requested"}).encode()
    call = f"(drop (call $debug (i32.const 0) (i32.const {len(record)}))) unreachable"
    with pytest.raises(RuneTrapped, match="label 7 was requested"):
        Runtime.load(rune(call=call, data=f"(data (i32.const 0) {text(record)})")).call({})


def test_a_trap_without_words_is_named_by_its_reason() -> None:
    with pytest.raises(RuneTrapped, match="integer division by zero"):
        Runtime.load(rune(call="(drop (i32.div_u (i32.const 1) (i32.const 0)))")).call({})


def test_a_missing_input_is_named() -> None:
    with pytest.raises(InputMissing, match="No input tensor provided for the RAW capability with ID 1"):
        Runtime.load(echo(RAW, 4, SERIAL)).call({})


def test_an_input_of_another_length_is_named_with_both() -> None:
    with pytest.raises(InputLength, match=r"a 4 byte buffer, but the input tensor is [a-z0-9]+\[1, 5\] \(5 bytes\)"):
        Runtime.load(echo(RAW, 4, SERIAL)).call({1: b"abcde"})
    with pytest.raises(InputLength, match=r"the input tensor is f32\[1, 3\] \(12 bytes\): that of its ACCEL"):
        Runtime.load(echo(ACCEL, 4, SERIAL)).call({1: bytes(12)})
    with pytest.raises(InputLength, match=r"the input tensor is i16\[1, 3\] \(6 bytes\): that of its SOUND"):
        Runtime.load(echo(SOUND, 4, SERIAL)).call({1: bytes(6)})


def test_output_that_cannot_be_read_leaves_the_rune_usable() -> None:
    instance = Runtime.load(echo(RAW, 4, b"{"))
    for _ in range(2):
        with pytest.raises(BadOutput):
            instance.call({1: b"abcd"})


@each_case(
    ("data", "message"),
    [
        (b"", "not a WebAssembly module"),
        (b"(module)", "not a WebAssembly module"),
        (b"\0asm\1\0\0\0\xff\xff", "not a valid WebAssembly module: The rune is damaged: there is no section of"),
        (b"\0asm\1\0\0\0\x01\xff", "not a valid WebAssembly module: The rune is cut short or damaged"),
        (b"\0asm\1\0\0\0\x01\x02\x01\xff", "its code is damaged, or uses what runes do not have"),
        (bytes(wat2wasm("(module)")), "does not export what a rune does"),
        (bytes(wat2wasm('(module (import "env" "fetch" (func)))')), "env.fetch, which is not part of the ABI"),
        (bytes(wat2wasm('(module (import "env" "_debug" (func (param i64))))')), "with other parameters"),
        (bytes(wat2wasm('(module (import "wasi" "_debug" (func)))')), "wasi._debug"),
    ],
    ids=[
        "empty",
        "text",
        "no section",
        "cut",
        "unknown type",
        "bare",
        "unknown import",
        "wrong import",
        "other module",
    ],
)
def test_what_is_no_rune_is_refused_with_the_reason(data: bytes, message: str) -> None:
    with pytest.raises(NotARune, match=message):
        Runtime.load(data)


def test_every_capability_can_be_fed_with_generated_input() -> None:
    for kind in CAPABILITIES.values():
        instance = Runtime.load(echo(kind, 12, SERIAL))
        assert instance.call(generated_inputs(instance.capabilities))[0].tensors[0].elements == ("up",)


@pytest.mark.slow
def test_an_import_that_raises_ends_its_own_rune_alone() -> None:
    """wasmtime's package keeps what an import raised in one place for all threads."""
    read = "(drop (call $read (i32.const 0) (i32.const 4) (i32.const 1)))"
    modules = [CompiledRune(rune("(drop (call $capability (i32.const 5)))", read)) for _ in range(2)]
    wrong: list[BaseException] = []

    def fail_often(number: int) -> None:
        def refuse(_size: int) -> bytes:
            raise LookupError(number)

        for _ in range(300):
            try:
                modules[number].start().call({1: refuse})
            except BaseException as error:
                if not (isinstance(error, LookupError) and error.args == (number,)):
                    wrong.append(error)

    threads = [threading.Thread(target=fail_often, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("parameters", ["", "(param i32 i32)", "(param i32 i32 i64)"])
def test_a_call_with_other_parameters_than_the_abi_is_refused(parameters: str) -> None:
    module = f"""(module (memory (export "memory") 1) (func (export "_manifest"))
      (func (export "_call") {parameters}))"""
    with pytest.raises(NotARune, match="_call with other parameters"):
        Runtime.load(bytes(wat2wasm(module)))


def test_a_start_function_calls_imports() -> None:
    """The function runs before the module's exports are known."""
    start = '(func $begin (drop (call $debug (i32.const 8) (i32.const 5)))) (start $begin) (data (i32.const 8) "hello")'
    assert [line.message for line in Runtime.load(rune(extra=start)).logs] == ["hello"]
    beyond = "(func $begin (drop (call $debug (i32.const 65535) (i32.const 5)))) (start $begin)"
    with pytest.raises(BadPointer):
        Runtime.load(rune(extra=beyond))


def test_a_rune_runs_on_in_a_process_that_was_forked() -> None:
    instance = Runtime.load(echo(RAW, 4, SERIAL))
    instance.call({1: b"abcd"})
    child = os.fork()
    if child == 0:
        os._exit(0 if instance.call({1: b"abcd"})[0].data == SERIAL else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
