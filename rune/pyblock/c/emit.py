"""Emits a checked block as a C header that needs only the common headers of the kernels.

The same block gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from rune.pyblock.c.expressions import ExpressionText, array_type
from rune.pyblock.c.lines import ELEMENT_TYPES, Lines, literal, number_type
from rune.pyblock.c.statements import StatementText
from rune.pyblock.checking.block import MATHEMATICS_FILE
from rune.pyblock.intervals.analysis import intervals
from rune.pyblock.intervals.arithmetic import ALL, Interval
from rune.pyblock.intervals.results import arrays_of_outputs
from rune.pyblock.ir import Expression, Function, TypedBlock
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable
from rune.tensor import ElementType

_ALIGNMENT = 8
_ON_STACK = 64
"""The maximum size in bytes of an array on the stack; larger ones are in the arena."""


@dataclass(frozen=True)
class EmittedBlock:
    """A block's C. `function` takes a pointer for each input and output, then `void *state` where there is a state and
    `void *scratch` where there is scratch, and returns nothing. `checks` is the number of run-time checks."""

    name: str
    text: str
    function: str
    state_size: int
    scratch_size: int
    checks: int


def emit(block: TypedBlock, file: str, settings: Sequence[int | float]) -> EmittedBlock:
    """Emits the C of a block with the values of its parameters, in the order of `block.parameters`."""
    return _Header(block, file, settings).emitted()


class _Header:
    """Builds the header. Its names begin with `@`, which is replaced by the digest of the header."""

    def __init__(self, block: TypedBlock, file: str, settings: Sequence[int | float]) -> None:
        self._block = block
        self._settings = settings
        self._file = file
        self._functions: dict[Function, str] = {}
        self._gives: dict[Function, Interval] = {}
        self._tables: dict[ArrayVariable, str] = {}
        self._table_lines: list[str] = []
        self._texts: list[str] = []
        self._files: dict[str, str] = {}
        self._scratch = 0
        self._checks = 0
        self._can_fail = False

    def emitted(self) -> EmittedBlock:
        for number, function in enumerate((*self._block.functions, self._block.entry)):
            # Shared functions are in each header that needs them, under one name, and compiled once.
            is_shared = function.file == MATHEMATICS_FILE
            self._functions[function] = f"rune_block_math_{function.name}" if is_shared else f"@_{number}"
            text = self._function(function)
            guard = f"RUNE_BLOCK_MATH_{function.name.upper()}"
            self._texts.append(f"#ifndef {guard}\n#define {guard}\n{text}#endif\n" if is_shared else text)
        body = "\n".join([*self._file_names(), *self._table_lines, *self._texts, self._run()])
        includes = [f'#include "{name}"' for name in self._includes(body)]
        digest = "block_" + sha256("\n".join([*includes, body]).encode()).hexdigest()[:16]
        guard = f"RUNE_{digest.upper()}_H"
        top = ["/* A block in Python, compiled. */", f"#ifndef {guard}", f"#define {guard}", "", *includes, ""]
        text = "\n".join([*top, body, "#endif", ""]).replace("@", digest)
        state = sum(map(_aligned_size, self._block.states))
        return EmittedBlock(f"{digest}.h", text, f"{digest}_run", state, self._scratch, self._checks)

    def _includes(self, body: str) -> list[str]:
        headers = ["rune.h", "rune_block.h"]
        if any(
            word in body
            for word in (
                "rune_block_float",
                "copysign",
                "rune_block_round",
                "rune_block_floor(",
                "rune_block_ceil",
                "is_within",
            )
        ):
            headers.append("rune_block_float.h")
        if any(word in body for word in ("rune_sqrt", "rune_fmod", "RUNE_INFINITY", "RUNE_NAN", "rune_one_nan")):
            headers.append("rune_math.h")
        if "rune_block_witness" in body:
            headers.append("rune_block_witness.h")
        if self._can_fail:
            headers.append("rune_block_fail.h")
        return headers

    def _file_names(self) -> list[str]:
        """Returns the names of files as character codes; characters that JSON would escape become question marks."""
        if not self._can_fail:
            return []
        lines = []
        for file, name in self._files.items():
            printable = (
                each if each.isascii() and each.isprintable() and each not in '"\\' else "?" for each in file[-100:]
            )
            codes = ", ".join(str(ord(each)) for each in printable)
            attribute = "RUNE_UNUSED " if len(self._files) > 1 else ""
            lines.append(f"{attribute}static const char {name}[] = {{{codes}, 0}};")
        return [*lines, ""]

    def _file_of(self, function: Function) -> str:
        """Returns the C name of the constant with the name of a function's file."""
        file = self._file if function.file in (MATHEMATICS_FILE, self._block.entry.file) else function.file
        return self._files.setdefault(file, f"@_file{len(self._files) or ''}")

    def _function(self, function: Function) -> str:
        entry = function is self._block.entry
        facts = intervals(function, self._parameter_values() if entry else None, self._gives)
        if function.gives is Scalar.INT and facts.gives is not None:
            self._gives[function] = facts.gives
        names: dict[Variable | ArrayVariable, str] = {}
        lines = Lines()
        parameters = []
        for number, each in enumerate(function.parameters):
            names[each] = f"p{number}"
            if isinstance(each, ArrayVariable):
                parameters.append(f"{array_type(each)}p{number}")
            else:
                # As wide as any argument of a caller, which must fit even if the function assigns narrower values.
                parameters.append(f"{number_type(each.type, ALL)} p{number}")
            lines.add(f"(void)p{number};")
        for number, variable in enumerate(function.variables):
            names[variable] = f"v{number}"
            lines.add(f"{number_type(variable.type, facts.variables.get(variable, ALL))} v{number} = 0;")
            lines.add(f"(void)v{number};")
        output_places = arrays_of_outputs(function) if entry else {}
        for number, array in enumerate(function.arrays):
            names[array] = f"a{number}"
            element = ELEMENT_TYPES[array.type.element]
            if array in output_places:
                lines.add(f"{element} *const a{number} = o{output_places[array]};")
            elif array.type.size <= _ON_STACK:
                lines.add(f"{element} a{number}[{array.type.count}] = {{0}};")
            else:
                at = f"({element} *)(void *)((unsigned char *)scratch + {self._scratch})"
                lines.add(f"{element} *const a{number} = {at};")
                self._scratch += _aligned_size(array)
            lines.add(f"(void)a{number};")
        results = self._results(function)
        expressions = ExpressionText(
            lines, facts, _WithTables(names, self._table), self._functions, self._file_of(function)
        )
        statements = StatementText(
            lines, expressions, lambda values: self._return(lines, expressions, values, output_places, entry=entry)
        )
        lines.add("(void)scratch;")
        statements.block(function.body)
        lines.add("return 0;")
        self._checks += expressions.checks
        self._can_fail |= expressions.can_fail
        head = ", ".join([*parameters, *results, "void *scratch"])
        return "\n".join([f"RUNE_FUNCTION int {self._functions[function]}({head}) {{", *lines.lines, "}", ""])

    def _parameter_values(self) -> Mapping[Variable, Interval]:
        """Returns the values of the entry's parameters, which are known from the Runefile."""
        pairs = zip(self._block.parameters, self._settings, strict=True)
        return {each: (int(value), int(value)) for each, value in pairs if each.type is Scalar.INT}

    def _results(self, function: Function) -> list[str]:
        if function is self._block.entry:
            return [f"{ELEMENT_TYPES[each.element]} *o{number}" for number, each in enumerate(self._block.outputs)]
        return [] if function.gives is None else [f"{number_type(function.gives, ALL)} *result"]

    def _return(
        self,
        lines: Lines,
        expressions: ExpressionText,
        values: Sequence[Expression | ArrayVariable],
        in_place: Mapping[ArrayVariable, int],
        *,
        entry: bool,
    ) -> None:
        """Writes the results. `in_place` are the arrays that are stored in the outputs."""
        if not entry:
            for each in values:
                if not isinstance(each, ArrayVariable):
                    lines.add(f"*result = {expressions.value(each)};")
            return
        results = [each if isinstance(each, ArrayVariable) else expressions.value(each) for each in values]
        for number, value in enumerate(results):
            if isinstance(value, str):
                lines.add(f"o{number}[0] = {value};")
                continue
            if value in in_place:
                continue
            index = lines.fresh()
            head = f"for (int32_t {index} = 0; {index} < {value.type.count}; ++{index})"
            lines.add(f"{head} o{number}[{index}] = {expressions.names[value]}[{index}];")

    def _table(self, array: ArrayVariable) -> str:
        """Returns the C name of a constant of the file."""
        if array not in self._tables:
            digest = sha256(repr((array.type, array.data)).encode()).hexdigest()[:12]
            name = self._tables[array] = f"rune_block_table_{digest}"
            guard = name.upper()
            kind = scalar_of(array.type.element)
            numbers = ", ".join(literal(each, kind) for each in array.data)
            table = f"static const {ELEMENT_TYPES[array.type.element]} {name}[] = {{{numbers}}};"
            self._table_lines.append(f"#ifndef {guard}\n#define {guard}\n{table}\n#endif\n")
        return self._tables[array]

    def _run(self) -> str:
        """Returns the function that the pipeline calls."""
        block = self._block
        inputs = [f"const {ELEMENT_TYPES[each.element]} *i{number}" for number, each in enumerate(block.inputs)]
        outputs = [f"{ELEMENT_TYPES[each.element]} *o{number}" for number, each in enumerate(block.outputs)]
        arguments = []
        for number, each in enumerate(block.entry.parameters[: len(block.inputs)]):
            arguments.append(f"i{number}" if isinstance(each, ArrayVariable) else f"i{number}[0]")
        arguments += [literal(value, each.type) for each, value in zip(block.parameters, self._settings, strict=True)]
        offset = 0
        for state in block.states:
            pointer = f"{ELEMENT_TYPES[state.type.element]} *"
            arguments.append(f"({pointer})(void *)((unsigned char *)state + {offset})")
            offset += _aligned_size(state)
        arguments += [f"o{number}" for number in range(len(block.outputs))]
        own = [*(["void *state"] if block.states else []), *(["void *scratch"] if self._scratch else [])]
        head = f"RUNE_FUNCTION void @_run({', '.join([*inputs, *outputs, *own])}) {{"
        call = (
            f"    (void){self._functions[block.entry]}({', '.join([*arguments, 'scratch' if self._scratch else '0'])});"
        )
        return "\n".join([head, call, *self._one_nan(), "}", ""])

    def _one_nan(self) -> list[str]:
        """Returns the lines that give every NaN of the outputs one bit pattern: processors differ in them."""
        functions = {ElementType.F32: "rune_one_nan_f32", ElementType.F64: "rune_one_nan"}
        return [
            f"    for (int32_t k = 0; k < {each.count}; ++k) o{number}[k] = {functions[each.element]}(o{number}[k]);"
            for number, each in enumerate(self._block.outputs)
            if each.element in functions
        ]


class _WithTables(dict[Variable | ArrayVariable, str]):
    """The C names of a function's variables; constants of the file are added when they are first used."""

    def __init__(self, names: Mapping[Variable | ArrayVariable, str], table: Callable[[ArrayVariable], str]) -> None:
        super().__init__(names)
        self._table = table

    def __missing__(self, key: Variable | ArrayVariable) -> str:
        assert isinstance(key, ArrayVariable)  # noqa: S101 - every other name is known
        assert key.role is ArrayRole.TABLE  # noqa: S101
        return self._table(key)


def _aligned_size(array: ArrayVariable) -> int:
    """Returns the size of an array in bytes, rounded up to the alignment."""
    return -(-array.type.size // _ALIGNMENT) * _ALIGNMENT
