"""A planned program as C for WebAssembly. The text holds numbers, our own identifiers and nothing else.

What a user wrote (names, texts, weights) is bytes of `constants.bin` or a list of numbers, never code, a path or an
argument of the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rune.abi import OutputKind, ParameterType
from rune.blocks.signature import Header
from rune.compiler.anvil.c.calls import GATES, Notation, count_text, gate_lines
from rune.compiler.anvil.c.rows import HEADER as ROWS_HEADER
from rune.compiler.anvil.c.rows import row_name, rows_lines
from rune.compiler.anvil.c.shared_calls import SharedCalls
from rune.compiler.anvil.c.text import literal
from rune.compiler.anvil.memory.plan import Plan
from rune.compiler.anvil.program import (
    Buffer,
    BufferPlace,
    ConstantPlace,
    ElementCount,
    HostModel,
    HostResource,
    Infer,
    KernelInvocation,
    Mark,
    ModelPlace,
    Place,
    Pointer,
    Program,
    ProgramTensor,
    ReadCapability,
    ResourcePlace,
    RowLoop,
    SendOutput,
    Step,
    calls,
)
from rune.compiler.anvil.selection.messages import declared_sizes, mark_line, serial_pieces, sizes_text, tensor_shape
from rune.compiler.anvil.sources import Sources, Unit
from rune.compiler.anvil.target import Target
from rune.compiler.targets.wasm32.constants import blob_name, constants_of, model_name
from rune.compiler.targets.wasm32.includes import included_files
from rune.compiler.targets.wasm32.step_units import StepUnits, has_own_unit, part_of, step_units
from rune.tensor import ElementType, TensorType

SPECIALISED_FLAG = "-DRUNE_SPECIALISED"
"""Tells kernels to be there once for each call."""
SUPPORT = "support/support.c"
"""The C that every rune may call; the linker leaves out what it does not."""

PADDING = 16
"""Bytes behind the arena that a vector may read, never use."""


def emit(target: Target, program: Program, plan: Plan, _name: str) -> Sources:
    """Everything that the compiler gets to see. The same program and plan give the same bytes."""
    includes = included_files(target.kernels, program)
    files = {**includes.shared_files, **includes.blocks}
    units = [Unit(SUPPORT, for_size=True)]
    for part in range(program.parts):
        text = f"part_{part}.c"
        text_of_part = _ModuleText(program, plan, part, includes.names, target)
        files[text] = text_of_part.whole().encode("ascii")
        units.append(Unit(text))
        if part == 0 and target.steps_apart:
            apart = text_of_part.step_units()
            files |= apart.files
            units += apart.units
        if plan.constant_sizes[part]:
            units.append(Unit(blob_name(part), data=constants_of(program, plan, part)))
    units += [Unit(model_name(number), data=data) for number, data in enumerate(program.embedded_models)]
    return Sources(files, tuple(units))


def _counted_buffers(target: Target, program: Program) -> Sequence[Buffer]:
    """The buffers whose sizes decide which calls share a kernel: where one is specialised for each, and code counts."""
    is_specialised = target.toolchain is not None and SPECIALISED_FLAG in target.toolchain.compile_flags
    return program.buffers if is_specialised and target.optimized_for != "speed" else ()


class _ModuleText:
    """The text of one part. Part 0 owns the memory and what the host calls; the others are functions that it calls."""

    def __init__(self, program: Program, plan: Plan, part: int, headers: Mapping[Header, str], target: Target) -> None:
        self._headers = headers
        self._trial = target.kernels.trial if part == 0 else None
        self._program = program
        self._plan = plan
        self._part = part
        self._arrays: list[str] = []
        self._notation = Notation(literal, self._pointer, _resource)
        self._apart = target.steps_apart and part == 0
        mine = (step for step in program.steps if part_of(step) == part and not self._is_apart(step))
        self._shared_calls = SharedCalls(f"part_{part}_shared", mine, _counted_buffers(target, program))

    def whole(self) -> str:
        numbered_steps = [
            (number, step) for number, step in enumerate(self._program.steps) if part_of(step) == self._part
        ]
        mine = [step for _, step in numbered_steps if not self._is_apart(step)]
        headers = sorted({self._headers[call.header] for step in mine for call in calls(step)})
        if any(isinstance(step, RowLoop) for step in mine):
            headers.append(f"common/{ROWS_HEADER}")
        if self._trial is not None:
            headers.append(self._trial.header)
        common_headers = ("support/host.h", "common/rune.h", "support/serial.h", "support/resource.h")
        includes = [f'#include "{name}"' for name in (*common_headers, *headers)]
        blobs = self._blobs()
        steps = [*self._shared_calls.functions(self._notation)]
        steps += [
            f"void {_step_name(self._part, number)}(void);"
            if self._is_apart(step)
            else self._step(number, step, self._program.needed_gates(whole))
            for number, (whole, step) in enumerate(numbered_steps)
        ]
        body = self._pipeline(steps) if self._part == 0 else [*self._memory(), "", *steps]
        title = "the pipeline" if self._part == 0 else "models"
        return "\n".join([f"/* One part of a rune: {title}. */", *includes, "", *blobs, *body, ""])

    def step_units(self) -> StepUnits:
        """The steps of this part that have units of their own."""
        return step_units(
            self._program,
            self._headers,
            [*self._memory(), *self._blobs()],
            lambda number: _step_name(self._part, number),
            self._notation,
        )

    def _is_apart(self, step: Step) -> bool:
        return self._apart and has_own_unit(step)

    def _memory(self) -> list[str]:
        """Declares the memory, which part 0 defines."""
        gates = [f"extern unsigned char {GATES}[{len(self._program.gates)}];"] if self._program.gates else []
        return ["extern unsigned char arena[];", *gates]

    def _blobs(self) -> list[str]:
        """Declares the constants that this part may read."""
        names = [blob_name(part) for part in range(self._program.parts) if self._plan.constant_sizes[part]]
        if self._part == 0:
            names += [model_name(number) for number in range(len(self._program.embedded_models))]
        return [f"extern const unsigned char {name}[];" for name in names]

    def _pipeline(self, steps: Sequence[str]) -> list[str]:
        """Returns the code that only part 0 has."""
        manifest = self._manifest()
        counts = [0] * self._program.parts
        calls, foreign = [], []
        for step in self._program.steps:
            part = part_of(step)
            name = _step_name(part, counts[part])
            counts[part] += 1
            calls.append(f"    {name}();")
            if part:
                foreign.append(f"void {name}(void);")
        return [
            f"unsigned char arena[{self._plan.arena_size + PADDING}] __attribute__((aligned(16)));",
            f"static char messages[{max(self._plan.message_size, 16)}] __attribute__((aligned(16)));",
            f"static int32_t capabilities[{max(len(self._program.capabilities), 1)}];",
            f"static int32_t outputs[{max(len(self._program.outputs), 1)}];",
            f"static int32_t models[{max(len(self._program.models), 1)}];",
            f"static struct rune_text resources[{max(len(self._program.resources), 1)}];",
            *([f"unsigned char {GATES}[{len(self._program.gates)}];"] if self._program.gates else []),
            *self._arrays,
            *foreign,
            "",
            manifest,
            *steps,
            '__attribute__((export_name("_call"))) int32_t rune_call(int32_t a, int32_t b, int32_t c)',
            "{",
            "    (void)a, (void)b, (void)c;",
            *calls,
            "    return 0;",
            "}",
            *self._watch(),
        ]

    def _watch(self) -> list[str]:
        """Returns the function that gives the address of the counters, where there are any."""
        counters = self._program.counters
        if counters is None:
            return []
        return [
            "",
            '__attribute__((export_name("_watch"))) const void *rune_counters(void)',
            "{",
            f"    return {self._address(counters.place)};",
            "}",
        ]

    def _manifest(self) -> str:
        lines = ['__attribute__((export_name("_manifest"))) int32_t rune_manifest(void)', "{"]
        if self._trial is not None:
            lines.append(f"    {self._trial.function}();")
        lines += self._initial_states()
        for number, capability in enumerate(self._program.capabilities):
            lines.append(f"    capabilities[{number}] = host_request_capability({int(capability.kind)});")
            for key, value in capability.parameters:
                name = self._array(key.encode("utf-8"))
                real = isinstance(value, float)
                kind, c_type = (ParameterType.FLOAT, "float") if real else (ParameterType.INTEGER, "int32_t")
                lines.append(
                    f"    host_set_parameter(capabilities[{number}], {name}, sizeof {name}, "
                    f"&({c_type}){{{literal(value)}}}, sizeof({c_type}), {int(kind)});"
                )
        read_resources: set[int] = set()
        of_models = {model.source for model in self._program.models}
        for number in range(len(self._program.resources)):
            if ResourcePlace(number) not in of_models:
                lines.append(self._read_resource(number, read_resources))
        for number, model in enumerate(self._program.models):
            if isinstance(model.source, ResourcePlace) and model.source.index not in read_resources:
                lines.append(self._read_resource(model.source.index, read_resources))
            lines.append(self._load_model(number, model))
        lines += [
            f"    outputs[{number}] = host_request_output({int(output.kind)});"
            for number, output in enumerate(self._program.outputs)
        ]
        return "\n".join([*lines, "    return 1;", "}", ""])

    def _initial_states(self) -> Iterator[str]:
        """Returns the state between runs that does not start at zero."""
        for offset, buffer in zip(self._plan.buffer_offsets, self._program.buffers, strict=True):
            if buffer.initial is not None:
                yield f"    __builtin_memcpy(arena + {offset}, {self._address(buffer.initial)}, {buffer.size});"

    def _read_resource(self, number: int, read_resources: set[int]) -> str:
        read_resources.add(number)
        resource: HostResource = self._program.resources[number]
        name = self._array(resource.name.encode("utf-8") + b"\0")
        default = "0" if resource.default is None else f"(const char *)({self._address(resource.default)})"
        return (
            f"    resources[{number}] = rune_resource({name}, (char *)({self._address(resource.buffer)}), "
            f"{resource.capacity}, (struct rune_text){{{default}, {resource.default_size}}});"
        )

    def _load_model(self, number: int, model: HostModel) -> str:
        mimetype = self._array(model.format.mimetype.encode("ascii"))
        match model.source:
            case ModelPlace():
                data = f"{self._address(model.source)}, {len(self._program.embedded_models[model.source.index])}"
            case ResourcePlace(index):
                data = f"resources[{index}].bytes, resources[{index}].size"
        inputs, outputs = self._descriptions(model.inputs), self._descriptions(model.outputs)
        return (
            f"    models[{number}] = host_model_load({mimetype}, sizeof {mimetype}, {data}, "
            f"{inputs}, {len(model.inputs)}, {outputs}, {len(model.outputs)});"
        )

    def _descriptions(self, types: Sequence[TensorType]) -> str:
        """The name of a constant array of the texts that describe these tensors."""
        texts = [self._array(str(kind).encode("ascii")) for kind in types]
        name = f"descriptions_{len(self._arrays)}"
        fields = ", ".join(f"{{{text}, sizeof {text}}}" for text in texts) or "{0, 0}"
        self._arrays.append(f"static const struct rune_text {name}[] = {{{fields}}};")
        return name

    def _infer(self, step: Infer) -> list[str]:
        inputs = ", ".join(self._address(place) for place in step.inputs) or "0"
        outputs = ", ".join(self._address(place) for place in step.outputs) or "0"
        return [
            f"    static const void *const inputs[] = {{{inputs}}};",
            f"    static void *const results[] = {{{outputs}}};",
            f"    host_model_infer(models[{step.model}], inputs, results);",
        ]

    def _step(self, number: int, step: Step, needs: Sequence[int]) -> str:
        before: list[str] = []
        match step:
            case ReadCapability():
                size = step.tensor.type.size
                at = self._address(step.tensor.place)
                # A host may write less than was asked for: old runes read into fresh memory, and theirs counted on it.
                body = [
                    f"    __builtin_memset({at}, 0, {size});",
                    f"    host_read({at}, {size}, capabilities[{step.capability}]);",
                ]
            case KernelInvocation():
                body = self._shared_calls.lines(step, self._notation)
            case RowLoop():
                before, body = rows_lines(_step_name(self._part, number), step, self._notation)
            case Infer():
                body = self._infer(step)
            case SendOutput():
                body = self._send(step)
            case Mark():
                line = self._array(mark_line(step.stage))
                body = [f"    host_debug({line}, sizeof {line});"]
        head = f"__attribute__((noinline)) void {_step_name(self._part, number)}(void)"
        return "\n".join([*before, head, "{", *gate_lines(step, needs), *body, "}", ""])

    def _pointer(self, pointer: Pointer) -> str:
        address = self._address(pointer.place)
        if pointer.row is not None:
            address += f" + {row_name(pointer.row)} * {pointer.row.size}"
        return f"({'' if pointer.writes else 'const '}{pointer.element} *)({address})"

    def _address(self, place: Place) -> str:
        if isinstance(place, BufferPlace):
            return f"arena + {self._plan.buffer_offsets[place.index] + place.offset}"
        if isinstance(place, ConstantPlace):
            part = self._program.constants[place.index].part
            return f"{blob_name(part)} + {self._plan.constant_offsets[place.index]}"
        return model_name(place.index)

    def _send(self, step: SendOutput) -> list[str]:
        serial = self._program.outputs[step.output].kind is OutputKind.SERIAL
        start = f"messages + {self._plan.message_offsets[step.message]}"
        lines = [f"    char *next = {start};"]
        if serial and len(step.tensors) > 1:
            lines.append("    *next++ = '[';")
        for number, tensor in enumerate(step.tensors):
            if serial and number:
                lines.append("    *next++ = ',';")
            lines += self._serial(step, tensor) if serial else self._tensor(tensor)
        if serial and len(step.tensors) > 1:
            lines.append("    *next++ = ']';")
        return [*lines, f"    host_send(outputs[{step.output}], {start}, (uint32_t)(next - ({start})));"]

    def _serial(self, step: SendOutput, tensor: ProgramTensor) -> list[str]:
        before, sizes, elements, after = serial_pieces(tensor)
        if tensor.sizes is None:
            around = [self._bytes(sizes + sizes_text(tensor, ",") + elements)]
        else:
            arguments = f"{self._sizes(tensor)}, {len(tensor.type.dimensions)}, {self._int32(tensor.sizes)}, 0"
            around = [
                self._bytes(sizes),
                f"    next = rune_serial_sizes(next, {arguments});",
                self._bytes(elements),
            ]
        return [
            self._bytes(before),
            f"    next = rune_decimal_signed(next, outputs[{step.output}]);",
            *around,
            f"    next = rune_serial_{tensor.type.element}(next, (const void *)({self._address(tensor.place)}), "
            f"{self._count(tensor)});",
            self._bytes(after),
        ]

    def _bytes(self, text: str) -> str:
        """The line that appends a text."""
        name = self._array(text.encode("ascii"))
        return f"    next = rune_serial_bytes(next, {name}, sizeof {name});"

    def _tensor(self, tensor: ProgramTensor) -> list[str]:
        if tensor.sizes is None:
            shape = self._array(tensor_shape(tensor))
            line = f"    next = rune_serial_bytes(next, {shape}, sizeof {shape});"
        else:
            head = self._array(f"{tensor.type.element}[".encode("ascii"))
            axes = len(tensor.type.dimensions)
            line = (
                f"    next = rune_tensor_shape(next, {head}, sizeof {head}, {self._sizes(tensor)}, {axes}, "
                f"{self._int32(tensor.sizes)});"
            )
        source = f"(const void *)({self._address(tensor.place)})"
        if tensor.type.element is ElementType.UTF8:
            return [line, f"    next = rune_tensor_utf8(next, {source}, {self._count(tensor)});"]
        size = tensor.type.element.size
        count = str(tensor.type.size) if tensor.sizes is None else f"{self._count(tensor)} * {size}"
        return [line, f"    next = rune_serial_bytes(next, {source}, {count});"]

    def _count(self, tensor: ProgramTensor) -> str:
        """Returns the text for how many elements a tensor has in this run."""
        count = ElementCount.of(tensor)
        return str(tensor.type.count) if count is None else count_text(count, self._pointer)

    def _int32(self, place: Place) -> str:
        return self._pointer(Pointer(place, "int32_t"))

    def _sizes(self, tensor: ProgramTensor) -> str:
        """The name of a constant array of a tensor's sizes."""
        name = f"sizes_{len(self._arrays)}"
        numbers = declared_sizes(tensor)
        self._arrays.append(f"static const int32_t {name}[{len(numbers)}] = {{{', '.join(map(str, numbers))}}};")
        return name

    def _array(self, data: bytes) -> str:
        """The name of a constant array of these bytes, written as numbers."""
        name = f"bytes_{len(self._arrays)}"
        self._arrays.append(f"static const char {name}[{len(data)}] = {{{', '.join(map(_signed_byte, data))}}};")
        return name


def _resource(place: ResourcePlace) -> str:
    return f"&resources[{place.index}]"


def _step_name(part: int, number: int) -> str:
    """A step's function; numbers count within a part, so that a part's text does not depend on the others."""
    return f"part_{part}_step_{number}"


def _signed_byte(byte: int) -> str:
    return str(byte if byte < 128 else byte - 256)
