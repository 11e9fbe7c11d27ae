"""Writes `behaviour.json`: small runes and what every runtime must make of them. The page's runtime reads it as well.

Run it after a change: `python -m tests.rune.runtime.write_behaviour`.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rune.abi import Capability
from rune.runtime.images import resize
from tests.rune.runtime.wat_runes import echo, mirror, rune, text

BEHAVIOUR = Path(__file__).with_name("behaviour.json")
RAW = Capability.RAW
GROW = "(if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))"
SIZES = ((57, 41, 28, 28), (20, 9, 33, 31), (64, 64, 64, 10))


def record(name: str, elements: Sequence[object]) -> dict[str, object]:
    return {"channel": 2, "dimensions": [len(elements)], "elements": elements, "type_name": name}


def case(name: str, module: bytes, inputs: bytes = b"abcd", **expected: object) -> Mapping[str, object]:
    """One rune with the bytes of its capability 1. Expected is `outputs`, one list for each of two runs, or `error`."""
    encoded = {"module": base64.b64encode(module).decode(), "input": base64.b64encode(inputs).decode()}
    return {"name": name, **encoded, **expected}


def serial(name: str, document: object, **expected: object) -> Mapping[str, object]:
    return case(name, echo(RAW, 4, json.dumps(document).encode()), b"abcd", **expected)


def tensor(kind: str, dimensions: Sequence[int], elements: Sequence[object]) -> dict[str, object]:
    return {"type": kind, "dimensions": list(dimensions), "elements": list(elements)}


def twice(*tensors: dict[str, object]) -> list[list[dict[str, object]]]:
    return [list(tensors)] * 2


def counting() -> bytes:
    """Sends how often it was run: what a rune remembers lasts."""
    header = (6).to_bytes(4, "little") + b"u32[1]"
    start = 100 - len(header)
    return rune(
        "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
        f"""(i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 1)))
            (drop (call $write (i32.const 2) (i32.const {start}) (i32.const {len(header) + 4})))""",
        data=f"(data (i32.const {start}) {text(header)})",
    )


def called(name: str, *values: int) -> str:
    """Calls an import and drops what it gives."""
    return f"(drop (call ${name} {' '.join(f'(i32.const {value})' for value in values)}))"


def forever(body: str) -> str:
    return f"(loop $again {body} (br $again))"


def on_call(body: str, data: str = "") -> bytes:
    return rune("(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 1)))", body, data=data)


def cases() -> list[Mapping[str, object]]:
    floats = struct.pack("<3f", 0.5, -1.0, 3.0e38)
    last_words = json.dumps({"level": "ERROR", "message": "no such label"}).encode()
    return [
        serial("a text", record("utf8", ["up"]), outputs=twice(tensor("utf8", [1], ["up"]))),
        serial(
            "several tensors in one message",
            [record("i8", [-1, 2]), record("f32", [0.5, 1])],
            outputs=twice(tensor("i8", [2], [-1, 2]), tensor("f32", [2], [0.5, 1])),
        ),
        serial("the oldest text", record("&str", ["a"]), outputs=twice(tensor("utf8", [1], ["a"]))),
        serial("what is not finite", record("f32", [None, 1.5]), outputs=twice(tensor("f32", [2], [None, 1.5]))),
        serial("a fraction among integers", record("u8", [1.5]), error="output"),
        serial("truth among integers", record("u8", [True]), error="output"),
        serial("dimensions that do not fit", {**record("u8", [1, 2]), "dimensions": [3]}, error="output"),
        serial("an unknown element type", record("f31", [1]), error="output"),
        serial("a record without elements", {"type_name": "u8", "dimensions": [1]}, error="output"),
        case("text that is not JSON", echo(RAW, 4, b"{"), error="output"),
        case(
            "floats as they came",
            mirror(RAW, 12, "f32[1, 3]"),
            floats,
            outputs=twice(tensor("f32", [1, 3], list(struct.unpack("<3f", floats)))),
        ),
        case(
            "dimensions with zeros in front",
            mirror(RAW, 4, "i16[0001, 2]"),
            struct.pack("<2h", -5, 6),
            outputs=twice(tensor("i16", [1, 2], [-5, 6])),
        ),
        case("a tensor cut short", mirror(RAW, 4, "u8[5]"), error="output"),
        case("an unknown shape", mirror(RAW, 4, "x8[4]"), error="output"),
        case("a memory of its runs", counting(), outputs=[[tensor("u32", [1], [1])], [tensor("u32", [1], [2])]]),
        case("input of another length", echo(RAW, 5, b"{}"), error="input"),
        case(
            "a trap with last words",
            on_call(
                f"(drop (call $debug (i32.const 0) (i32.const {len(last_words)}))) unreachable",
                f"(data (i32.const 0) {text(last_words)})",
            ),
            error="trap",
            message="no such label",
        ),
        case("a trap without words", on_call("unreachable"), error="trap"),
        case(
            "endless recursion",
            rune("(drop (call $capability (i32.const 5)))", "(call $deeper)", extra="(func $deeper (call $deeper))"),
            error="trap",
        ),
        case("an address outside", on_call(called("write", 2, 65536, 1)), error="pointer"),
        case("a negative length", on_call(called("read", 0, -1, 1)), error="pointer"),
        case("a foreign handle", on_call(called("read", 0, 4, 7)), error="request"),
        case("an unknown capability", rune(called("capability", 7)), error="request"),
        case("an unknown output", rune(called("output", 9)), error="request"),
        case("a model for the host", rune(called("model", *[0] * 8)), error="host-model"),
        case("more memory than there is", rune(pages=65536), error="memory"),
        case("memory until it ends", on_call(forever(GROW)), error="memory"),
        case("a flood of output", on_call(forever(called("write", 2, 0, 60000))), error="stopped"),
        case("a flood of empty messages", on_call(forever(called("write", 2, 0, 0))), error="stopped"),
        case(
            "a parameter with a giant name",
            rune(called("capability", 5) + called("parameter", 1, 0, 1025, 0, 4, 1)),
            error="request",
        ),
        case("a flood of handles", rune(forever(called("output", 1))), error="stopped"),
        case("bytes that are no module", b"not a rune", error="bad-rune"),
        case("a module cut short", rune()[:60], error="bad-rune"),
    ]


def pattern(width: int, height: int) -> NDArray[np.uint8]:
    """u8 [height, width, 3]: (37 x + 101 y + 59 channel + x y) modulo 256."""
    y, x, channel = np.indices((height, width, 3))
    pixels: NDArray[np.uint8] = ((37 * x + 101 * y + 59 * channel + x * y) % 256).astype(np.uint8)
    return pixels


def pictures() -> list[Mapping[str, object]]:
    """The pattern from one size to another, as bytes."""
    return [
        {"from": [width, height], "to": [to_width, to_height], "pixels": base64.b64encode(resized).decode()}
        for width, height, to_width, to_height in SIZES
        for resized in [resize(pattern(width, height), to_width, to_height).tobytes()]
    ]


def document() -> dict[str, Any]:
    return {"cases": cases(), "pictures": pictures()}


if __name__ == "__main__":
    BEHAVIOUR.write_text(json.dumps(document(), indent=1) + "\n", encoding="utf-8")
