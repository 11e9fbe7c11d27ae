"""Runs the C of blocks: every vector of every golden.json as one function of one wasm module, compiled once."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import wasmtime

from rune.blocks.signature import ArgumentValue, Block, BlockCode
from rune.tensor import ElementType, TensorType

KERNELS = Path(__file__).parents[3] / "rune" / "kernels" / "common"
PAGE = 65536
_FORMATS = dict(zip(("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"), "BbHhIiQqfd", strict=True))
_C_TYPES = {"f32": "float", "f64": "double", "utf8": "struct rune_text"}
_HARNESS = """
static struct rune_message failure;
__attribute__((export_name("failure"))) char *failure_bytes(void) { return failure.bytes; }
__attribute__((export_name("failure_size"))) uint32_t failure_size(void) { return failure.size; }
static uint8_t arena[1 << 20] __attribute__((aligned(16)));
__attribute__((export_name("arena"))) uint8_t *arena_start(void) { return arena; }
void rune_message_text(struct rune_message *message, const char *text) {
    while (*text && message->size < sizeof message->bytes) message->bytes[message->size++] = *text++;
}
static void digits(struct rune_message *message, uint64_t number) {
    if (number >= 10) digits(message, number / 10);
    message->bytes[message->size++] = (char)('0' + number % 10);
}
void rune_message_number(struct rune_message *message, int64_t number) {
    if (number < 0) rune_message_text(message, "-");
    digits(message, number < 0 ? -(uint64_t)number : (uint64_t)number);
}
_Noreturn void rune_fail(const struct rune_message *message) { failure = *message; __builtin_trap(); }
"""

Elements = Sequence[int | float | str]


@dataclass(frozen=True)
class Vector:
    """One case of a golden.json: what comes out, or the message with which the block gives up."""

    block: Block
    name: str
    arguments: Mapping[str, ArgumentValue]
    inputs: tuple[tuple[TensorType, Elements], ...]
    outputs: tuple[tuple[TensorType, Elements], ...]
    fails: str | None
    before: tuple[tuple[tuple[TensorType, Elements], ...], ...] = ()
    """The inputs of the runs of the same instance before, oldest first, for a block that keeps something."""

    @cached_property
    def types(self) -> tuple[TensorType, ...]:
        return tuple(type_ for type_, _ in self.inputs)

    @cached_property
    def code(self) -> BlockCode:
        return self.block.code(self.types, self.arguments)


def vectors_of(block: Block) -> list[Vector]:
    """The vectors that stand beside a block's C."""
    listed = json.loads((block.header.parent / "golden.json").read_text(encoding="utf-8"))["vectors"]
    defaults = {argument.name: argument.default for argument in block.arguments if argument.default is not None}
    return [
        Vector(
            block,
            vector["name"],
            {**defaults, **vector["arguments"]},
            tuple(_tensor(tensor) for tensor in vector["inputs"]),
            tuple(_tensor(tensor) for tensor in vector.get("outputs", [])),
            vector.get("fails"),
            tuple(tuple(_tensor(tensor) for tensor in run) for run in vector.get("before", [])),
        )
        for vector in listed
    ]


def _tensor(described: Mapping[str, object]) -> tuple[TensorType, Elements]:
    element, _, dimensions = str(described["type"]).partition("[")
    sizes = tuple(int(size) for size in dimensions.rstrip("]").split(",") if size)
    elements = described["elements"]
    assert isinstance(elements, list)
    return TensorType(ElementType(element), sizes), elements


