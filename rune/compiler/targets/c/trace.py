"""The digest of each step's results, by which a self-test finds the first step that differs.

Digests are of what later steps read. Scratch memory, and texts in memory, which are pointers, are left out: they may
differ from one processor to another without a different result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rune.compiler.anvil.c.calls import GATES
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.memory.step_places import step_places
from rune.compiler.anvil.program import (
    BufferPlace,
    Lifetime,
    Program,
    ReadCapability,
    SendOutput,
    Step,
    calls,
)
from rune.compiler.targets.c.interface import Interface, StructField, count_of

DIGEST_START = 0x811C9DC5
DIGEST_FACTOR = 0x01000193
"""The digest factor of FNV-1a with 32 bits."""


_NOT_IN_COMMENT: Final = re.compile(r"[^A-Za-z0-9 ,_.:-]+")
_LONGEST_COMMENT: Final = 150


@dataclass(frozen=True)
class ByteSpan:
    """So many bytes of the arena, or of an input that its caller holds, from an offset on."""

    offset: int
    size: int
    base: str = "arena.bytes"


def borrowed_name(index: int) -> str:
    """The variable that points to an input where its caller holds it."""
    return f"borrowed_{index}"


def digest_of(*pieces: bytes) -> int:
    """FNV-1a of all bytes in turn, as the C computes it."""
    digest = DIGEST_START
    for piece in pieces:
        for byte in piece:
            digest = ((digest ^ byte) * DIGEST_FACTOR) & 0xFFFFFFFF
    return digest


def step_names(program: Program) -> tuple[str, ...]:
    """Each step for people: the stage, and of a model the operator and the layer of the source model."""
    return tuple(_name(program, step) for step in program.steps)


def _name(program: Program, step: Step) -> str:
    match step:
        case ReadCapability():
            return f"{program.capabilities[step.capability].name} is read"
        case SendOutput():
            return f"{program.outputs[step.output].name} is sent"
        case _:
            stages = [call.stage for call in calls(step)]
            first, last = (_with_layer(program, stages[place]) for place in (0, -1))
            return first if first == last else f"{first} to {last}"


def _with_layer(program: Program, name: str) -> str:
    layer = program.layers.get(name)
    return f"{name}, layer {layer}" if layer else name


def step_comments(program: Program) -> tuple[str, ...]:
    """The names of the steps in characters that may stand in a comment of C, one line each."""
    return tuple(_NOT_IN_COMMENT.sub("-", name)[:_LONGEST_COMMENT] for name in step_names(program))


def trace_lines(interface: Interface, program: Program, plan: Plan) -> Iterator[str]:
    """The function `<prefix>_trace`, which runs all steps and writes a digest of what each of them made."""
    prefix, upper = interface.prefix, interface.upper
    yield "#if defined(__GNUC__)"
    yield "__attribute__((noinline)) /* It has hundreds of callers, which would be compiled as long. */"
    yield "#endif"
    yield "static uint32_t digest_of(uint32_t digest, const void *bytes, uint32_t size)"
    yield "{"
    yield "    for (uint32_t i = 0; i < size; i++)"
    yield f"        digest = (digest ^ ((const unsigned char *)bytes)[i]) * UINT32_C({DIGEST_FACTOR});"
    yield "    return digest;"
    yield "}"
    yield ""
    inputs, outputs = f"const struct {prefix}_inputs *inputs", f"struct {prefix}_outputs *outputs"
    yield f"void {prefix}_trace({inputs}, {outputs}, uint32_t *digests)"
    yield "{"
    yield from zeroing(_reusable_memory(program, plan))
    yield f"    for (int step = 0; step < {upper}_STEPS; step++)"
    yield f"        digests[step] = UINT32_C({DIGEST_START});"
    fields = iter(interface.outputs)
    for number, step in enumerate(program.steps):
        digest = f"digests[{number}]"
        if program.counters is not None and number == program.counters.step:
            continue  # a self-test is no answer
        yield f"    step_{number}({argument_of(step)});"
        needs = program.needed_gates(number)
        if needs:
            yield f"    if ({' && '.join(f'{GATES}[{each}]' for each in needs)}) {{"
        for span in _written_spans(program, plan, number):
            yield f"    {digest} = digest_of({digest}, {span.base} + {span.offset}, {span.size});"
        for field in islice(fields, len(step.tensors)) if isinstance(step, SendOutput) else ():
            yield from _output_digest(field, digest)
        if needs:
            yield "    }"
    yield "}"
    yield ""


def argument_of(step: Step) -> str:
    """Returns the argument of a step's function."""
    match step:
        case ReadCapability():
            return "inputs"
        case SendOutput():
            return "outputs"
        case _:
            return ""


