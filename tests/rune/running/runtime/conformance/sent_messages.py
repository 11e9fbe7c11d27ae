"""Cases of what a rune says: SERIAL of all ages, TENSOR, several outputs, log lines."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence

from tests.support.runes.conformance_case import ConformanceCase, Message, fails, message, tensor
from tests.support.runes.wat import do, module, value

SERIAL, TENSOR = 1, 5


def record(name: str, elements: Sequence[object], channel: int = 1) -> dict[str, object]:
    """A record in the key order of Rune 0.11.3, which sorts."""
    return {"channel": channel, "dimensions": [len(elements)], "elements": elements, "type_name": name}


def sends(*messages: bytes, output: int = SERIAL) -> str:
    """A rune that sends these messages to its one output, whose handle is 1."""
    data, address, calls = {}, 16, []
    for part in messages:
        data[address] = part
        calls.append(do("write", 1, address, len(part)))
        address += len(part) + 4
    return module(do("output", output), "\n".join(calls), data=data)


def serial(name: str, description: str, document: object, *tensors: Mapping[str, object]) -> ConformanceCase:
    text = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return ConformanceCase(name, description, sends(text), expected=[[message(1, *tensors)]])


def bad_serial(name: str, description: str, document: object) -> ConformanceCase:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return ConformanceCase(name, description, sends(text), error=fails("output"))


def shaped(shape: str, raw: bytes) -> bytes:
    return struct.pack("<I", len(shape)) + shape.encode() + raw


def twice(*messages: Message) -> list[list[Message]]:
    return [list(messages)] * 2


def cases() -> Iterator[ConformanceCase]:
    yield from _serial()
    yield from _serial_that_does_not_fit()
    yield from _tensors()
    yield from _several_outputs()
    yield from _watched()
    yield from _logs()


def _serial() -> Iterator[ConformanceCase]:
    up = tensor("utf8", [1], ["up"])
    yield serial(
        "serial-text", "A label, keys in alphabetical order as Rune 0.11.3 writes them", record("utf8", ["up"]), up
    )
    yield serial(
        "serial-declared-key-order",
        "The same in the order of Rune 0.11.0: type_name, channel, elements, dimensions",
        b'{"type_name":"utf8","channel":1,"elements":["up"],"dimensions":[1]}',
        up,
    )
    yield serial(
        "serial-widened-floats",
        "f32 widened to f64 before it was printed, as Rune does",
        b'{"type_name":"f32","channel":1,"elements":[3.820471434542632e-37,1.0,0.6972787380218506],"dimensions":[1,3]}',
        tensor("f32", [1, 3], [3.820471434542632e-37, 1.0, 0.6972787380218506]),
    )
    yield serial(
        "serial-not-finite",
        "What is not finite comes as null and is read as not a number",
        record("f32", [None, 1.5]),
        tensor("f32", [2], [None, 1.5]),
    )
    yield serial(
        "serial-several-tensors",
        "An out stage with several inputs sends a list",
        [record("i8", [-1, 2]), record("f32", [0.5, 1])],
        tensor("i8", [2], [-1, 2]),
        tensor("f32", [2], [0.5, 1]),
    )
    for name, least, most in (
        ("u8", 0, 255),
        ("i8", -128, 127),
        ("u16", 0, 65535),
        ("i16", -32768, 32767),
        ("u32", 0, 4294967295),
        ("i32", -2147483648, 2147483647),
        ("u64", 0, 1 << 53),
        ("i64", -(1 << 53), 1 << 53),
    ):
        yield serial(
            f"serial-{name}",
            f"The ends of {name}" + (", as far as a number of JavaScript is exact" if name.endswith("64") else ""),
            record(name, [least, most]),
            tensor(name, [2], [least, most]),
        )
    yield serial("serial-f64", "64 bit floats", record("f64", [0.1, -2.5e300]), tensor("f64", [2], [0.1, -2.5e300]))
    yield serial("serial-old-text", "Rune 0.2.1 called texts &str", record("&str", ["a"]), tensor("utf8", [1], ["a"]))
    yield serial(
        "serial-old-string",
        "The oldest message: a string instead of elements",
        {"type_name": "&str", "string": "a", "channel": 1},
        tensor("utf8", [1], ["a"]),
    )
    yield serial(
        "serial-other-channel",
        "The channel that a message names is not looked at: the stock JavaScript runtime counts from 0",
        record("u8", [7], channel=0),
        tensor("u8", [1], [7]),
    )
    yield serial(
        "serial-scalar", "No dimensions, one element", {**record("u8", [7]), "dimensions": []}, tensor("u8", [], [7])
    )
    yield serial(
        "serial-nothing", "No elements at all", {**record("f32", []), "dimensions": [0, 4]}, tensor("f32", [0, 4], [])
    )
    yield serial(
        "serial-unicode", "Texts of any script", record("utf8", ["né 猫 🎉"]), tensor("utf8", [1], ["né 猫 🎉"])
    )


def _serial_that_does_not_fit() -> Iterator[ConformanceCase]:
    yield bad_serial("serial-fraction-in-integers", "A fraction among integers", record("u8", [1.5]))
    yield bad_serial("serial-truth-in-integers", "true among integers", record("u8", [True]))
    yield bad_serial("serial-number-in-texts", "A number among texts", record("utf8", [1]))
    yield bad_serial("serial-wrong-count", "Dimensions that do not fit", {**record("u8", [1, 2]), "dimensions": [3]})
    yield bad_serial("serial-negative-dimension", "A dimension below 0", {**record("u8", [1]), "dimensions": [-1]})
    yield bad_serial("serial-unknown-type", "An element type that there is not", record("f31", [1]))
    yield bad_serial("serial-no-elements", "A record without elements", {"type_name": "u8", "dimensions": [1]})
    yield bad_serial("serial-not-json", "Text that is not JSON", b"{")
    yield bad_serial("serial-not-utf8", "Bytes that are no text", b'{"type_name":"\xff"}')
    yield bad_serial(
        "serial-byte-order-mark",
        "A byte order mark in front of the text",
        b"\xef\xbb\xbf" + json.dumps(record("u8", [1])).encode(),
    )
    yield bad_serial("serial-nothing-sent", "A message of no bytes", b"")


def _tensors() -> Iterator[ConformanceCase]:
    def good(name: str, description: str, data: bytes, *tensors: Mapping[str, object]) -> ConformanceCase:
        return ConformanceCase(name, description, sends(data, output=TENSOR), expected=[[message(1, *tensors)]])

    def bad(name: str, description: str, data: bytes) -> ConformanceCase:
        return ConformanceCase(name, description, sends(data, output=TENSOR), error=fails("output"))

    floats = struct.unpack("<3f", struct.pack("<3f", 0.5, -1.0, 3.0e38))
    yield good(
        "tensor-f32", "f32, exactly", shaped("f32[1, 3]", struct.pack("<3f", *floats)), tensor("f32", [1, 3], floats)
    )
    yield good(
        "tensor-one-after-another",
        "Tensors follow each other without a count and without padding",
        shaped("u8[3]", b"\1\2\3")
        + shaped("i16[1, 2]", struct.pack("<2h", -5, 6))
        + shaped("f64[1]", struct.pack("<d", 0.1)),
        tensor("u8", [3], [1, 2, 3]),
        tensor("i16", [1, 2], [-5, 6]),
        tensor("f64", [1], [0.1]),
    )
    yield good(
        "tensor-integers-of-64-bits",
        "i64 within what is exact",
        shaped("i64[1]", struct.pack("<q", -(1 << 50))),
        tensor("i64", [1], [-(1 << 50)]),
    )
    yield good(
        "tensor-texts",
        "Each text has its length in front",
        shaped("utf8[2]", b"\2\0\0\0up\0\0\0\0"),
        tensor("utf8", [2], ["up", ""]),
    )
    yield good(
        "tensor-text-with-byte-order-mark",
        "A text that begins with U+FEFF keeps it",
        shaped("utf8[1]", b"\5\0\0\0\xef\xbb\xbfup"),
        tensor("utf8", [1], ["\ufeffup"]),
    )
    yield good(
        "tensor-not-a-number",
        "Not a number",
        shaped("f32[1]", struct.pack("<f", float("nan"))),
        tensor("f32", [1], [None]),
    )
    yield good(
        "tensor-zeros-in-front",
        "Dimensions with zeros in front",
        shaped("i16[0001, 2]", struct.pack("<2h", 1, 2)),
        tensor("i16", [1, 2], [1, 2]),
    )
    yield good(
        "tensor-scalar", "A name without dimensions", shaped("u32", struct.pack("<I", 9)), tensor("u32", [], [9])
    )
    yield good("tensor-nothing", "A message of no bytes holds no tensors", b"")
    yield bad("tensor-cut-short", "Fewer bytes than the shape says", shaped("u8[5]", b"\1\2\3\4"))
    yield bad("tensor-unknown-shape", "A shape that cannot be read", shaped("x8[4]", b"\1\2\3\4"))
    yield bad("tensor-giant", "A shape of more bytes than any memory has", shaped("f32[99999999999, 99999999999]", b""))


def _several_outputs() -> Iterator[ConformanceCase]:
    first, second = (json.dumps(record("u8", [number])).encode() for number in (1, 2))
    yield ConformanceCase(
        "output-two-stages",
        "Two outputs, told apart by their handles",
        module(
            do("output", SERIAL) + "\n" + do("output", SERIAL),
            do("write", 2, 16, len(first)) + "\n" + do("write", 1, 16, len(first)),
            data={16: first},
        ),
        expected=[[message(2, tensor("u8", [1], [1])), message(1, tensor("u8", [1], [1]))]],
        native={
            "2": [{"element-type": "u8", "dimensions": [1], "elements": [1]}],
            "1": [{"element-type": "u8", "dimensions": [1], "elements": [1]}],
        },
    )
    yield ConformanceCase(
        "output-written-twice",
        "Both messages are there; in the result that the command prints, the later counts",
        sends(first, second),
        expected=twice(message(1, tensor("u8", [1], [1])), message(1, tensor("u8", [1], [2]))),
        native={"1": [{"element-type": "u8", "dimensions": [1], "elements": [2]}]},
    )
    yield ConformanceCase(
        "output-native-spelling",
        "The printed result spells the key of numbers with a hyphen and that of texts with an underscore",
        sends(json.dumps([record("utf8", ["up"]), record("f32", [0.6972787380218506, None])]).encode()),
        expected=[[message(1, tensor("utf8", [1], ["up"]), tensor("f32", [2], [0.6972787380218506, None]))]],
        native={
            "1": [
                {"element_type": "utf8", "dimensions": [1], "elements": ["up"]},
                {"element-type": "f32", "dimensions": [2], "elements": [0.69727874, None]},
            ]
        },
    )
    yield ConformanceCase(
        "output-empty-run",
        "A rune that says nothing",
        module(do("output", SERIAL)),
        expected=[[], []],
        native={},
    )
    yield ConformanceCase(
        "output-unknown-kind",
        "An output that the ABI does not know",
        module(do("output", 9)),
        error=fails("request", when="load"),
    )
    yield ConformanceCase(
        "output-of-no-one",
        "A write to an output that was never asked for",
        module(do("output", SERIAL), do("write", 7, 0, 4)),
        error=fails("request", "never asked for"),
    )
    counter = struct.pack("<I", 6) + b"u32[1]"
    yield ConformanceCase(
        "state-between-runs",
        "What a rune remembers lasts from run to run",
        module(
            do("output", TENSOR),
            f"(i32.store (i32.const 26) (i32.add (i32.load (i32.const 26)) {value(1)}))\n" + do("write", 1, 16, 14),
            data={16: counter},
        ),
        expected=[[message(1, tensor("u32", [1], [run]))] for run in (1, 2, 3)],
    )


def _watched() -> Iterator[ConformanceCase]:
    """A rune with one SERIAL output, and TENSOR outputs behind it that its graph may say are watched wires."""
    own = message(1, tensor("u8", [1], [1]))
    parts = {16: json.dumps(record("u8", [1])).encode(), 128: shaped("u8[2]", b"\1\2"), 192: shaped("i16", b"\3\0")}
    kinds = (SERIAL, TENSOR, TENSOR)
    messages = [message(2, tensor("u8", [2], [1, 2])), message(3, tensor("i16", [], [3]))]
    first, second = {"stage": "in", "index": 0}, {"stage": "fft", "index": 1}

    def showing(*entries: object, outputs: Sequence[str] = ("out",)) -> str:
        graph = json.dumps({"requests": {"outputs": list(outputs), "watched": list(entries)}}).encode()
        return module(
            "\n".join(do("output", kind) for kind in kinds),
            "\n".join(do("write", handle, at, len(data)) for handle, (at, data) in enumerate(parts.items(), 1)),
            data=parts,
            sections=((".rune_graph", graph),),
        )

    yield ConformanceCase(
        "watched-wires",
        "The last outputs send watched wires, as the graph says: they are no results",
        showing(first, second),
        expected=twice(own),
        watched=[first | {"tensors": messages[0]["tensors"]}, second | {"tensors": messages[1]["tensors"]}],
        native={"1": [{"element-type": "u8", "dimensions": [1], "elements": [1]}]},
    )
    contradictions = {
        "watched-of-nothing": ("The graph lists more wires than there are outputs", showing(first, second, first)),
        "watched-of-another-kind": ("A wire would come through a SERIAL output", showing(*[first] * 3, outputs=())),
        "watched-twice": ("One wire is listed twice", showing(first, first)),
        "watched-without-a-name": ("A wire is no wire", showing({"stage": "in"}, {"stage": "", "index": -1})),
        "watched-unlisted": ("The graph lists fewer outputs than there are", showing(first)),
    }
    for name, (description, wat) in contradictions.items():
        yield ConformanceCase(name, f"{description}: all are results", wat, expected=[[own, *messages]], watched=[])


def _logs() -> Iterator[ConformanceCase]:
    def log(level: str, text: str) -> bytes:
        place = {"target": "rune", "module_path": None, "file": None, "line": None}
        return json.dumps({"level": level, "message": text, **place}).encode()

    def logging(*lines: bytes, then: str = "") -> str:
        data, address, calls = {}, 16, []
        for line in lines:
            data[address] = line
            calls.append(do("debug", address, len(line)))
            address += len(line)
        return module("", "\n".join([*calls, then]), data=data)

    yield ConformanceCase(
        "log-lines",
        "Records with a level, and plain text, which is INFO",
        logging(
            log("INFO", "Running the pipeline"),
            log("WARN", "hot"),
            b"just words",
            b'{"level": 3}',
            b"\xef\xbb\xbf{}",
            b"",
        ),
        expected=[[]],
        logs=[
            {"level": "INFO", "message": "Running the pipeline"},
            {"level": "WARN", "message": "hot"},
            {"level": "INFO", "message": "just words"},
            {"level": "INFO", "message": '{"level": 3}'},
            {"level": "INFO", "message": "\ufeff{}"},
            {"level": "INFO", "message": ""},
        ],
    )
    yield ConformanceCase(
        "log-error-goes-on", "A logged error alone ends nothing", logging(log("ERROR", "odd")), expected=[[], []]
    )
    yield ConformanceCase(
        "trap-with-last-words",
        "A panic: an ERROR record, plain text, then unreachable. The record says why",
        logging(
            log("ERROR", "there are 3 labels but label 7 was requested"), b"panicked at label.rs", then="unreachable"
        ),
        error=fails("trap", "label 7 was requested"),
    )
    yield ConformanceCase(
        "log-outside-of-memory",
        "Log text that is not in the rune's memory",
        module("", do("debug", 65530, 7)),
        error=fails("pointer", "outside its memory of 65536 bytes"),
    )
