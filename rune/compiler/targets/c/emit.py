"""A planned program as C99 for any compiler: `<name>.h`, `<name>.c` with all kernels it needs, and a small `main.c`.

The text holds numbers, identifiers (of a user's names what `names` leaves), and our own C. Nothing is allocated,
nothing but memcpy is called, and every name outside of the file has the rune's own in front.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import rune
from rune.blocks.signature import Header
from rune.compiler.anvil.c.calls import GATES, Notation, count_text, gate_lines
from rune.compiler.anvil.c.rows import HEADER as ROWS_HEADER
from rune.compiler.anvil.c.rows import row_name, rows_lines
from rune.compiler.anvil.c.shared_calls import SharedCalls
from rune.compiler.anvil.c.text import literal
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.program import (
    Argument,
    BufferPlace,
    ConstantPlace,
    Counters,
    ElementCount,
    KernelInvocation,
    Lifetime,
    Number,
    Place,
    Pointer,
    Program,
    ProgramTensor,
    ReadCapability,
    ResourcePlace,
    RowLoop,
    SendOutput,
    Step,
    Structure,
    calls,
)
from rune.compiler.anvil.sources import Sources
from rune.compiler.anvil.target import Target
from rune.compiler.targets.c.constants import constant_array
from rune.compiler.targets.c.interface import Interface, StructField, header, interface_of
from rune.compiler.targets.c.main import main_file
from rune.compiler.targets.c.one_file import OneFile
from rune.compiler.targets.c.trace import ByteSpan, argument_of, borrowed_name, step_comments, trace_lines, zeroing
from rune.tensor import ElementType

_SUPPORT = Path(__file__).parent / "support"


def emit(target: Target, program: Program, plan: Plan, name: str) -> Sources:
    """The three files. The same arguments give the same bytes. Raises `ValueError` for a program that asks its host."""
    if program.models or program.resources:
        raise ValueError("a program in C has no host")
    interface = interface_of(program, name)
    files = {
        f"{interface.name}.h": header(interface),
        f"{interface.name}.c": _CText(target, program, plan, interface).whole(),
        "main.c": main_file(interface),
    }
    return Sources({path: text.encode("ascii") for path, text in files.items()})


class _CText:
    """The text of `<name>.c` as it grows."""

    def __init__(self, target: Target, program: Program, plan: Plan, interface: Interface) -> None:
        self._target = target
        self._program = program
        self._plan = plan
        self._interface = interface
        self._arrays: dict[tuple[int, str], str] = {}
        self._definitions: list[str] = []
        self._has_floats = _has_floats(program)
        self._failing = _failing_headers(program, _common_headers(target))
        self._can_fail = bool(self._failing)
        self._notation = Notation(_number, self._pointer, _resource)
        self._shared_calls = SharedCalls("shared", program.steps)

    def whole(self) -> str:
        work = [*self._shared_calls.functions(self._notation)]
        comments = step_comments(self._program)
        work += [
            f"/* {comment} */\n{self._step(number, step)}"
            for number, (comment, step) in enumerate(zip(comments, self._program.steps, strict=True))
        ]
        work += self._entries()  # constants are defined by what was written before
        return "\n".join([*self._head(), self._kernels(), *self._definitions, *self._memory(), *work])

    def _head(self) -> list[str]:
        support = ["compilers.h", "assumptions.h", *(["float_assumptions.h"] if self._has_floats else [])]
        return [
            f"/* {self._interface.name}: a rune as C99, written by Hammer Forge {rune.__version__}. */",
            f'#include "{self._interface.name}.h"',
            "",
            "#include <float.h>",
            "#include <limits.h>",
            "#include <stddef.h>",
            "",
            "/* The one function of C's library that is called; a bare machine may have no <string.h>. */",
            "void *memcpy(void *restrict target, const void *restrict source, size_t size);",
            "",
            "#define RUNE_ONE_FILE",
            "#define RUNE_FAIL_RETURNS",
            "",
            *(_support(name) for name in support),
        ]

    def _kernels(self) -> str:
        """Returns the headers that the calls need, each once."""
        common = _common_headers(self._target)
        text = OneFile(common)
        text.add(common["rune.h"])
        if self._can_fail:
            text.add(_SUPPORT / "failure.h")
        text.add_all(dict.fromkeys(call.header for step in self._program.steps for call in calls(step)))
        if any(isinstance(step, RowLoop) for step in self._program.steps):
            text.add(common[ROWS_HEADER])
        if self._has_floats:
            text.add(common["rune_math.h"])
            text.add(_SUPPORT / "float_check.h")
        text.add(_SUPPORT / "steps.h")
        return text.text()

    def _memory(self) -> list[str]:
        size = max(self._plan.arena_size, 1)
        return [
            "/* All tensors: what is not needed at one time shares room. */",
            "RUNE_UNUSED static union {",
            f"    unsigned char bytes[{size}];",
            "    uint64_t whole;",
            "    double real;",
            "    void *pointer;",
            "} arena;",
            "static int is_ready;",
            *self._borrowed(),
            *self._gates(),
            "",
        ]

    def _borrowed(self) -> Iterator[str]:
        """The pointers to inputs that are read where the caller holds them."""
        for index, buffer in enumerate(self._program.buffers):
            if buffer.lifetime is Lifetime.BORROWED:
                yield f"static const unsigned char *{borrowed_name(index)};"

    def _gates(self) -> list[str]:
        """The array of the program's gates, where it has any."""
        count = len(self._program.gates)
        note = "/* open where there is something to go on with */"
        return [f"static unsigned char {GATES}[{count}]; {note}"] if count else []

    def _step(self, number: int, step: Step) -> str:
        before: list[str] = []
        match step:
            case ReadCapability():
                body = self._read(step)
            case KernelInvocation():
                body = self._shared_calls.lines(step, self._notation)
            case RowLoop():
                before, body = rows_lines(f"step_{number}", step, self._notation, ["    RUNE_STEP_ENDS();"])
            case SendOutput():
                body = self._send(step)
            case _:
                raise ValueError("a program in C has no host")
        head = f"static void step_{number}({self._parameters(step)})"
        gates = gate_lines(step, self._program.needed_gates(number))
        return "\n".join([*before, head, "{", *gates, *body, "    RUNE_STEP_ENDS();", "}", ""])

    def _parameters(self, step: Step) -> str:
        match step:
            case ReadCapability():
                return f"const struct {self._interface.prefix}_inputs *inputs"
            case SendOutput():
                return f"struct {self._interface.prefix}_outputs *outputs"
            case _:
                return "void"

    def _read(self, step: ReadCapability) -> list[str]:
        field = self._interface.inputs[step.capability]
        size = step.tensor.type.size
        if isinstance(step.tensor.place, BufferPlace) and self._is_borrowed(step.tensor.place.index):
            return [f"    {borrowed_name(step.tensor.place.index)} = (const unsigned char *)inputs->{field.name};"]
        return [f"    memcpy({self._address(step.tensor.place)}, inputs->{field.name}, {size});"] if size else []

    def _is_borrowed(self, index: int) -> bool:
        return self._program.buffers[index].lifetime is Lifetime.BORROWED

    def _send(self, step: SendOutput) -> list[str]:
        first = sum(
            len(each.tensors)
            for each in self._program.steps[: self._program.steps.index(step)]
            if isinstance(each, SendOutput)
        )
        lines: list[str] = []
        for field, tensor in zip(self._interface.outputs[first:], step.tensors, strict=False):
            if field.is_new:
                lines.append(f"    outputs->{field.is_new} = 1;")
            count = ElementCount.of(tensor)
            elements = str(tensor.type.count) if count is None else f"(uint32_t)({count_text(count, self._pointer)})"
            lines += self._sent_sizes(field, tensor)
            if tensor.type.element is ElementType.UTF8:
                source = f"((const struct rune_text *)(const void *)({self._address(tensor.place)}))"
                lines += [
                    f"    for (uint32_t i = 0; i < {elements}; i++) {{",
                    f"        outputs->{field.name}[i].bytes = {source}[i].bytes;",
                    f"        outputs->{field.name}[i].size = {source}[i].size;",
                    "    }",
                ]
            elif tensor.type.size:
                size = str(tensor.type.size) if count is None else f"{elements} * {tensor.type.element.size}u"
                lines.append(f"    memcpy(outputs->{field.name}, {self._address(tensor.place)}, {size});")
        return lines

    def _sent_sizes(self, field: StructField, tensor: ProgramTensor) -> Iterator[str]:
        """The sizes of a tensor in this run, where it decides some."""
        if tensor.sizes is None:
            return
        sizes = self._pointer(Pointer(tensor.sizes, "int32_t"))
        for axis, size in enumerate(tensor.type.dimensions):
            is_open = axis in tensor.type.run_time
            value = f"({sizes})[{tensor.type.run_time.index(axis)}]" if is_open else str(size)
            yield f"    outputs->{field.sizes}[{axis}] = {value};"

    def _pointer(self, pointer: Pointer) -> str:
        if isinstance(pointer.place, ConstantPlace):
            return self._constant(pointer.place.index, pointer.element)
        address = self._address(pointer.place)
        if pointer.row is not None:
            address += f" + {row_name(pointer.row)} * {pointer.row.size}"
        if pointer.writes:
            return f"({pointer.element} *)(void *)({address})"
        return f"(const {pointer.element} *)(const void *)({address})"

    def _constant(self, index: int, element: str) -> str:
        """A pointer to a constant, which is written down when it is first asked for."""
        if (index, element) not in self._arrays:
            name = f"constant_{len(self._arrays)}"
            array = constant_array(name, element, self._program.constants[index].data)
            self._definitions.append(array.definition)
            self._arrays[index, element] = array.pointer
        return self._arrays[index, element]

    def _address(self, place: Place) -> str:
        match place:
            case BufferPlace(index, offset) if self._is_borrowed(index):
                return f"{borrowed_name(index)} + {offset}"
            case BufferPlace(index, offset):
                return f"arena.bytes + {self._plan.buffer_offsets[index] + offset}"
            case ConstantPlace(index):
                return self._constant(index, "void")
            case _:
                raise ValueError("a program in C has no host")

    def _entries(self) -> list[str]:
        prefix, upper = self._interface.prefix, self._interface.upper
        return [
            *self._reset(prefix),
            f"int {prefix}_init(void)",
            "{",
            *(["    if (!rune_arithmetic_is_exact())"] if self._has_floats else []),
            *([f"        return {upper}_BAD_ARITHMETIC;"] if self._has_floats else []),
            f"    {prefix}_reset();",
            *(["    rune_failure_text[0] = '\\0';"] if self._can_fail else []),
            "    is_ready = 1;",
            f"    return {upper}_OK;",
            "}",
            "",
            f"int {prefix}_run(const struct {prefix}_inputs *inputs, struct {prefix}_outputs *outputs)",
            "{",
            f"    if (!is_ready)\n        return {upper}_NOT_READY;",
            f"    if ({' || '.join(self._null_pointers())})\n        return {upper}_BAD_ARGUMENT;",
            *(["    rune_has_failed = 0;", "    rune_failure_text[0] = '\\0';"] if self._can_fail else []),
            *(f"    outputs->{field.is_new} = 0;" for field in self._interface.outputs if field.is_new),
            *self._runs(upper),
            f"    return {upper}_OK;",
            "}",
            "",
            f"const char *{prefix}_message(void)",
            "{",
            "    return rune_failure_text;" if self._can_fail else '    return "";',
            "}",
            "",
            *self._take_counts(prefix, upper),
            *trace_lines(self._interface, self._program, self._plan),
        ]

    def _take_counts(self, prefix: str, upper: str) -> Iterator[str]:
        """Returns the function that copies the counters out and sets them to 0, where there are any."""
        counters = self._program.counters
        if counters is None:
            return
        yield f"void {prefix}_take_counts(uint32_t counts[{upper}_COUNTS])"
        yield "{"
        yield f"    memcpy(counts, {self._address(counters.place)}, {counters.size});"
        yield from zeroing([self._counter_bytes(counters)])
        yield "}"
        yield ""

    def _counter_bytes(self, counters: Counters) -> ByteSpan:
        return ByteSpan(self._plan.buffer_offsets[counters.place.index], counters.size)

    def _null_pointers(self) -> Iterator[str]:
        yield "!inputs"
        yield "!outputs"
        for field in self._interface.inputs:
            yield f"!inputs->{field.name}"

    def _runs(self, upper: str) -> Iterator[str]:
        for number, step in enumerate(self._program.steps):
            yield f"    RUNE_STEP_BEGINS({number});"
            yield f"    step_{number}({argument_of(step)});"
            if any(call.header in self._failing for call in calls(step)):
                yield f"    if (rune_has_failed) {{\n        is_ready = 0;\n        return {upper}_FAILED;\n    }}"

    def _reset(self, prefix: str) -> Iterator[str]:
        """Returns the code that resets the state between runs."""
        buffers = list(zip(self._plan.buffer_offsets, self._program.buffers, strict=True))
        counters = None if self._program.counters is None else self._program.counters.place.index
        persistent = [
            ByteSpan(offset, buffer.size)
            for index, (offset, buffer) in enumerate(buffers)
            if buffer.lifetime is Lifetime.PERSISTENT and buffer.initial is None and index != counters
        ]
        yield f"void {prefix}_reset(void)"
        yield "{"
        for offset, buffer in buffers:
            if buffer.initial is not None:
                source = self._constant(buffer.initial.index, "uint8_t")
                yield f"    memcpy(arena.bytes + {offset}, {source}, {buffer.size});"
        yield from zeroing(persistent)
        yield "}"
        yield ""


