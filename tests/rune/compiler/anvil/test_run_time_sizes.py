"""Sizes that each run decides, and texts that are slices of an input: from a block to the messages, and in C alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from rune.abi import OutputKind
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import ArgumentValue
from rune.capabilities.raw import RAW
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.memory.plan import lifetimes, plan
from rune.compiler.anvil.program import Buffer, BufferPlace, KernelInvocation, Program, SendOutput
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.port import Port
from rune.running.runtime.errors import RuneTrapped
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, OutputStage, Pipeline, Stage
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import loaded, module_of, run
from tests.support.compiler.programs.c_programs import CFolder, sources_of

ROWS = TensorType(ElementType.F32, (1, 12, 7))
BYTES = TensorType(ElementType.U8, (64,))


def _defaults(block: str, overrides: Mapping[str, ArgumentValue]) -> dict[str, ArgumentValue]:
    parameters = CATALOGUE[block].arguments
    return {each.name: each.default for each in parameters if each.default is not None} | dict(overrides)


class _Building:
    """A pipeline as it is written down, stage by stage."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._types: dict[Port, TensorType] = {}

    def read(self, name: str, kind: TensorType) -> Port:
        self.stages.append(CapabilityStage(name, RAW, (("length", kind.size),), kind))
        self._types[Port(name, 0)] = kind
        return Port(name, 0)

    def block(self, stage: str, block: str, *inputs: Port, **overrides: ArgumentValue) -> Port:
        arguments = _defaults(block, overrides)
        outputs = CATALOGUE[block].outputs_for(tuple(self._types[port] for port in inputs), arguments)
        self.stages.append(BlockStage(stage, block, CATALOGUE[block], arguments, inputs, outputs))
        self._types |= {Port(stage, index): output.type for index, output in enumerate(outputs)}
        return Port(stage, 0)

    def send(self, name: str, kind: OutputKind, *inputs: Port) -> None:
        self.stages.append(OutputStage(name, kind, inputs))

    def whole(self) -> Pipeline:
        return Pipeline(tuple(self.stages), ())


def _everything() -> Pipeline:
    """Objects of a detector as they are, scaled and padded; and a text as it is and as numbers."""
    building = _Building()
    objects = building.block("objects", "object_filter", building.read("rows", ROWS))
    rest = building.block("rest", "modulo", objects, modulus=0.25)
    filler = building.block("padded", "pad", rest, value=-1)
    text = building.block("text", "utf8_decode", building.read("bytes", BYTES))
    numbers = building.block("numbers", "parse", text, element_type="i16")
    building.send("objects_out", OutputKind.SERIAL, objects)
    building.send("rest_out", OutputKind.TENSOR, rest, filler, Port("padded", 1))
    building.send("text_out", OutputKind.SERIAL, text)
    building.send("numbers_out", OutputKind.TENSOR, numbers)
    building.send("several", OutputKind.SERIAL, numbers, text)
    return building.whole()


def _rows(count: int) -> bytes:
    """Returns so many objects far from each other, and rows with no object."""
    rows = np.zeros(ROWS.dimensions, np.float32)
    for index in range(count):
        rows[0, index] = [index / 2, index / 3, 0.5, 0.75, 0.9, 0.25, index / 16]
    return rows.tobytes()


def _text(text: str) -> bytes:
    return text.encode().ljust(BYTES.size, b"\0")


FRAMES = [(_rows(3), _text("12 -7 3")), (_rows(0), _text("")), (_rows(12), _text(" ".join("1" * 32)))]


@pytest.mark.slow
def test_each_run_says_its_own_sizes() -> None:
    rune = loaded(module_of(_everything()))
    shapes = []
    for frame in FRAMES:
        objects, rest, text, numbers, several = run(rune, frame)
        shapes.append((objects.tensors[0].dimensions, [each.dimensions for each in rest.tensors]))
        assert json.loads(objects.data)["dimensions"] == list(objects.tensors[0].dimensions)
        row_count = rest.tensors[2].elements[0]
        assert objects.tensors[0].dimensions == (row_count, 6)
        elements = np.array(objects.tensors[0].elements, np.float32)
        assert rest.tensors[0].elements == tuple(np.fmod(elements, np.float32(0.25)).tolist())
        assert set(rest.tensors[1].elements[6 * int(row_count) :]) <= {-1.0}
        assert several.tensors[0].elements == numbers.tensors[0].elements
        assert text.tensors[0].elements == several.tensors[1].elements
        assert " ".join(map(str, numbers.tensors[0].elements)) == text.tensors[0].elements[0]
    assert shapes == [
        ((3, 6), [(3, 6), (12, 6), (1,)]),
        ((0, 6), [(0, 6), (12, 6), (1,)]),
        ((12, 6), [(12, 6), (12, 6), (1,)]),
    ]


