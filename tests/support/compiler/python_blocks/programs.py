"""Programs of the block language made by a seed: each is well typed, ends, and uses most of the language.

All kinds of numbers, at the ends of their limits too; arrays of one and two dimensions; state; parameters; constants of
the file; arithmetic, comparisons in a chain, `and`, `or`, `not`, `if` as an expression; `if`, `for` over ranges in both
directions, over arrays, `enumerate`, `zip` and both, and that change their own variable; `while`, `break`, `continue`,
early `return`; slices that are read, copied and written, also into themselves; helpers that give numbers, and that
write into arrays; several numbers given at once; new arrays of computed numbers, also as they are given; `sum`, `min`,
`max`, `abs`, `round`, `int`, conversions that must fit, `print` and `math`. Some fail, each kind of failure among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from rune.tensor import ElementType, TensorType

INPUTS = (TensorType(ElementType.F32, (6,)), TensorType(ElementType.I32, (2, 3)))
"""The inputs of every program."""
OUTPUTS = (TensorType(ElementType.F32, (6,)), TensorType(ElementType.I64, (4,)), TensorType(ElementType.F64, (3,)))
"""The outputs of every program."""


@dataclass(frozen=True)
class BlockProgram:
    """A program and the values of its two parameters."""

    name: str
    text: str
    settings: tuple[float, int]


def program(seed: int) -> BlockProgram:
    """The program of a seed; the same for ever."""
    return _Writer(seed).program()


_FLOATS = ("0.5", "1.0", "-2.25", "3.0", "0.1", "1e-3", "7.5", "100.0", "-0.7")
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_MATH = ("sqrt", "exp", "log", "sin", "cos", "tanh", "atan", "fabs", "log10", "log2", "tan", "sinh", "cosh", "asin")


class _Writer:
    """Writes one program. `_kind` words are int, f32 and f64."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._name = f"block_{seed}"
        self._lines: list[str] = []
        self._names: dict[str, list[str]] = {"int": ["k"], "f32": ["alpha"], "f64": []}
        self._loops: list[str] = []
        self._nested = 0
        self._functions = 0

    def program(self) -> BlockProgram:
        chance = self._random
        self._line(1, "a = f32[6]()", "b = i64[4]()", "c = f64[3]()", "u = u8[3]()")
        self._line(1, "w = x[1:5]" if chance.random() < 0.5 else "w = f32[4]([0.5, -1.5, 2.0, 0.1])")
        for kind, first in (("int", "len(y[0])"), ("f32", "0.25"), ("f64", "f64(alpha)")):
            self._line(1, f"{kind}_0 = {first}")
            self._names[kind].append(f"{kind}_0")
        for _ in range(chance.randint(3, 8)):
            self._statement(1)
        # Numbers of their own, so that all before is as it was without it.
        self._random = Random(f"more of {self._name}")
        self._more()
        self._random = Random(f"own variables of {self._name}")
        self._own_variable()
        self._random = Random(f"new arrays of {self._name}")
        self._new_arrays()
        head = (
            f'def {self._name}(x: f32["n"], y: i32[2, 3], *, alpha: f32 = 0.5, k: int = 3, '
            f's: State[f32[5]], t: State[i64[2]]) -> tuple[f32["n"], i64[4], f64[3]]:'
        )
        text = "\n".join(
            ["import math", "LIMIT = 0.75", "STEPS = i32[3]([1, -2, 5])", *_HELPERS, head, *self._lines, ""]
        )
        return BlockProgram(
            self._name, text, (chance.choice([0.5, -1.25, 0.0, 3.5]), chance.choice([0, 3, -4, 1 << 40]))
        )

    def _more(self) -> None:
        """Draws statements that the language learned later, and numbers at the ends of their types."""
        chance = self._random
        self._line(1, "g = i32[3]([2147483647, -2147483648, 5])", "h = u16[4]([0, 65535, 7, 1])", "m = i16[2, 3]()")
        self._line(1, "z = a[1:4]", "wide: f64 = 0.1", f"flag = {self._truth(1)}")
        for _ in range(chance.randint(1, 4)):
            self._later_statement(1)
        if chance.random() < 0.2:
            self._line(1, f"if {self._truth(1)}:", "    return a, b, c")

    def _own_variable(self) -> None:
        """Draws a loop that changes its own variable, which is there before it."""
        over = self._random.choice(("range(5, 9)", "range(8589934592, 8589934602)", "g", "h"))
        change = f"own {self._random.choice('+-')}= {self._random.choice(('1', '9', 'h[0]', 'own // 2'))}"
        self._line(1, "own = 0", f"for own in {over}:", f"    {change}")
        self._line(1, f"b[{self._rarely('own', 'own % 4')}] = own * 3", f"u[0] = {self._rarely('own', 'own & 255')}")

    def _later_statement(self, depth: int) -> None:
        chance = self._random
        choice = chance.randint(0, 9) if depth < 3 else chance.randint(3, 9)
        if choice == 0:
            self._counted(depth)
        elif choice == 1:
            self._beside(depth)
        elif choice == 2:
            self._summed(depth)
        else:
            self._line(depth, chance.choice(self._later_lines()))

    def _later_lines(self) -> tuple[str, ...]:
        whole, single, double = (self._later_value(kind) for kind in ("int", "f32", "f64"))
        i, j = self._inside_of(6), self._inside_of(6)
        return (
            f"int_0, f32_0 = {whole}, {single}",
            f"a[{i}], a[{j}] = a[{j}], a[{i}]",
            f"b[{self._inside_of(4)}], f64_0 = {whole}, {double}",
            f"m[{self._inside_of(2)}, {self._inside_of(3)}] = ({whole}) % {self._rarely(33_000, 32_768)}",
            f"m[{self._inside_of(2)}, {self._inside_of(3)}] -= {self._rarely(30_000, 1)}",
            f"h[{self._inside_of(4)}] = ({whole}) & {self._rarely(65_536, 65_535)}",
            f"g[{self._inside_of(3)}] = ({whole}) >> {self._rarely(20, 33)}",
            f"g[{self._inside_of(3)}] += {self._rarely(1, 0)}",
            f"flag = {self._truth(1)} or (flag and {self._truth(1)})",
            f"int_0 = {whole} if flag else {self._random.choice(('u8', 'i16'))}(({whole}) % {self._rarely(300, 100)})",
            f"z[:] = {self._random.choice(('a[3:]', 'x[-3:]', 'w[:3]', 'z[:]'))}",
            f"wide = {double}",
            f"wide -= c[{self._inside_of(3)}] * wide",
            f"int_0 = above({self._random.choice(('x', 'a', 'w', 'z'))}, {single})",
            f"scramble({self._random.choice(('b', 't'))}, {whole})",
            f"print(int_0, {self._random.choice(('a', 'h', 'f32_0'))})",
        )

    def _rarely(self, fails: int | str, holds: int | str) -> str:
        """A value that may end the run, now and then; else one that does not."""
        return str(fails if self._random.random() < 0.08 else holds)

    def _inside_of(self, size: int) -> int | str:
        chance = self._random
        if chance.random() < 0.5:
            return chance.randrange(-size, size)
        return self._rarely(self._index(size), f"{chance.choice(self._loops or ['int_0'])} % {size}")

    def _counted(self, depth: int) -> None:
        """`for i, v in enumerate(x)`, also of several side by side."""
        self._functions += 1
        index, element, other = (f"{word}{self._functions}" for word in ("n", "e", "o"))
        array, kind = self._random.choice((("x", "f32"), ("z", "f32"), ("b", "int"), ("h", "int"), ("c", "f64")))
        target, over = element, array
        names = [("int", index), (kind, element)]
        if self._random.random() < 0.4:
            target, over = f"({element}, {other})", f"zip({array}, w)"
            names.append(("f32", other))
        self._line(depth, f"for {index}, {target} in enumerate({over}):")
        self._inside(depth + 1, names, index)

    def _beside(self, depth: int) -> None:
        self._functions += 1
        first, second = f"p{self._functions}", f"q{self._functions}"
        left, right = self._random.choice((("x", "f32"), ("a", "f32"), ("g", "int"))), ("t", "int")
        self._line(depth, f"for {first}, {second} in zip({left[0]}, {right[0]}):")
        self._inside(depth + 1, [(left[1], first), (right[1], second)], None)

    def _summed(self, depth: int) -> None:
        """Draws a sum, from numbers that are near the end of 64 bits as well."""
        self._functions += 1
        name, index = f"sum{self._functions}", f"r{self._functions}"
        start = self._rarely(
            "9223372036854775807 - 99", self._random.choice(("0", "-9223372036854775807 + 40_000_000"))
        )
        turns = self._random.choice((1, 4, 9))
        terms = [f"h[{index} % 4]", f"g[{index} % 3]", f"({index} * {index} - 20)", "b[0]", f"{index} * u[2]"]
        self._line(depth, f"{name} = {start}", f"for {index} in range({turns}):")
        for _ in range(self._random.randint(1, 2)):
            self._line(depth + 1, f"{name} {self._random.choice('+-')}= {self._random.choice(terms)}")
        if self._random.random() < 0.3:
            self._line(depth + 1, f"if {name} > 1000:", f"    {self._random.choice(('break', 'continue'))}")
        self._line(depth, f"int_0 = {name} % {self._random.choice((64, 1000, -8))}")

    def _inside(self, depth: int, names: list[tuple[str, str]], index: str | None) -> None:
        """The body of a loop that gives these names values."""
        for kind, name in names:
            self._names[kind].append(name)
        self._loops += [index] if index else []
        for _ in range(self._random.randint(1, 2)):
            self._random.choice((self._statement, self._later_statement))(depth)
        self._loops = [each for each in self._loops if each != index]
        for kind, name in names:
            self._names[kind].remove(name)

    def _later_value(self, kind: str) -> str:
        chance = self._random
        options: tuple[str, ...]
        more: tuple[str, ...]
        if chance.random() < 0.4:
            return self._value(kind, 2)
        if kind == "int":
            single, double = self._value("f32", 1), self._value("f64", 1)
            end = self._rarely(chance.choice(("9223372036854775807", "-9223372036854775808")), "2147483648")
            options = (end, "g[0]", "sum(g)", "sum(h)", "sum(u)", self._rarely("sum(b)", "sum(t) % 9"))
            more = (f"math.floor({single} % 90.0)", f"math.ceil({double} % 9.0)", f"math.trunc({single} % 7.0)")
            return chance.choice((*options, *more, "m[1, -1]", "len(m[0])", "int(flag)"))
        if kind == "f32":
            options = ("sum(x)", "sum(a)", "sum(z)", "max(z)", "z[-1]", "f32(wide)", f"f32({self._value('int', 1)})")
            left = self._value("f32", 1)
            more = (f"math.copysign({left}, z[0])", f"math.fmod({left}, 3.5)", f"math.acos({left} % 1.0)")
            return chance.choice((*options, *more, f"math.radians({left})", f"({left}) / 4"))
        left = self._value("f64", 1)
        options = ("wide", "f64(sum(x))", "math.pi", "math.e * wide", f"math.degrees({left} % 7.0)")
        more = (f"math.log2(abs({left}) + 1.0)", f"math.atan2(wide, {left})", f"({self._value('int', 1)}) / 7")
        return chance.choice((*options, *more))

    def _new_arrays(self) -> None:
        """The end: arrays of computed numbers, by name and as they are given."""
        if self._random.random() < 0.5:
            self._line(1, f"c = f64[3]([{self._value('f64', 1)}, 0.5, {self._value('f64', 1)}])")
        if self._random.random() < 0.3:
            self._line(1, f"u = u8[3]([1, ({self._value('int', 1)}) % {self._random.choice((256, 300))}, u[0]])")
        whole = f"i64[4]([b[0], {self._value('int', 1)}, 7, u[1]])"
        self._line(1, f"return a, {self._random.choice(('b', whole))}, c")

    def _line(self, depth: int, *lines: str) -> None:
        self._lines += ["    " * depth + line for line in lines]

    def _statement(self, depth: int) -> None:
        chance = self._random
        choice = chance.randint(0, 11)
        if choice <= 2 or depth > 3:
            kind = chance.choice(("int", "f32", "f64"))
            name = chance.choice([each for each in self._names[kind] if "_" in each])
            self._line(depth, f"{name} = {self._value(kind, 2)}")
        elif choice <= 4:
            self._line(depth, self._store())
        elif choice == 5:
            operator = chance.choice(("+", "-", "*", "//", "%"))
            self._line(depth, f"int_0 {operator}= {self._value('int', 2)}")
        elif choice == 6:
            self._line(depth, f"if {self._truth(2)}:")
            self._body(depth + 1)
            if chance.random() < 0.5:
                self._line(depth, "else:")
                self._body(depth + 1)
        elif choice <= 8:
            self._for(depth)
        elif choice == 9:
            self._while(depth)
        elif choice == 10:
            self._line(depth, chance.choice(self._slices()))
        else:
            self._line(depth, f"halve({chance.choice(('a', 's'))}, {self._value('f32', 1)})")

    def _slices(self) -> tuple[str, ...]:
        low, high = self._value("int", 1), self._value("int", 1)
        return ("a[2:6] = w", "s[1:] = a[:4]", "a[1:] = a[:5]", "a[:5] = a[1:]", f"w[{low}:{high}] = x[{low}:{high}]")

    def _body(self, depth: int) -> None:
        for _ in range(self._random.randint(1, 2)):
            self._statement(depth)

    def _for(self, depth: int) -> None:
        chance = self._random
        self._functions += 1
        index = f"at{self._functions}"
        what = chance.choice(
            ("range(6)", "range(1, 5)", "range(5, -1, -2)", "range(len(s))", f"range({self._value('int', 1)} % 7)")
        )
        over = chance.random() < 0.15
        if over:
            index = f"e{self._functions}"
        self._line(depth, f"for {index} in {'x' if over else what}:")
        kind = "f32" if over else "int"
        self._names[kind].append(index)
        if not over:
            self._loops.append(index)
        self._body(depth + 1)
        if chance.random() < 0.2:
            self._line(depth + 1, f"if {self._truth(1)}:")
            self._line(depth + 2, chance.choice(("break", "continue")))
        self._names[kind].remove(index)
        if not over:
            self._loops.remove(index)

    def _while(self, depth: int) -> None:
        self._functions += 1
        turns = f"left{self._functions}"
        self._line(depth, f"{turns} = {self._random.randint(1, 5)}", f"while {turns} > 0 and {self._truth(1)}:")
        self._line(depth + 1, f"{turns} -= 1")
        self._body(depth + 1)

    def _store(self) -> str:
        array, size, kind = self._random.choice(
            (
                ("a", 6, "f32"),
                ("w", 4, "f32"),
                ("s", 5, "f32"),
                ("b", 4, "int"),
                ("t", 2, "int"),
                ("u", 3, "u8"),
                ("c", 3, "f64"),
            )
        )
        operator = self._random.choice(("=", "=", "+="))
        if kind == "u8":
            value = f"({self._value('int', 2)}) % {self._random.choice((256, 250, 300))}"
            return f"{array}[{self._index(size)}] = {value}"
        return f"{array}[{self._index(size)}] {operator} {self._value(kind, 2)}"

    def _index(self, size: int) -> str:
        chance = self._random
        if self._loops and chance.random() < 0.4:
            return f"{chance.choice(self._loops)} % {size}"
        if chance.random() < 0.06:
            return chance.choice(self._names["int"])
        return chance.choice((str(chance.randrange(-size, size)), f"{chance.choice(self._names['int'])} % {size}"))

    def _value(self, kind: str, depth: int) -> str:
        chance = self._random
        if depth == 0 or chance.random() < 0.2:
            return self._leaf(kind)
        left, right = self._value(kind, depth - 1), self._value(kind, depth - 1)
        return self._whole(left, right, depth) if kind == "int" else self._float(kind, left, right, depth)

    def _leaf(self, kind: str) -> str:
        chance = self._random
        if kind == "int":
            options = [
                chance.choice(self._names["int"]), str(chance.randint(-9, 99)),
                f"y[{self._index(2)}, {self._index(3)}]",
                f"b[{self._index(4)}]", f"t[{self._index(2)}]", f"STEPS[{self._index(3)}]", f"u[{self._index(3)}]",
            ]  # fmt: skip
        elif kind == "f32":
            options = [
                chance.choice(self._names["f32"]), chance.choice(_FLOATS),
                f"x[{self._index(6)}]", f"a[{self._index(6)}]",
                f"s[{self._index(5)}]", "max(x)", "min(w)", f"w[{self._index(4)}]",
            ]  # fmt: skip
        else:
            options = [chance.choice(self._names["f64"]), f"c[{self._index(3)}]", "f64(alpha)"]
        return chance.choice(options)

    def _whole(self, left: str, right: str, depth: int) -> str:
        chance = self._random
        options = [f"({left} {operator} {right})" for operator in ("+", "-", "*", "&", "|", "^")]
        options += [f"({left} {operator} {chance.choice((3, -7, 16, 1000))})" for operator in ("//", "%")]
        options += [f"({left} // {right})", f"({left} % {right})"] if chance.random() < 0.2 else []
        options += [f"({left} >> ({right} & 7))", f"({left} << ({right} & 7))", f"({left} % 5) ** ({right} % 4)"]
        options += [f"abs({left})", f"min({left}, {right})", f"max({left}, {right}, 2)", f"-{left}", f"~{left}"]
        options += [f"int({self._value('f32', depth - 1)} % 50.0)", f"round({self._value('f64', depth - 1)} % 9.0)"]
        options += [f"({left} if {self._truth(depth - 1)} else {right})", f"int({self._truth(depth - 1)})"]
        return chance.choice(options)

    def _float(self, kind: str, left: str, right: str, depth: int) -> str:
        chance = self._random
        options = [f"({left} {operator} {right})" for operator in ("+", "-", "*", "+", "*")]
        options += [f"({left} {operator} {chance.choice(('3.0', '-0.7', '16.5'))})" for operator in ("/", "//", "%")]
        options += (
            [f"({left} / {right})", f"({left} // {right})", f"({left} % {right})"] if chance.random() < 0.2 else []
        )
        options += [f"min({left}, {right})", f"max({left}, {right})", f"abs({left})", f"-{left}", f"({left} * k)"]
        options += [f"({left} if {self._truth(depth - 1)} else {right})", f"{kind}({self._value('int', depth - 1)})"]
        name = chance.choice(_MATH)
        inner = f"abs({left}) + LIMIT" if name in ("sqrt", "log", "log10", "log2") else f"({left}) % 1.0"
        options += [f"math.{name}({inner})", f"math.hypot({left} % 100.0, {right} % 100.0)"]
        options += [f"math.atan2({left}, {right})", f"math.pow(abs({left}) % 4.0 + LIMIT, {right} % 3.0)"]
        other = "f64" if kind == "f32" else "f32"
        options += [f"{kind}({self._value(other, depth - 1)})"]
        if kind == "f32":
            options += [f"mixed({left}, {self._value('int', depth - 1)})"]
        return chance.choice(options)

    def _truth(self, depth: int) -> str:
        chance = self._random
        kind = chance.choice(("int", "f32", "f64"))
        low, middle, high = (self._value(kind, max(depth - 1, 0)) for _ in range(3))
        options = [f"{low} {chance.choice(_COMPARISONS)} {high}", f"{low} <= {middle} < {high}"]
        if depth > 0:
            options += [f"({self._truth(depth - 1)} {word} {self._truth(depth - 1)})" for word in ("and", "or")]
            options += [f"not ({self._truth(depth - 1)})", f"math.isfinite({self._value('f32', 1)})"]
        return chance.choice(options)


_HELPERS = (
    "def mixed(x: f32, n: int) -> f32:",
    "    if n % 2 == 0:",
    "        return x * 0.5",
    "    return x + f32(n % 11)",
    'def halve(values: f32["m"], by: f32) -> None:',
    "    for i in range(len(values)):",
    "        values[i] = values[i] * 0.5 + by * 0.125",
    'def above(values: f32["m"], limit: f32) -> int:',
    "    found = 0",
    "    for i, v in enumerate(values):",
    "        if v > limit:",
    "            found += i",
    "        elif v < -100.0:",
    "            return -1",
    "    return found",
    'def scramble(values: i64["m"], by: int) -> None:',
    "    for i in range(len(values) - 1, 0, -1):",
    "        values[i], values[i - 1] = values[i - 1] ^ (by & 255), values[i]",
)