class BlockModule:
    """The compiled vectors; `run` gives a vector's outputs as lists, or raises `BlockFailed`."""

    def __init__(self, vectors: Sequence[Vector], folder: Path) -> None:
        self._numbers = {id(vector): number for number, vector in enumerate(vectors)}
        source = folder / "vectors.c"
        source.write_text(_source(vectors), encoding="utf-8")
        folders = {f"-I{vector.block.header.parent}" for vector in vectors}
        subprocess.run(
            [
                *(sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-freestanding", "-O1", "-nostdlib"),
                *(
                    "-ffp-contract=off",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-Wl,--no-entry",
                    f"-I{KERNELS}",
                    *sorted(folders),
                ),
                *(str(source), "-o", str(folder / "vectors.wasm")),
            ],
            check=True,
            timeout=120,
        )
        self._engine = wasmtime.Engine()
        self._module = wasmtime.Module.from_file(self._engine, str(folder / "vectors.wasm"))

    def run(self, vector: Vector, times: int = 1) -> list[list[int | float | str]]:
        """The outputs of the last of so many runs of one instance; its state is zero before the first."""
        store = wasmtime.Store(self._engine)
        exports = wasmtime.Instance(store, self._module, []).exports(store)
        memory = exports["memory"]
        assert isinstance(memory, wasmtime.Memory)

        def call(name: str, *arguments: int) -> int:
            function = exports[name]
            assert isinstance(function, wasmtime.Func)
            return int(function(store, *arguments) or 0)

        address = call("arena")
        places = []
        made = vector.block.outputs(vector.types, vector.arguments)
        for type_ in (*vector.types, *(output.type for output in made)):
            places.append(address)
            address += -(-type_.size // 16) * 16
        try:
            for frame in (*vector.before, *[vector.inputs] * times):
                for (type_, elements), place in zip(frame, places, strict=False):
                    memory.write(store, packed(type_.element, elements), place)
                call(f"run_{self._numbers[id(vector)]}", *places)
        except wasmtime.Trap:
            start = call("failure")
            raise BlockFailed(memory.read(store, start, start + call("failure_size")).decode()) from None
        found: list[list[int | float | str]] = []
        for output, place in zip(made, places[len(vector.inputs) :], strict=True):
            data = bytes(memory.read(store, place, place + output.type.size))
            if output.type.element is not ElementType.UTF8:
                found.append(list(struct.unpack(f"<{output.type.count}{_FORMATS[output.type.element.value]}", data)))
                continue
            texts = [bytes(memory.read(store, start, start + size)) for start, size in struct.iter_unpack("<II", data)]
            found.append([text.decode() for text in texts])
        return found


class BlockFailed(Exception):
    """The block called `rune_fail` with this message."""


def unpacked(element: ElementType, elements: Elements) -> list[int | float | str]:
    """Elements as memory gives them back, so that decimal text and f32 compare."""
    if element is ElementType.UTF8:
        return list(elements)
    data = packed(element, elements)
    return list(struct.unpack(f"<{len(elements)}{_FORMATS[element.value]}", data))


def packed(element: ElementType, elements: Elements) -> bytes:
    numbers = [float(number) if element.is_float else int(number) for number in elements]
    return struct.pack(f"<{len(numbers)}{_FORMATS[element.value]}", *numbers)


def _source(vectors: Sequence[Vector]) -> str:
    headers = sorted({vector.block.header.name for vector in vectors})
    includes = "".join(f'#include "{header}"\n' for header in headers)
    return includes + _HARNESS + "".join(_function(number, vector) for number, vector in enumerate(vectors))


def _function(number: int, vector: Vector) -> str:
    """A call as `BlockCode` describes it."""
    outputs = [output.type for output in vector.block.outputs(vector.types, vector.arguments)]
    code, tables, passed, parameters = vector.code, "", [], []
    for place, type_ in enumerate((*vector.types, *outputs)):
        const = "const " if place < len(vector.types) else ""
        parameters.append(f"{const}{_c_type(type_.element)} *t{place}")
        passed.append(f"t{place}")
    for size, name in ((code.state_size, "state"), (code.scratch_size, "scratch")):
        if size:
            tables += f"static uint8_t {name}_{number}[{size}] __attribute__((aligned(16)));\n"
            passed.append(f"{name}_{number}")
    for place, data in enumerate(code.constants):
        values = ",".join(map(str, data)) or "0"
        tables += f"static const uint8_t c{number}_{place}[] __attribute__((aligned(16))) = {{{values}}};\n"
        passed.append(f"c{number}_{place}")
    passed += [str(value) if isinstance(value, int) else value.hex() for value in code.numbers]
    head = f'__attribute__((export_name("run_{number}"))) void run_{number}({", ".join(parameters)})'
    return f"{tables}{head} {{ {code.function}({', '.join(passed)}); }}\n"


def _c_type(element: ElementType) -> str:
    return _C_TYPES.get(element.value) or f"{'u' if element.value[0] == 'u' else ''}int{element.value[1:]}_t"