@pytest.mark.slow
def test_a_tensor_message_begins_its_elements_at_a_multiple_of_four() -> None:
    rune = loaded(module_of(_everything()))
    for count in range(13):
        _, rest, *_ = run(rune, (_rows(count), _text("1")))
        length = int.from_bytes(rest.data[:4], "little")
        assert length % 4 == 0
        assert rest.data[4 : 4 + length].decode().replace("[0", "[").lstrip("f32[0").endswith(", 6]")


@pytest.mark.protects("compiling/run-time-sizes")
def test_the_bound_of_a_message_holds_where_every_size_is_at_its_largest() -> None:
    pipeline = _everything()
    program = lower(pipeline, {}, WASM32)
    messages = run(loaded(module_of(pipeline)), FRAMES[2])
    assert all(len(message.data) <= bound.size for message, bound in zip(messages, program.messages, strict=True))


@pytest.mark.slow
@pytest.mark.protects("compiling/run-time-sizes")
def test_c_gives_the_same_sizes_and_elements(tmp_path: Path) -> None:
    pipeline = _everything()
    folder = CFolder.of(tmp_path, sources_of(pipeline, {}, "sizes"))
    expected = b"".join(_expected(frame) for frame in FRAMES)
    assert folder.outputs(FRAMES, ["-O1", "-fsanitize=address,undefined"]) == expected
    header = (tmp_path / "sizes.h").read_text()
    assert "int32_t objects_out_dimensions[2];" in header
    assert "float objects_out[72]; /* f32[<=12, 6] */" in header


def _expected(frame: tuple[bytes, ...]) -> bytes:
    """The output of main.c: the sizes that a run decides come first."""
    building = _everything()
    rune = loaded(module_of(building))
    messages = run(rune, frame)
    pieces = []
    run_time = {(0, 0), (1, 0), (3, 0), (4, 0)}
    for number, message in enumerate(messages):
        for place, tensor in enumerate(message.tensors):
            if (number, place) in run_time:
                pieces.append(np.array(tensor.dimensions, "<i4").tobytes())
            if tensor.element is ElementType.UTF8:
                pieces += [f"{text}\n".encode() for text in tensor.elements]
            else:
                kind = tensor.element.value
                pieces.append(np.array(tensor.elements, f"<{kind[0]}{int(kind[1:]) // 8}").tobytes())
    return b"".join(pieces)


def _buffer(program: Program, name: str) -> int:
    return [buffer.name for buffer in program.buffers].index(name)


def test_what_a_text_is_a_slice_of_stays_in_memory_until_the_run_ends() -> None:
    building = _Building()
    source = building.read("bytes", BYTES)
    text = building.block("text", "utf8_decode", source)
    building.send("first", OutputKind.SERIAL, text)
    for number in range(4):  # work behind it, which wants memory
        more = building.read(f"more_{number}", ROWS)
        building.send(f"out_{number}", OutputKind.TENSOR, building.block(f"scaled_{number}", "normalize", more))
    program = lower(building.whole(), {}, WASM32)
    lifetime = lifetimes(program)[_buffer(program, "bytes")]
    assert lifetime.last == len(program.steps) - 1
    offsets = plan(program, WASM32.limits).buffer_offsets
    start = offsets[_buffer(program, "bytes")]
    for index, (buffer, interval) in enumerate(zip(program.buffers, lifetimes(program), strict=True)):
        if index != _buffer(program, "bytes") and interval.overlaps(lifetime):
            assert not _overlap(offsets[index], buffer, start, BYTES.size)


def _overlap(offset: int, buffer: Buffer, start: int, size: int) -> bool:
    return buffer.size > 0 and offset < start + size and start < offset + buffer.size


def test_a_block_that_reads_a_text_holds_what_the_text_is_a_slice_of() -> None:
    program = lower(_everything(), {}, WASM32)
    parse = next(step for step in program.steps if isinstance(step, KernelInvocation) and step.stage == "numbers")
    assert BufferPlace(_buffer(program, "bytes")) in [place for place, _ in parse.places()]
    sends = [step for step in program.steps if isinstance(step, SendOutput)]
    assert any(tensor.points_into == (BufferPlace(_buffer(program, "bytes")),) for tensor in sends[2].tensors)


@pytest.mark.parametrize("frame", [_text("no utf8").replace(b"u", b"\xff")], ids=["bytes that are no text"])
def test_a_block_that_gives_up_names_itself(frame: bytes) -> None:
    with pytest.raises(RuneTrapped, match="utf8_decode: the bytes are no UTF-8 from byte 3 on"):
        run(loaded(module_of(_everything())), (_rows(0), frame))
