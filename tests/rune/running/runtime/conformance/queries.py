"""Cases of what a rune asks of its host: capabilities with parameters, and resources."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import SupportsInt

from rune.capabilities.accel import ACCEL
from rune.capabilities.float_image import FLOAT_IMAGE
from rune.capabilities.image import IMAGE
from rune.capabilities.rand import RAND
from rune.capabilities.raw import RAW
from rune.capabilities.sound import SOUND
from tests.support.runes.conformance_case import ConformanceCase, Message, fails, message, tensor
from tests.support.runes.wat import call, do, module

TENSOR = 5


def mirror(kind: SupportsInt, size: int, shape: str, manifest: str = "") -> str:
    """Reads `size` bytes of its one capability and sends them as a TENSOR; its handles are 1 and 2."""
    head = struct.pack("<I", len(shape)) + shape.encode()
    return module(
        "\n".join([do("capability", int(kind)), manifest, do("output", TENSOR)]),
        do("read", 16 + len(head), size, 1) + "\n" + do("write", 2, 16, len(head) + size),
        data={16: head},
        pages=1 + size // 65536,
    )


def cases() -> Iterator[ConformanceCase]:
    yield from _capabilities()
    yield from _parameters()
    yield from _capabilities_that_do_not_fit()
    yield from _resources()


def _capabilities() -> Iterator[ConformanceCase]:
    data = bytes(range(8))
    shapes = {
        RAND: ("u32[1, 2]", tensor("u32", [1, 2], struct.unpack("<2I", data))),
        SOUND: ("i16[1, 4]", tensor("i16", [1, 4], struct.unpack("<4h", data))),
        ACCEL: ("u8[8]", tensor("u8", [8], list(data))),
        IMAGE: ("u8[1, 2, 4, 1]", tensor("u8", [1, 2, 4, 1], list(data))),
        RAW: ("u8[1, 8]", tensor("u8", [1, 8], list(data))),
        FLOAT_IMAGE: ("i32[2]", tensor("i32", [2], struct.unpack("<2i", data))),
    }
    for kind, (shape, payload) in shapes.items():
        yield ConformanceCase(
            f"capability-{kind.name.lower().replace('_', '-')}",
            f"{kind.name} is asked for, read and sent back",
            mirror(kind, 8, shape),
            inputs={1: data},
            capabilities=[{"id": 1, "kind": kind.name, "parameters": {}}],
            expected=[[message(2, payload)]] * 2,
        )
    head = struct.pack("<I", 5) + b"u8[4]"
    yield ConformanceCase(
        "capability-two-of-a-kind",
        "Two capabilities of one kind, each with bytes of its own, read in the other order",
        module(
            "\n".join([do("capability", 5), do("capability", 5), do("output", TENSOR)]),
            "\n".join([do("read", 25, 2, 2), do("read", 27, 2, 1), do("write", 3, 16, 13)]),
            data={16: head},
        ),
        inputs={1: b"ab", 2: b"cd"},
        expected=[[message(3, tensor("u8", [4], list(b"cdab")))]],
    )
    yield ConformanceCase(
        "capability-read-twice",
        "What is read twice in one run is the same",
        module(
            do("capability", 5) + "\n" + do("output", TENSOR),
            "\n".join([do("read", 25, 2, 1), do("read", 27, 2, 1), do("write", 2, 16, 13)]),
            data={16: head},
        ),
        inputs={1: b"ab"},
        expected=[[message(2, tensor("u8", [4], list(b"abab")))]],
    )
    yield ConformanceCase(
        "capability-large",
        "More than a page of input",
        module(do("capability", 5), do("read", 0, 70000, 1), pages=2),
        inputs={1: bytes(70000)},
        expected=[[]],
    )
    yield ConformanceCase(
        "capability-of-nothing",
        "A capability of no bytes",
        module(do("capability", 5), do("read", 65536, 0, 1)),
        inputs={1: b""},
        expected=[[]],
    )


def _parameters() -> Iterator[ConformanceCase]:
    keys = (
        ("whole", 1, struct.pack("<i", -16000), -16000),
        ("part", 2, struct.pack("<f", 0.5), 0.5),
        ("byte", 5, b"\xff", 255),
        ("short", 6, struct.pack("<h", -2), -2),
        ("signed", 7, b"\xfe", -2),
    )
    data, calls, expected = {}, [], {}
    for index, (key, kind, raw, value) in enumerate(keys):
        at = 64 + 32 * index
        data[at], data[at + 16] = key.encode(), raw
        calls.append(do("parameter", 1, at, len(key), at + 16, len(raw), kind))
        expected[key] = value
    yield ConformanceCase(
        "parameter-types",
        "A parameter of every value type, in the order in which they were set",
        module(do("capability", 2) + "\n" + "\n".join(calls), data=data),
        capabilities=[{"id": 1, "kind": "SOUND", "parameters": expected}],
        expected=[[]],
    )
    first, second = do("parameter", 1, 64, 2, 72, 4, 1), do("parameter", 1, 64, 2, 76, 4, 1)
    yield ConformanceCase(
        "parameter-set-twice",
        "Of two values for one name the later counts",
        module(
            do("capability", 2) + "\n" + first + "\n" + second, data={64: b"hz", 72: struct.pack("<2i", 8000, 16000)}
        ),
        capabilities=[{"id": 1, "kind": "SOUND", "parameters": {"hz": 16000}}],
        expected=[[]],
    )
    for value_type in (0, 3, 4, 8):
        yield ConformanceCase(
            f"parameter-type-{value_type}",
            "A value type that the ABI does not know",
            module(do("capability", 2) + "\n" + do("parameter", 1, 64, 2, 72, 4, value_type), data={64: b"hz"}),
            error=fails("request", when="load"),
        )
    yield ConformanceCase(
        "parameter-of-wrong-size",
        "An integer of 2 bytes",
        module(do("capability", 2) + "\n" + do("parameter", 1, 64, 2, 72, 2, 1), data={64: b"hz"}),
        error=fails("request", when="load"),
    )
    yield ConformanceCase(
        "parameter-of-no-one",
        "A parameter of a capability that was never asked for",
        module(do("parameter", 3, 64, 2, 72, 4, 1), data={64: b"hz"}),
        error=fails("request", "never asked for", when="load"),
    )
    yield ConformanceCase(
        "parameter-giant-name",
        "A name of more than 1024 bytes is not kept",
        module(do("capability", 5) + "\n" + do("parameter", 1, 0, 1025, 0, 4, 1)),
        error=fails("request", when="load"),
    )
    yield ConformanceCase(
        "parameter-outside-of-memory",
        "A value that is not in the rune's memory",
        module(do("capability", 5) + "\n" + do("parameter", 1, 0, 2, 65534, 4, 1)),
        error=fails("pointer", when="load"),
    )


def _capabilities_that_do_not_fit() -> Iterator[ConformanceCase]:
    yield ConformanceCase(
        "capability-unknown",
        "A capability that the ABI does not know",
        module(do("capability", 7)),
        error=fails("request", when="load"),
    )
    yield ConformanceCase(
        "capability-other-length",
        "Input that is longer than what the rune asks for",
        mirror(RAW, 4, "u8[4]"),
        inputs={1: b"abcde"},
        error=fails("input"),
    )
    yield from _short_inputs()
    yield ConformanceCase(
        "capability-without-input", "Nothing was given", mirror(RAW, 4, "u8[4]"), error=fails("input")
    )
    yield ConformanceCase(
        "capability-of-no-one",
        "A read of a capability that was never asked for",
        module(do("output", 1), do("read", 0, 4, 1)),
        error=fails("request", "never asked for"),
    )
    for name, address, size in (("after-the-end", 65533, 4), ("negative-address", -4, 4), ("negative-length", 0, -1)):
        yield ConformanceCase(
            f"pointer-{name}",
            "The buffer for a capability does not lie in the rune's memory",
            module(do("capability", 5), do("read", address, size, 1)),
            inputs={1: b"abcd"},
            error=fails("pointer", "outside its memory of 65536 bytes"),
        )
    yield ConformanceCase(
        "pointer-of-output",
        "A message that does not lie in the rune's memory",
        module(do("output", 1), do("write", 1, 65536, 1)),
        error=fails("pointer", "outside its memory of 65536 bytes"),
    )


def _short_inputs() -> Iterator[ConformanceCase]:
    """The buffer holds what an earlier input left: it must not be taken for a part of this one."""
    data = b"hi"
    shapes = {
        SOUND: ("i16[8]", tensor("i16", [8], struct.unpack("<8h", data.ljust(16, b"\0")))),
        ACCEL: ("i32[4]", tensor("i32", [4], struct.unpack("<4i", data.ljust(16, b"\0")))),
        IMAGE: ("u8[1, 16]", tensor("u8", [1, 16], list(data.ljust(16, b"\0")))),
        RAW: ("u8[16]", tensor("u8", [16], list(data.ljust(16, b"\0")))),
        FLOAT_IMAGE: ("i32[4]", tensor("i32", [4], struct.unpack("<4i", data.ljust(16, b"\0")))),
    }
    for kind, (shape, payload) in shapes.items():
        head = struct.pack("<I", len(shape)) + shape.encode()
        yield ConformanceCase(
            f"capability-short-{kind.name.lower().replace('_', '-')}",
            f"Input of {kind.name} that is shorter than its buffer is followed by zeros, and not by what was in it",
            module(
                "\n".join([do("capability", int(kind)), do("output", TENSOR)]),
                do("read", 16 + len(head), 16, 1) + "\n" + do("write", 2, 16, len(head) + 16),
                data={16: head, 16 + len(head): b"SECRETSECRETSECR"},
            ),
            inputs={1: data},
            expected=[[message(2, payload)]] * 2,
            logs=[{"level": "WARN", "message": f"The {kind.name} input has 2 of 16 bytes; the rest is zero"}],
        )
    head = struct.pack("<I", 5) + b"u8[4]"
    yield ConformanceCase(
        "capability-empty",
        "Input of no bytes is all zeros",
        module(
            do("capability", 5) + "\n" + do("output", TENSOR),
            do("read", 25, 4, 1) + "\n" + do("write", 2, 16, 13),
            data={16: head + b"SECR"},
        ),
        inputs={1: b""},
        expected=[[message(2, tensor("u8", [4], [0, 0, 0, 0]))]],
    )


# Opens a resource and sends what it reads, `step` bytes at a time. 64: name, 1024: head of the message, 1033: text.
_LOOP = """\
(local.set $at (i32.const 1033))
(local.set $open {open})
(if (i32.lt_s (local.get $open) (i32.const 0)) (then
  (i32.store8 (i32.const 1033) (i32.const 45))
  (local.set $at (i32.const 1034)))
(else
  (loop $more
    (local.set $got (call $read_resource (local.get $open) (local.get $at) (i32.const {step})))
    (local.set $at (i32.add (local.get $at) (local.get $got)))
    (br_if $more (local.get $got)))))
