"""Runs the C of blocks: every vector of every golden.json as one function of one wasm module, compiled once."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import wasmtime

from rune.blocks.signature import ArgumentValue, Block, BlockCode, BlockOutput, Count, RunTimeSizes
from rune.c_library import HEADERS
from rune.tensor import ElementType, TensorType

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
class InputTensor:
    """An input; `sizes` are those that the run decides."""

    type: TensorType
    elements: Elements
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Vector:
    """One case of a golden.json: what comes out, or the message with which the block gives up."""

    block: Block
    name: str
    arguments: Mapping[str, ArgumentValue]
    inputs: tuple[tuple[TensorType, Elements], ...]
    outputs: tuple[tuple[TensorType, Elements], ...]
    fails: str | None
    before: tuple[tuple[InputTensor, ...], ...] = ()
    """The inputs of the runs of the same instance before, oldest first, for a block that keeps something."""
    sizes: tuple[tuple[int, ...], ...] = ()
    """Among each input, those that the run decides; none where all are fixed."""

    @cached_property
    def input_tensors(self) -> tuple[InputTensor, ...]:
        sizes = self.sizes or ((),) * len(self.inputs)
        return tuple(InputTensor(*tensor, run_time) for tensor, run_time in zip(self.inputs, sizes, strict=True))

    @cached_property
    def declared_outputs(self) -> tuple[BlockOutput, ...]:
        return self.block.outputs_for(self.types, self.arguments)

    @cached_property
    def types(self) -> tuple[TensorType, ...]:
        return tuple(type_ for type_, _ in self.inputs)

    @cached_property
    def code(self) -> BlockCode:
        return self.block.code(self.types, self.arguments)


def vectors_of(block: Block) -> list[Vector]:
    """The vectors that stand beside a block's C."""
    entries = json.loads((block.folder / "golden.json").read_text(encoding="utf-8"))["vectors"]
    defaults = {argument.name: argument.default for argument in block.arguments if argument.default is not None}
    return [
        Vector(
            block,
            vector["name"],
            {**defaults, **vector["arguments"]},
            tuple((each.type, each.elements) for each in map(_tensor, vector["inputs"])),
            tuple((each.type, each.elements) for each in map(_tensor, vector.get("outputs", []))),
            vector.get("fails"),
            tuple(tuple(_tensor(tensor) for tensor in run) for run in vector.get("before", [])),
            tuple(_tensor(tensor).sizes for tensor in vector["inputs"]),
        )
        for vector in entries
    ]


def _tensor(entry: Mapping[str, Any]) -> InputTensor:
    """`u8[<=9]` with its `sizes`, or `f32[2, 3]`; `text_size` is what is known of texts."""
    element, _, dimensions = str(entry["type"]).partition("[")
    sizes = [size.strip() for size in dimensions.rstrip("]").split(",") if size]
    run_time = tuple(axis for axis, size in enumerate(sizes) if size.startswith("<="))
    capacity = tuple(int(size.removeprefix("<=")) for size in sizes)
    type_ = TensorType(ElementType(element), capacity, run_time, entry.get("text_size", 0))
    return InputTensor(type_, entry["elements"], tuple(entry.get("sizes", ())))


@dataclass(frozen=True)
class ModuleOutput:
    """An output of one run, with the sizes that it had in it."""

    type: TensorType
    elements: list[int | float | str]


