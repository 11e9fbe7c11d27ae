"""Emits expressions as C: each operation on its own line, in Python's order of evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rune.pyblock import numbers
from rune.pyblock.c.lines import ELEMENT_TYPES, Lines, is_narrow, literal, number_type
from rune.pyblock.intervals.analysis import Facts
from rune.pyblock.intervals.arithmetic import ALL, Interval, element_holds
from rune.pyblock.ir import (
    Absolute,
    BinaryOperation,
    Bind,
    Choose,
    Convert,
    Expression,
    Extreme,
    ExtremeOf,
    FitElement,
    Function,
    HelperCall,
    LoadElement,
    Logic,
    Mathematics,
    NumberComparison,
    NumberConstant,
    Primitive,
    ReadVariable,
    SumOf,
    UnaryOperation,
)
from rune.pyblock.numbers import Scalar
from rune.pyblock.variables import ArrayVariable, Variable
from rune.tensor import ElementType

_CHECKED_OPERATIONS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "//": "floor_divide",
    "**": "power",
    "<<": "shift_left",
}


class ExpressionText:
    """Emits the expressions of one function."""

    def __init__(
        self,
        lines: Lines,
        facts: Facts,
        names: Mapping[Variable | ArrayVariable, str],
        functions: Mapping[Function, str],
        file: str,
    ) -> None:
        self.lines = lines
        self.facts = facts
        self.names = names
        self._functions = functions
        self._file = file
        self.can_fail = False
        self.checks = 0

    def fail(self, condition: str, line: int, text: str) -> None:
        """Emits a check that fails with a message if the condition is true."""
        self._fail(condition, f'rune_fail_in_block({self._file}, {line}, "{text}");')

    def fail_with(self, condition: str, line: int, text: tuple[str, str, str, str, str | None]) -> None:
        """Emits a check that fails with a message around two numbers, or one if the last part is None."""
        before, number, between, other, after = text
        end = "0" if after is None else f'"{after}"'
        self._fail(
            condition,
            f'rune_fail_with_numbers({self._file}, {line}, "{before}", {number}, "{between}", {other}, {end});',
        )

    def _fail(self, condition: str, call: str) -> None:
        self.can_fail = True
        self.checks += 1
        with self.lines.braces(f"if ({condition})"):
            self.lines.add(call)
            self.lines.add("return 1;")

    def _keep(self, type_: str, text: str) -> str:
        name = self.lines.fresh()
        self.lines.add(f"const {type_} {name} = {text};")
        return name

    def type_of(self, node: Expression) -> str:
        return number_type(node.type or Scalar.INT, self.facts.of(node))

    def value(self, node: Expression) -> str:
        """The name or literal of an expression's value, which the lines before compute."""
        match node:
            case NumberConstant(value, kind):
                return literal(value, kind)
            case ReadVariable(variable):
                return self.names[variable]
            case LoadElement(array, indices):
                place = self.place(array, indices, node.line)
                return self._keep(self.type_of(node), f"{self.names[array]}[{place}]")
            case UnaryOperation():
                return self._unary(node)
            case BinaryOperation():
                return self._binary(node)
            case NumberComparison(operator, left, right):
                first = self.value(left)
                return self._keep("int", f"{first} {operator} {self.value(right)}")
            case Logic():
                return self._logic(node)
            case Choose():
                return self._choose(node)
            case Convert():
                return self._convert(node)
            case FitElement(value, element):
                return self._keep(self.type_of(node), self.fitted(self.value(value), value, element, node.line))
            case Extreme():
                return self._extreme(node)
            case ExtremeOf():
                return self._extreme_of(node)
            case SumOf():
                return self._sum_of(node)
            case Absolute():
                return self._absolute(node)
            case Bind(variable, bound, value):
                self.lines.add(f"{self.names[variable]} = {self.value(bound)};")
                return self.value(value)
            case Primitive():
                return self._primitive(node)
            case Mathematics():
                return self._mathematics(node)
            case HelperCall():
                return self._call(node)

    def place(self, array: ArrayVariable, indices: Sequence[Expression], line: int) -> str:
        """Returns the position of an element. All indices are computed before the first is checked."""
        positions = [self.value(each) for each in indices]
        terms = ""
        for index, node, size in zip(positions, indices, array.type.dimensions, strict=True):
            position = self._index(index, self.facts.of(node), size, line)
            terms = position if not terms else f"({terms}) * {size} + {position}"
        return terms

    def _index(self, index: str, interval: Interval, size: int, line: int) -> str:
        low, high = interval
        outside = [f"{index} < -{size}"] if low < -size else []
        outside += [f"{index} >= {size}"] if high >= size else []
        if outside:
            text = ("index ", index, " is out of range for ", str(size), " elements")
            self.fail_with(" || ".join(outside), line, text)
        if low >= 0:
            return f"(int32_t){index}"
        from_end = f"(int32_t){index} + ({index} < 0 ? {size} : 0)" if high >= 0 else f"(int32_t){index} + {size}"
        return f"({from_end})"

    def fitted(self, value: str, node: Expression, element: ElementType, line: int) -> str:
        """Checks that a whole number fits in an element; `value` is the C name of the value of `node`."""
        interval = self.facts.of(node)
        if not element_holds(interval, element):
            least, most = numbers.limits_of(element)
            outside = [f"{value} < {literal(least, Scalar.INT)}"] if interval[0] < least else []
            outside += [f"{value} > {literal(most, Scalar.INT)}"] if interval[1] > most else []
            self.fail_with(" || ".join(outside), line, ("", value, f" does not fit in {element}", "0", None))
        return value

    def _unary(self, node: UnaryOperation) -> str:
        value = self.value(node.value)
        if node.operator == "not":
            return self._keep("int", f"!{value}")
        if node.operator == "~":
            return self._keep(self.type_of(node), f"~{value}")
        if node.type is Scalar.INT and not self.facts.never_overflows(node):
            self.fail(f"{value} == {literal(numbers.LEAST, Scalar.INT)}", node.line, numbers.BEYOND_64_BITS)
        return self._keep(self.type_of(node), f"-({self._wide(node, node.value, value)})")

    def _wide(self, node: Expression, operand: Expression, text: str) -> str:
        """Widens an operand to the bits that the operation needs."""
        if node.type is Scalar.INT and is_narrow(self.facts.of(operand)) and not is_narrow(self.facts.of(node)):
            return f"(int64_t){text}"
        return text

    def _binary(self, node: BinaryOperation) -> str:
        left, right = self.value(node.left), self.value(node.right)
        if node.type is not Scalar.INT:
            return self._float_binary(node, left, right)
        divides = node.operator in ("//", "%")
        low, high = self.facts.of(node.right)
        if divides and low <= 0 <= high:
            self.fail(f"{right} == 0", node.line, numbers.DIVISION_BY_ZERO)
        if node.operator in ("<<", ">>") and low < 0:
            self.fail(f"{right} < 0", node.line, numbers.NEGATIVE_SHIFT)
        if node.operator == "**" and low < 0:
            self.fail(f"{right} < 0", node.line, numbers.NEGATIVE_POWER)
        return self._whole_binary(node, left, right)

    def _whole_binary(self, node: BinaryOperation, left: str, right: str) -> str:
        type_, operator = self.type_of(node), node.operator
        operands = (self.facts.of(node.left), self.facts.of(node.right))
        never = self.facts.never_overflows(node)
        if operator in ("&", "|", "^"):
            return self._keep(type_, f"{left} {operator} {right}")
        if operator in ("+", "-", "*") and never:
            wide = all(map(is_narrow, (*operands, self.facts.of(node))))
            text = f"{left} {operator} {right}" if wide else f"(int64_t){left} {operator} (int64_t){right}"
            return self._keep(type_, f"({type_})({text})")
        power = _power_of_two(operands[1])
        if operator == "%" and power is not None:
            return self._keep(type_, f"({type_})({left} & {literal((1 << power) - 1, Scalar.INT)})")
        if operator in ("//", "%") and operands[0][0] >= 0 and operands[1][0] >= 0:
            return self._keep(type_, f"({type_})({left} {'/' if operator == '//' else '%'} {right})")
        if operator in ("//", "%") and all(map(is_narrow, (*operands, self.facts.of(node)))) and never:
            name = "floor_divide" if operator == "//" else "modulo"
            return self._keep(type_, f"rune_block_{name}_32({left}, {right})")
        if operator == "%":
            return self._keep(type_, f"({type_})rune_block_modulo({left}, {right})")
        if operator == ">>":
            return self._keep(type_, f"({type_})rune_block_shift_right({left}, {right})")
        name = self.lines.fresh()
        self.lines.add(f"int64_t {name} = 0;")
        call = f"rune_block_{_CHECKED_OPERATIONS[operator]}({left}, {right}, &{name})"
        if never:
            self.lines.add(f"(void){call};")
        else:
            self.fail(call, node.line, numbers.BEYOND_64_BITS)
        return name if type_ == "int64_t" else self._keep(type_, f"({type_}){name}")

    def _float_binary(self, node: BinaryOperation, left: str, right: str) -> str:
        type_ = self.type_of(node)
        if node.operator in ("/", "//", "%") and not self._is_never_zero(node.right):
            self.fail(f"{right} == 0", node.line, numbers.DIVISION_BY_ZERO)
        match node.operator:
            case "*":
                product = "RUNE_PRODUCT_F32" if node.type is Scalar.F32 else "RUNE_PRODUCT"
                return self._keep(type_, f"{product}({left}, {right})")
            case "//":
                return self._keep(type_, f"({type_})rune_block_float_floor_divide({left}, {right})")
            case "%":
                return self._keep(type_, f"({type_})rune_block_float_modulo({left}, {right})")
        return self._keep(type_, f"{left} {node.operator} {right}")

    def _is_never_zero(self, node: Expression) -> bool:
        match node:
            case NumberConstant(value):
                return value != 0
            case Convert(value) if value.type is Scalar.INT:
                low, high = self.facts.of(value)
                return low > 0 or high < 0
        return False

    def _logic(self, node: Logic) -> str:
        name = self.lines.fresh()
        self.lines.add(f"int {name} = {self.value(node.left)};")
        with self.lines.braces(f"if ({name})" if node.operator == "and" else f"if (!{name})"):
            self.lines.add(f"{name} = {self.value(node.right)};")
        return name

    def _choose(self, node: Choose) -> str:
        condition, name = self.value(node.condition), self.lines.fresh()
        self.lines.add(f"{self.type_of(node)} {name} = 0;")
        for head, value in ((f"if ({condition})", node.yes), ("else", node.no)):
            with self.lines.braces(head):
                self.lines.add(f"{name} = {self.value(value)};")
        return name

    def _convert(self, node: Convert) -> str:
        value, source_type, type_ = self.value(node.value), node.value.type, self.type_of(node)
        if node.type is not Scalar.INT:
            return self._keep(type_, f"({type_})(double){value}" if source_type is Scalar.INT else f"({type_}){value}")
        if source_type is Scalar.BOOL or source_type is Scalar.INT:
            return value
        wide = self._keep("double", f"(double){value}")
        self.fail(f"{wide} - {wide} != 0.0", node.line, numbers.NOT_WHOLE)
        self.fail(f"!rune_block_is_within({wide})", node.line, numbers.BEYOND_64_BITS)
        return self._keep(
            type_, f"(int64_t){wide}" if node.rounding == "int" else f"rune_block_{node.rounding}({wide})"
        )

    def _extreme(self, node: Extreme) -> str:
        values = [self.value(each) for each in node.values]
        name, sign = self.lines.fresh(), "<" if node.operator == "min" else ">"
        wide = number_type(node.type, ALL)
        self.lines.add(f"{wide} {name} = {values[0]};")
        for each in values[1:]:
            self.lines.add(f"if ({each} {sign} {name}) {name} = {each};")
        type_ = self.type_of(node)
        return name if type_ == wide else self._keep(type_, f"({type_}){name}")

    def _extreme_of(self, node: ExtremeOf) -> str:
        name, index = self.lines.fresh(), self.lines.fresh()
        array, sign = self.names[node.array], "<" if node.operator == "min" else ">"
        self.lines.add(f"{self.type_of(node)} {name} = {array}[0];")
        with self.lines.braces(f"for (int32_t {index} = 1; {index} < {node.array.type.count}; ++{index})"):
            self.lines.add(f"if ({array}[{index}] {sign} {name}) {name} = {array}[{index}];")
        return name

    def _sum_of(self, node: SumOf) -> str:
        name, index, array = self.lines.fresh(), self.lines.fresh(), self.names[node.array]
        type_ = self.type_of(node)
        self.lines.add(f"{type_} {name} = 0;")
        with self.lines.braces(f"for (int32_t {index} = 0; {index} < {node.array.type.count}; ++{index})"):
            if node.type is Scalar.INT and not self.facts.never_overflows(node):
                self.fail(f"rune_block_add({name}, {array}[{index}], &{name})", node.line, numbers.BEYOND_64_BITS)
            else:
                self.lines.add(f"{name} = {name} + {array}[{index}];")
        return name

    def _absolute(self, node: Absolute) -> str:
        value = self.value(node.value)
        if node.type.is_float:
            zero = literal(0.0, node.type)
            return self._keep(self.type_of(node), f"{value} <= {zero} ? {zero} - {value} : {value}")
        if not self.facts.never_overflows(node):
            self.fail(f"{value} == {literal(numbers.LEAST, Scalar.INT)}", node.line, numbers.BEYOND_64_BITS)
        wide = self._wide(node, node.value, value)
        return self._keep(self.type_of(node), f"{value} < 0 ? -{wide} : {wide}")

    def _primitive(self, node: Primitive) -> str:
        values = [self.value(each) for each in node.values]
        first = values[0]
        match node.name:
            case "isnan":
                return self._keep("int", f"{first} != {first}")
            case "isinf":
                return self._keep("int", f"{first} == RUNE_INFINITY || {first} == -RUNE_INFINITY")
            case "isfinite":
                return self._keep("int", f"{first} - {first} == 0.0")
            case "copysign":
                # The sign of a NaN differs among processors, so it has none: it counts as positive everywhere.
                return self._keep("double", f"rune_block_copysign({first}, rune_one_nan({values[1]}))")
        name = self._keep("double", f"rune_{node.name}({', '.join(values)})")
        self._check_result(name, values, node.line)
        return name

    def _check_result(self, name: str, values: Sequence[str], line: int) -> None:
        """Emits the checks that a math function returned a finite number if its arguments are finite."""
        are_numbers = " && ".join(f"{each} == {each}" for each in values)
        self.fail(f"{name} != {name} && {are_numbers}", line, numbers.DOMAIN)
        are_finite = " && ".join(f"{each} - {each} == 0.0" for each in values)
        self.fail(f"({name} == RUNE_INFINITY || {name} == -RUNE_INFINITY) && {are_finite}", line, numbers.RANGE)

    def _mathematics(self, node: Mathematics) -> str:
        values = [self.value(each) for each in node.values]
        name = self.lines.fresh()
        self.lines.add(f"double {name} = 0.0;")
        self.lines.add(f"if ({self._functions[node.function]}({', '.join([*values, f'&{name}'])}, scratch)) return 1;")
        self._check_result(name, values, node.line)
        return name

    def _call(self, node: HelperCall) -> str:
        arguments = [
            self.names[each] if isinstance(each, ArrayVariable) else self.value(each) for each in node.arguments
        ]
        name = self.lines.fresh()
        if node.type is not None:
            self.lines.add(f"{number_type(node.type, ALL)} {name} = 0;")
            arguments.append(f"&{name}")
        self.lines.add(f"if ({self._functions[node.function]}({', '.join([*arguments, 'scratch'])})) return 1;")
        if node.type is None:
            return "0"
        type_ = self.type_of(node)
        return name if type_ == number_type(node.type, ALL) else self._keep(type_, f"({type_}){name}")


def _power_of_two(interval: Interval) -> int | None:
    """Returns the exponent if an interval is one power of two: then the remainder is the lower bits, for any sign."""
    low, high = interval
    return low.bit_length() - 1 if low == high and low > 0 and low & (low - 1) == 0 else None


def array_type(array: ArrayVariable) -> str:
    """Returns the C type of a pointer to an array's elements."""
    return f"{'' if array.is_writable else 'const '}{ELEMENT_TYPES[array.type.element]} *"