(i32.store8 (i32.const 1031) (i32.add (i32.sub (local.get $at) (i32.const 1033)) (i32.const 48)))
{send}"""


def _reader(name: bytes, step: int, sections: tuple[tuple[str, bytes], ...] = ()) -> str:
    """Sends the text of a resource as u8, `-` where there is none; texts have at most 9 characters. Its output is 1."""
    send = do("write", 1, 1024, "(i32.sub (local.get $at) (i32.const 1024))")
    body = _LOOP.format(open=call("open", 64, len(name)), step=step, send=send)
    return module(
        do("output", TENSOR),
        "(local $at i32) (local $open i32) (local $got i32)\n" + body,
        data={64: name, 1024: struct.pack("<I", 5) + b"u8[0]"},
        sections=sections,
    )


def carried(*resources: tuple[bytes, bytes]) -> bytes:
    """The payload of a `.rune_resource` section."""
    return b"".join(
        struct.pack(">I", len(name)) + name + struct.pack(">I", len(data)) + data for name, data in resources
    )


def _resources() -> Iterator[ConformanceCase]:
    def sent(text: bytes) -> list[list[Message]]:
        return [[message(1, tensor("u8", [len(text)], list(text)))]] * 2

    words = (".rune_resource", carried((b"other", b"x"), (b"WORDS", b"up\ndown")))
    yield ConformanceCase(
        "resource-provided",
        "A resource that the caller gives",
        _reader(b"WORDS", 64),
        resources={"WORDS": b"yes\nno"},
        expected=sent(b"yes\nno"),
    )
    yield ConformanceCase(
        "resource-short-reads",
        "The same in pieces of 4 bytes",
        _reader(b"WORDS", 4),
        resources={"WORDS": b"yes\nno"},
        expected=sent(b"yes\nno"),
    )
    yield ConformanceCase(
        "resource-carried",
        "A resource that the rune carries along",
        _reader(b"WORDS", 3, (words,)),
        expected=sent(b"up\ndown"),
    )
    yield ConformanceCase(
        "resource-merged-sections",
        "Several sections of one name, each with several records",
        _reader(
            b"B",
            8,
            ((".rune_resource", carried((b"A", b"1"))), (".rune_resource", carried((b"C", b"3"), (b"B", b"2")))),
        ),
        expected=sent(b"2"),
    )
    yield ConformanceCase(
        "resource-override",
        "What the caller gives goes before what the rune carries",
        _reader(b"WORDS", 64, (words,)),
        resources={"WORDS": b"mine"},
        expected=sent(b"mine"),
    )
    yield ConformanceCase(
        "resource-empty",
        "A resource of no bytes is there, and at its end",
        _reader(b"WORDS", 64),
        resources={"WORDS": b""},
        expected=sent(b""),
    )
    yield ConformanceCase(
        "resource-unknown",
        "A negative handle, so that the rune takes its own default",
        _reader(b"WORDS", 64),
        expected=sent(b"-"),
    )
    yield ConformanceCase(
        "resource-name-with-dollar",
        "Names are without the $ of the Runefile",
        _reader(b"$WORDS", 64),
        resources={"WORDS": b"a"},
        expected=sent(b"-"),
    )
    yield ConformanceCase(
        "resource-handles",
        "An opened resource takes the next handle: the output that follows is 2",
        module(
            do("open", 64, 1) + "\n" + do("output", 1),
            do("write", 2, 80, 67),
            data={64: b"A", 80: b'{"channel":2,"dimensions":[1],"elements":["up"],"type_name":"utf8"}'},
        ),
        resources={"A": b""},
        expected=[[message(2, tensor("utf8", [1], ["up"]))]],
    )
    yield ConformanceCase(
        "resource-closed-without-result",
        "Old guests declare no result of rune_resource_close; a closed resource cannot be read",
        module(
            "",
            "(call $close_it (call $open (i32.const 64) (i32.const 1)))\n" + do("read_resource", 1, 128, 1),
            data={64: b"A"},
            imports='(import "env" "rune_resource_close" (func $close_it (param i32)))',
        ),
        resources={"A": b"1"},
        error=fails("request", "not open"),
    )
    yield ConformanceCase(
        "resource-never-opened",
        "A read of a resource that was never opened",
        module("", do("read_resource", 3, 0, 1)),
        error=fails("request", "not open"),
    )
    yield ConformanceCase(
        "resource-name-outside-of-memory",
        "A name that is not in the rune's memory",
        module("", do("open", -1, -1)),
        error=fails("pointer"),
    )
    yield ConformanceCase(
        "resource-buffer-outside-of-memory",
        "A buffer that is not in the rune's memory, however little is to be read",
        module("", do("read_resource", call("open", 64, 1), 65000, 4096), data={64: b"A"}),
        resources={"A": b"1"},
        error=fails("pointer"),
    )
    yield ConformanceCase(
        "resource-flood",
        "One resource opened without end",
        module("", f"(loop $again {do('open', 64, 1)} (br $again))", data={64: b"A"}),
        resources={"A": b"1"},
        error=fails("stopped"),
    )
    yield ConformanceCase(
        "resource-damaged",
        "Resources that cannot be read are said when one is asked for",
        _reader(b"WORDS", 64, ((".rune_resource", b"\0\0\0\x05WORDS\0\0\xff\xff"),)),
        error=fails("bad-rune"),
    )