def _support(name: str) -> str:
    return (_SUPPORT / name).read_text(encoding="ascii")


def _common_headers(target: Target) -> dict[str, Path]:
    return {Path(name).name: path for name, path in target.kernels.headers().items()}


def _failing_headers(program: Program, common: Mapping[str, Path]) -> frozenset[Header]:
    """The headers of the blocks and kernels that can give up."""
    headers = {call.header for step in program.steps for call in calls(step)}
    return frozenset(header for header in headers if _gives_up(header, common))


def _gives_up(header: Header, common: Mapping[str, Path]) -> bool:
    """Returns whether it, or what it includes, calls `rune_fail` or a function whose name begins so."""
    text = OneFile(common)
    text.add(common["rune.h"])
    declaration_size = len(text.text())
    text.add(header)
    return "rune_fail" in text.text()[declaration_size:]


def _has_floats(program: Program) -> bool:
    """Returns whether any call is given or may use a number of floating point. A block that mentions one is taken to
    use it."""
    for call in (call for step in program.steps for call in calls(step)):
        for argument in call.arguments:
            if any(pointer.element in ("float", "double") for pointer in _pointers(argument)):
                return True
            if isinstance(argument, Number) and isinstance(argument.value, float):
                return True
        if call.part == 0 and "rune_math.h" in call.header.read_text(encoding="ascii"):
            return True
    return False


def _pointers(argument: Argument) -> Iterator[Pointer]:
    """Yields the pointers of an argument: itself, or those in a structure."""
    fields = [value for _, value in argument.fields] if isinstance(argument, Structure) else [argument]
    yield from (each for each in fields if isinstance(each, Pointer))


def _resource(_: ResourcePlace) -> str:
    raise ValueError("a program in C has no host")


def _number(value: int | float) -> str:
    """A number of C99; infinity by its bits, as C99 has no literal for it."""
    if isinstance(value, float) and not math.isfinite(value):
        infinity = "RUNE_NAN_F32" if math.isnan(value) else "RUNE_INFINITY_F32"
        return f"(-{infinity})" if value < 0 else infinity
    return literal(value)
