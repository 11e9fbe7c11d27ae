"""Emits statements as C."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from itertools import zip_longest

from rune.pyblock.c.expressions import ExpressionText
from rune.pyblock.c.lines import ELEMENT_TYPES, Lines, is_narrow, literal
from rune.pyblock.ir import (
    Assign,
    CopySlice,
    Evaluate,
    Expression,
    Fill,
    For,
    ForEach,
    Function,
    If,
    Leave,
    ReadVariable,
    Return,
    Slice,
    Statement,
    StoreElement,
    While,
    Witness,
)
from rune.pyblock.numbers import Scalar, scalar_of
from rune.pyblock.variables import ArrayRole, ArrayVariable, Variable


class StatementText:
    """Emits the statements of one function. `returns` emits the returned values."""

    def __init__(
        self,
        lines: Lines,
        expressions: ExpressionText,
        returns: Callable[[Sequence[Expression | ArrayVariable]], None],
    ) -> None:
        self._lines = lines
        self._expressions = expressions
        self._returns = returns

    def block(self, body: Sequence[Statement]) -> None:
        for statement, after in zip_longest(body, body[1:]):
            if not (
                isinstance(statement, Fill) and isinstance(after, For) and self._writes_all(after, statement.array)
            ):
                self._statement(statement)

    def _writes_all(self, loop: For, array: ArrayVariable) -> bool:
        """Returns whether a loop assigns each element of an array in order without reading the array."""
        facts, count = self._expressions.facts, array.type.count
        is_whole = (facts.of(loop.start), facts.of(loop.stop), loop.step) == ((0, 0), (count, count), 1)
        match loop.body:
            case (StoreElement(target, (ReadVariable(variable),), value),) if (
                is_whole and len(array.type.dimensions) == 1
            ):
                return target is array and variable is loop.variable and not _mentions(value, array)
        return False

    def _statement(self, statement: Statement) -> None:
        lines, expressions = self._lines, self._expressions
        match statement:
            case Assign(variable, value):
                lines.add(f"{expressions.names[variable]} = {expressions.value(value)};")
            case StoreElement():
                self._store(statement)
            case Fill():
                self._fill(statement)
            case CopySlice(target, source):
                self._copy(target, source, statement.line)
            case If(condition, yes, no):
                with lines.braces(f"if ({expressions.value(condition)})"):
                    self.block(yes)
                if no:
                    with lines.braces("else"):
                        self.block(no)
            case For():
                self._for(statement)
            case ForEach(variable, array, body):
                index = lines.fresh()
                with lines.braces(f"for (int32_t {index} = 0; {index} < {array.type.count}; ++{index})"):
                    lines.add(f"{expressions.names[variable]} = {expressions.names[array]}[{index}];")
                    self.block(body)
            case While(condition, body):
                with lines.braces("for (;;)"):
                    lines.add(f"if (!{expressions.value(condition)}) break;")
                    self.block(body)
            case Leave(word):
                lines.add(f"{word};")
            case Return(values):
                self._returns(values)
                lines.add("return 0;")
            case Witness(witness, array):
                into, names = witness.type.count - 8, expressions.names
                what = f"{array.type.count}, {array.type.element.size}, {int(array.type.element.is_float)}"
                lines.add(f"rune_block_witness({names[witness]}, {into}, {names[array]}, {what});")
            case Evaluate(values_of):
                for each in values_of:
                    lines.add(f"(void){expressions.value(each)};")

    def _store(self, statement: StoreElement) -> None:
        expressions, array = self._expressions, statement.array
        element = array.type.element
        value = expressions.value(statement.value)
        place = expressions.place(array, statement.indices, statement.line)
        if not element.is_float:
            element_text = expressions.fitted(value, statement.value, element, statement.line)
            value = f"({ELEMENT_TYPES[element]})({element_text})"
        self._lines.add(f"{expressions.names[array]}[{place}] = {value};")

    def _fill(self, statement: Fill) -> None:
        array = statement.array
        name, index = self._expressions.names[array], self._lines.fresh()
        type_, kind = ELEMENT_TYPES[array.type.element], scalar_of(array.type.element)
        if statement.values:
            table = self._lines.fresh()
            literals = ", ".join(literal(each, kind) for each in statement.values)
            self._lines.add(f"static const {type_} {table}[] = {{{literals}}};")
            value = f"{table}[{index}]"
        else:
            value = "0"
        head = f"for (int32_t {index} = 0; {index} < {array.type.count}; ++{index})"
        self._lines.add(f"{head} {name}[{index}] = {value};")

    def _copy(self, target: Slice, source: Slice, line: int) -> None:
        lines, expressions = self._lines, self._expressions
        first, count = self._limits(source)
        start, target_count = self._limits(target)
        if count != target_count:
            text = ("", count, " elements cannot be assigned to a slice of ", target_count, "")
            expressions.fail_with(f"{count} != {target_count}", line, text)
        from_, into, index = expressions.names[source.array], expressions.names[target.array], lines.fresh()
        head = f"for (int32_t {index} = 0; {index} < {count}; ++{index})"
        if source.array is not target.array and ArrayRole.LOCAL in (source.array.role, target.array.role):
            lines.add(f"{head} {into}[{start} + {index}] = {from_}[{first} + {index}];")
            return
        # The slices may overlap, also if a helper got one array twice: copy in the safe direction.
        with lines.braces(f"if ((uintptr_t)({into} + {start}) <= (uintptr_t)({from_} + {first}))"):
            lines.add(f"{head} {into}[{start} + {index}] = {from_}[{first} + {index}];")
        with lines.braces("else"):
            last = f"{count} - 1 - {index}"
            lines.add(f"{head} {into}[{start} + {last}] = {from_}[{first} + {last}];")

    def _limits(self, part: Slice) -> tuple[str, str]:
        """Returns the first element and the length of a slice."""
        size = part.array.type.count
        fixed_range = part.fixed()
        if fixed_range is not None:
            return str(fixed_range.start), str(len(fixed_range))
        limits = ["0", str(size)]
        for position, limit in enumerate((part.start, part.stop)):
            if limit is not None:
                value = self._expressions.value(limit)
                name = limits[position] = self._lines.fresh()
                self._lines.add(f"const int32_t {name} = rune_block_limit({value}, {size});")
        count = self._lines.fresh()
        self._lines.add(f"const int32_t {count} = {limits[1]} > {limits[0]} ? {limits[1]} - {limits[0]} : 0;")
        return limits[0], count

    def _for(self, statement: For) -> None:
        lines, expressions = self._lines, self._expressions
        start, stop = expressions.value(statement.start), expressions.value(statement.stop)
        step, index = statement.step, lines.fresh()
        low, high = expressions.facts.of(statement.start), expressions.facts.of(statement.stop)
        behind = (min(high[0], high[0] + step, low[0]), max(high[1], high[1] + step, low[1]))
        if is_narrow(low) and is_narrow(behind):
            sign = "<" if step > 0 else ">"
            head = f"for (int32_t {index} = {start}; {index} {sign} {stop}; {index} += {step})"
        else:
            left = lines.fresh()
            more, less = (stop, start) if step > 0 else (start, stop)
            count = f"((uint64_t)(int64_t){more} - (uint64_t)(int64_t){less} - 1) / {abs(step)}u + 1"
            lines.add(f"uint64_t {left} = {more} > {less} ? {count} : 0;")
            advance = f"{index} = (int64_t)((uint64_t){index} + (uint64_t)({literal(step, Scalar.INT)}))"
            head = f"for (int64_t {index} = {start}; {left} != 0; --{left}, {advance})"
        with lines.braces(head):
            name = expressions.names[statement.variable]
            lines.add(f"{name} = {index};")
            self.block(statement.body)


def _mentions(node: object, array: ArrayVariable) -> bool:
    """Returns whether an expression reads an array or passes it to a function."""
    if isinstance(node, tuple):
        return any(_mentions(each, array) for each in node)
    if node is array or not is_dataclass(node) or isinstance(node, ArrayVariable | Variable | Function):
        return node is array
    return any(_mentions(getattr(node, each.name), array) for each in fields(node))