def zeroing(spans: Sequence[ByteSpan]) -> Iterator[str]:
    """Fills spans of the arena with zeros. By memcpy, and with a barrier: a loop would become a call of memset."""
    if spans:
        yield "    static const unsigned char zeros[64] = {0};"
    for span in spans:
        whole, rest = span.size // 64 * 64, span.size % 64
        if whole:
            yield f"    for (size_t i = 0; i < {whole}; i += sizeof zeros) {{"
            yield f"        memcpy(arena.bytes + {span.offset} + i, zeros, sizeof zeros);"
            yield "        RUNE_STEP_ENDS();"
            yield "    }"
        if rest:
            yield f"    memcpy(arena.bytes + {span.offset + whole}, zeros, {rest});"


def _output_digest(field: StructField, digest: str) -> Iterator[str]:
    """Adds an output to the digest; of a text its characters and a zero."""
    place = f"outputs->{field.name}"
    count = count_of(field, "outputs->")
    if field.is_text:
        yield f"    for (int i = 0; i < {count}; i++) {{"
        yield f"        {digest} = digest_of({digest}, {place}[i].bytes, {place}[i].size);"
        yield f'        {digest} = digest_of({digest}, "", 1);'
        yield "    }"
    elif field.sizes:
        yield f"    {digest} = digest_of({digest}, {place}, (uint32_t)({count}) * {field.type.element.size}u);"
    elif field.type.size:
        yield f"    {digest} = digest_of({digest}, {place}, {field.type.size});"


def _reusable_memory(program: Program, plan: Plan) -> tuple[ByteSpan, ...]:
    """The arena without what is kept from run to run."""
    persistent = sorted(
        (offset, offset + buffer.size)
        for offset, buffer in zip(plan.buffer_offsets, program.buffers, strict=True)
        if buffer.lifetime is Lifetime.PERSISTENT
    )
    ends = [0, *(end for _, end in persistent)]
    starts = [*(start for start, _ in persistent), plan.arena_size]
    return tuple(ByteSpan(end, start - end) for end, start in zip(ends, starts, strict=True) if start > end)


def _written_spans(program: Program, plan: Plan, number: int) -> Iterator[ByteSpan]:
    """Returns the buffer range that a step writes and another step reads, up to the end of the buffer."""
    written_places = dict.fromkeys(place for place, writes in _touched_places(program.steps[number]) if writes)
    shared_buffers = _shared_buffers(program)
    for place in written_places:
        if place.index in shared_buffers:
            buffer = program.buffers[place.index]
            size = buffer.size - place.offset
            if buffer.lifetime is Lifetime.BORROWED:
                yield ByteSpan(place.offset, size, borrowed_name(place.index))
            else:
                yield ByteSpan(plan.buffer_offsets[place.index] + place.offset, size)


def _shared_buffers(program: Program) -> frozenset[int]:
    """The buffers that several steps of a run touch, and whose bytes are the same wherever it ran."""
    touching = Counter(index for step in program.steps for index in {place.index for place, _ in _touched_places(step)})
    return frozenset(
        index
        for index, buffer in enumerate(program.buffers)
        if touching[index] > 1 and buffer.is_whole and buffer.lifetime is not Lifetime.PERSISTENT
    )


def _touched_places(step: Step) -> Iterator[tuple[BufferPlace, bool]]:
    """The places of buffers that a step touches, and whether it writes there."""
    return ((place, writes) for place, writes in step_places(step) if isinstance(place, BufferPlace))
