"""A C program's interface to the program around it: its inputs and outputs by name, and its header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rune.compiler.anvil.c.text import C_TYPES
from rune.compiler.anvil.program import Program, ProgramTensor, SendOutput
from rune.compiler.targets.c.names import fields, file_stem
from rune.tensor import ElementType, TensorType


@dataclass(frozen=True)
class StructField:
    """One input or output: its name in C, its tensor, and for an input the capability that it stands for.

    An output whose sizes each run decides has a second name, for all its sizes in that run, and one that not every run
    makes a name that says whether this one did.
    """

    name: str
    type: TensorType
    capability: str = ""
    sizes: str = ""
    is_new: str = ""

    @property
    def is_text(self) -> bool:
        return self.type.element is ElementType.UTF8


@dataclass(frozen=True)
class Interface:
    """`prefix` stands before every name that the linker or another file sees."""

    name: str
    prefix: str
    inputs: tuple[StructField, ...]
    outputs: tuple[StructField, ...]
    steps: int
    counters: int = 0

    @property
    def upper(self) -> str:
        return self.prefix.upper()


def interface_of(program: Program, name: str) -> Interface:
    """The fields in the order of the capabilities, and of the tensors that are sent."""
    plain = file_stem(name)
    inputs = fields(request.name for request in program.capabilities)
    tensors = sent_tensors(program)
    outputs = fields(each.label for each in tensors)
    named_tensors = list(zip(outputs, tensors, strict=True))
    beside = [f"{name}_dimensions" for name, each in named_tensors if each.tensor.sizes]
    beside += [f"{name}_is_new" for name, each in named_tensors if each.may_wait]
    more = iter(fields([*outputs, *beside])[len(outputs) :])
    sizes = [next(more) if each.tensor.sizes else "" for each in tensors]
    is_new = [next(more) if each.may_wait else "" for each in tensors]
    return Interface(
        plain,
        f"rune_{plain}",
        tuple(
            StructField(field, request.type, request.kind.name)
            for field, request in zip(inputs, program.capabilities, strict=True)
        ),
        tuple(
            StructField(field, each.tensor.type, sizes=size, is_new=new)
            for field, each, size, new in zip(outputs, tensors, sizes, is_new, strict=True)
        ),
        len(program.steps),
        0 if program.counters is None else program.counters.count,
    )


@dataclass(frozen=True)
class SentTensor:
    """A tensor that goes out, with its output's name, numbered where that has several; and whether a run may be without
    it."""

    label: str
    tensor: ProgramTensor
    may_wait: bool


def sent_tensors(program: Program) -> tuple[SentTensor, ...]:
    """Each tensor that goes out."""
    tensors: list[SentTensor] = []
    for number, step in enumerate(program.steps):
        if isinstance(step, SendOutput):
            label, may_wait = program.outputs[step.output].name, bool(program.needed_gates(number))
            several = len(step.tensors) > 1
            tensors += [
                SentTensor(f"{label}_{i}" if several else label, tensor, may_wait)
                for i, tensor in enumerate(step.tensors)
            ]
    return tuple(tensors)


def header(interface: Interface) -> str:
    """`<name>.h`."""
    prefix, upper = interface.prefix, interface.upper
    lines = [
        f"/* {interface.name}: what goes in and out, and how it is run. Plain C99, no heap, no operating system. */",
        f"#ifndef {upper}_H",
        f"#define {upper}_H",
        "",
        "#include <stdint.h>",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        "/* What init and run return. */",
        f"#define {upper}_OK 0",
        f"#define {upper}_NOT_READY 1      /* run before init, or after a run that failed */",
        f"#define {upper}_BAD_ARGUMENT 2   /* a null pointer */",
        f"#define {upper}_BAD_ARITHMETIC 3 /* the processor does not round as IEEE 754 does by default */",
        f"#define {upper}_FAILED 4         /* a proc-block gave up; {prefix}_message says why */",
        "",
        "/* Elements of each input and output; of one whose sizes each run decides, the most there can be. */",
        *(f"#define {upper}_INPUT_{field.name.upper()}_COUNT {field.type.count}" for field in interface.inputs),
        *(f"#define {upper}_OUTPUT_{field.name.upper()}_COUNT {field.type.count}" for field in interface.outputs),
        "",
        "/*",
        " * Each points to all elements of its tensor, the last dimension densest. A run may read them until it ends,",
        " * so they must not change before that. They are not kept.",
        " */",
        f"struct {prefix}_inputs {{",
        *(
            f"    const {C_TYPES[field.type.element]} *{field.name}; /* {field.capability}, {field.type} */"
            for field in interface.inputs
        ),
        *([] if interface.inputs else ["    char unused;"]),
        "};",
        "",
        "/* One text; it is not terminated. It stays where it is until the next run or reset. */",
        f"struct {prefix}_text {{",
        "    const char *bytes;",
        "    uint32_t size;",
        "};",
        "",
        f"struct {prefix}_outputs {{",
        *(line for field in interface.outputs for line in _output_lines(interface, field)),
        *([] if interface.outputs else ["    char unused;"]),
        "};",
        "",
        "/* Once, before the first run. Checks the processor's arithmetic and resets. */",
        f"int {prefix}_init(void);",
        "",
        "/* Forgets what was kept from earlier runs. */",
        f"void {prefix}_reset(void);",
        "",
        "/* One run, of one thread at a time. The outputs are whole when it is OK. After FAILED, init comes first. */",
        f"int {prefix}_run(const struct {prefix}_inputs *inputs, struct {prefix}_outputs *outputs);",
        "",
        "/* Why the last run failed, or an empty text. */",
        f"const char *{prefix}_message(void);",
        "",
        *_counts(interface),
        "/*",
        " * 0 where this compiler and this processor give the reference's bytes; else what the next function names.",
        " * It runs the rune on inputs of its own, and leaves it as init does. It has a file of its own.",
        " */",
        f"int {prefix}_selftest(void);",
        "",
        "/* What differs first, by what the self-test returned: the stage, and of a model the operator. */",
        f"const char *{prefix}_selftest_step(int result);",
        "",
        "/* For the self-test: as run, and writes a digest of what each step made. */",
        f"#define {upper}_STEPS {interface.steps}",
        f"void {prefix}_trace(const struct {prefix}_inputs *inputs, struct {prefix}_outputs *outputs,",
        f"    {'':{len(prefix)}}       uint32_t *digests);",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        "#endif",
        "",
    ]
    return "\n".join(lines)


def _counts(interface: Interface) -> Iterator[str]:
    """The function that takes the counts, where the rune counts its answers."""
    if interface.counters:
        yield f"/* Counts of answers in the bins of {interface.name}.watch.json: labels, confidence, each feature. */"
        yield f"#define {interface.upper}_COUNTS {interface.counters}"
        yield ""
        yield "/* Copies the counts out, and begins again at 0. Not while a run lasts. They outlive a reset. */"
        yield f"void {interface.prefix}_take_counts(uint32_t counts[{interface.upper}_COUNTS]);"
        yield ""


def count_of(field: StructField, outputs: str) -> str:
    """Returns the C expression for how many elements an output has in this run; `outputs` leads to its structure."""
    if not field.sizes:
        return str(field.type.count)
    return " * ".join(f"{outputs}{field.sizes}[{axis}]" for axis in range(len(field.type.dimensions)))


def _output_lines(interface: Interface, field: StructField) -> Iterator[str]:
    yield f"    {_element(interface, field)} {field.name}[{max(field.type.count, 1)}]; /* {field.type} */"
    if field.is_new:
        yield f"    int32_t {field.is_new}; /* 1 where this run made {field.name}, 0 where it is an earlier run's */"
    if field.sizes:
        sizes = len(field.type.dimensions)
        yield f"    int32_t {field.sizes}[{sizes}]; /* of {field.name} in this run; its first elements are meant */"


def _element(interface: Interface, field: StructField) -> str:
    return f"struct {interface.prefix}_text" if field.is_text else C_TYPES[field.type.element]