class BlockModule:
    """The compiled vectors; `run` gives a vector's outputs as lists, or raises `BlockFailed`."""

    def __init__(self, vectors: Sequence[Vector], folder: Path) -> None:
        self.vectors = vectors
        self._numbers = {id(vector): number for number, vector in enumerate(vectors)}
        source = folder / "vectors.c"
        source.write_text(_source(vectors), encoding="utf-8")
        folders = {f"-I{vector.block.folder}" for vector in vectors}
        subprocess.run(
            [
                *(sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-freestanding", "-O1", "-nostdlib"),
                *(
                    "-ffp-contract=off",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-Wl,--no-entry",
                    f"-I{HEADERS}",
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
        """The elements of the outputs of the last of so many runs of one instance."""
        return [output.elements for output in self.outputs(vector, times)]

    def outputs(
        self, vector: Vector, times: int = 1, *, inputs: Sequence[InputTensor] | None = None
    ) -> list[ModuleOutput]:
        """The outputs of the last of so many runs of one instance; its state is zero before the first. It reads
        `inputs` in place of the vector's own."""
        store = wasmtime.Store(self._engine)
        exports = wasmtime.Instance(store, self._module, []).exports(store)
        memory = exports["memory"]
        assert isinstance(memory, wasmtime.Memory)

        def call(name: str, *arguments: int) -> int:
            function = exports[name]
            assert isinstance(function, wasmtime.Func)
            return int(function(store, *arguments) or 0)

        address = call("arena")

        def place(size: int) -> int:
            nonlocal address
            address += -(-size // 16) * 16
            return address - -(-size // 16) * 16

        places: list[int] = []
        read: list[tuple[int, int | None]] = []
        results: list[tuple[int, int | None]] = []
        with_pointers = vector.block.run_time_sizes is RunTimeSizes.POINTER
        for tensor in vector.input_tensors:
            places.append(place(max(tensor.type.size, 1)))
            start, sizes = places[-1], None
            if tensor.sizes and with_pointers:
                sizes = place(4 * len(tensor.sizes))
                places.append(sizes)
            read.append((start, sizes))
        for output in vector.declared_outputs:
            places.append(place(max(output.type.size, 1)))
            start, sizes = places[-1], None
            if not output.type.is_fixed and output.sizes_of is None:
                sizes = place(4 * len(output.type.run_time))
                places.append(sizes)
            if output.text_memory:
                places.append(place(output.text_memory))
            results.append((start, sizes))
        table = place(4 * len(places))
        memory.write(store, struct.pack(f"<{len(places)}I", *places), table)
        try:
            for frame in (*vector.before, *[inputs or vector.input_tensors] * times):
                for tensor, (start, at) in zip(frame, read, strict=True):
                    memory.write(store, _laid_out(memory, store, tensor, place), start)
                    if at is not None:
                        memory.write(store, struct.pack(f"<{len(tensor.sizes)}i", *tensor.sizes), at)
                call("run", self._numbers[id(vector)], table)
        except wasmtime.Trap:
            start = call("failure")
            raise BlockFailed(memory.read(store, start, start + call("failure_size")).decode()) from None
        outputs: list[ModuleOutput] = []
        for output, (start, at) in zip(vector.declared_outputs, results, strict=True):
            axes = len(output.type.run_time)
            run_time = () if output.sizes_of is None else vector.input_tensors[output.sizes_of].sizes
            if at is not None:
                run_time = struct.unpack(f"<{axes}i", memory.read(store, at, at + 4 * axes))
            type_ = in_this_run(output.type, run_time)
            data = bytes(memory.read(store, start, start + type_.size))
            if type_.element is not ElementType.UTF8:
                outputs.append(
                    ModuleOutput(type_, list(struct.unpack(f"<{type_.count}{_FORMATS[type_.element.value]}", data)))
                )
                continue
            texts = [bytes(memory.read(store, first, first + size)) for first, size in struct.iter_unpack("<II", data)]
            outputs.append(ModuleOutput(type_, [text.decode() for text in texts]))
        return outputs


def in_this_run(type_: TensorType, sizes: Sequence[int]) -> TensorType:
    """The type with the sizes that a run decided, none of which may be beyond its capacity."""
    size_of_axis = dict(zip(type_.run_time, sizes, strict=True))
    assert all(0 <= size <= type_.dimensions[axis] for axis, size in size_of_axis.items())
    return TensorType(type_.element, tuple(size_of_axis.get(axis, size) for axis, size in enumerate(type_.dimensions)))


def _laid_out(
    memory: wasmtime.Memory, store: wasmtime.Store, tensor: InputTensor, place: Callable[[int], int]
) -> bytes:
    """The bytes of an input; those of texts are put somewhere, and it points at them."""
    if tensor.type.element is not ElementType.UTF8:
        return packed(tensor.type.element, tensor.elements)
    slices = b""
    for text in tensor.elements:
        data = str(text).encode()
        start = place(max(len(data), 1))
        memory.write(store, data, start)
        slices += struct.pack("<II", start, len(data))
    return slices


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
    headers = sorted({vector.block.c_file.name for vector in vectors if vector.block.header is not None})
    includes = "".join(f'#include "{header}"\n' for header in headers)
    texts = {each.name: each.text for vector in vectors if (each := vector.code.header) is not None}
    includes += "".join(text for _, text in sorted(texts.items()))
    constants = dict.fromkeys(data for vector in vectors for data in vector.code.constants)
    names = {data: f"c{number}" for number, data in enumerate(constants)}
    tables = "".join(_constant(name, data) for data, name in names.items())
    functions = "".join(_function(number, vector, names) for number, vector in enumerate(vectors))
    return includes + _HARNESS + tables + functions + _run(len(vectors))


def _constant(name: str, data: bytes) -> str:
    return f"static const uint8_t {name}[] __attribute__((aligned(16))) = {{{','.join(map(str, data)) or '0'}}};\n"


def _function(number: int, vector: Vector, constants: Mapping[bytes, str]) -> str:
    """A call as `BlockCode` describes it."""
    code, tables = vector.code, ""
    parameters = [f"({pointer} *)places[{place}]" for place, pointer in enumerate(_pointers(vector))]
    for size, name in ((code.state_size, "state"), (code.scratch_size, "scratch")):
        if size:
            tables += f"static uint8_t {name}_{number}[{size}] __attribute__((aligned(16)));\n"
            parameters.append(f"{name}_{number}")
    parameters += [constants[data] for data in code.constants]
    parameters += [_number(value, vector) for value in code.numbers]
    return f"{tables}static void run_{number}(void **places) {{ {code.function}({', '.join(parameters)}); }}\n"


def _run(count: int) -> str:
    """The one export that calls them all: wasmtime's Python wraps each export of each instance."""
    functions = ", ".join(f"run_{number}" for number in range(count))
    return (
        f"static void (*const RUNS[])(void **) = {{{functions}}};\n"
        '__attribute__((export_name("run"))) void run(uint32_t number, void **places) { RUNS[number](places); }\n'
    )


def _number(value: int | float | Count, vector: Vector) -> str:
    if isinstance(value, Count):
        tensor = vector.input_tensors[value.input_index]
        return str(in_this_run(tensor.type, tensor.sizes).count)
    return str(value) if isinstance(value, int) else value.hex()


def _pointers(vector: Vector) -> Iterator[str]:
    """The types of what a block is given pointers to."""
    for tensor in vector.input_tensors:
        yield f"const {_c_type(tensor.type.element)}"
        if tensor.sizes and vector.block.run_time_sizes is RunTimeSizes.POINTER:
            yield "const int32_t"
    for output in vector.declared_outputs:
        yield _c_type(output.type.element)
        if not output.type.is_fixed and output.sizes_of is None:
            yield "int32_t"
        if output.text_memory:
            yield "char"


def _c_type(element: ElementType) -> str:
    return _C_TYPES.get(element.value) or f"{'u' if element.value[0] == 'u' else ''}int{element.value[1:]}_t"
