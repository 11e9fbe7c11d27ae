"""Code outside of the language has a message at its token, with the code to write instead: every one, not only the
first."""

from __future__ import annotations

import ast

import pytest

from rune.pyblock.checking.block import check_file
from rune.pyblock.checking.problems import Problem
from rune.pyblock.checking.signature import UnfitInput
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case

_F32_6 = TensorType(ElementType.F32, (6,))


def _in_body(*lines: str) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return (
        "import math\nLIMIT = 0.5\nTABLE = f32[2]([0.5, 1.0])\n"
        "def twice(v: f32) -> f32:\n    return v + v\n"
        'def fill(v: f32["m"]) -> None:\n    v[0] = 1.0\n'
        'def block(x: f32["n"], *, alpha: f32 = 0.5, k: int = 2, s: State[f32["n"]]) -> f32["n"]:\n'
        f"    y = x[:]\n{body}\n    return y\n"
    )


def _problems(text: str) -> tuple[Problem, ...]:
    return check_file("block.py", text).problems


def _token(text: str, problem: Problem) -> str:
    place = problem.place
    assert place.line == place.end_line
    return text.splitlines()[place.line - 1][place.column : place.end_column]


_REFUSALS = [
    # what grows
    ("peaks.append(1.0)", "RUNE0112", "append", "peaks[i]"),
    ("z = [1.0, 2.0]", "RUNE0112", "[1.0, 2.0]", "f32[3]([0.1, 0.2, 0.3])"),
    ("z = [v for v in x]", "RUNE0112", "[v for v in x]", "fill it in a loop"),
    ("z = {1: 2}", "RUNE0112", "{1: 2}", "indices"),
    ("z = {1}", "RUNE0112", "{1}", "u8"),
    ("z = f32[k]()", "RUNE0112", "k", "len(x)"),
    ("z = x[k:]", "RUNE0112", "x[k:]", "z[:] = x[a:b]"),
    ("z = x[3:3]", "RUNE0112", "x[3:3]", "z[:]"),
    ("del y", "RUNE0112", "del", "Remove"),
    # statements and expressions outside of the language
    ("class A: pass", "RUNE0113", "class", "helper"),
    ("try:\n        pass\n    except Exception:\n        pass", "RUNE0113", "try", "if"),
    ("with x: pass", "RUNE0113", "with", "Remove"),
    ("raise ValueError", "RUNE0113", "raise", "Return"),
    ("assert k > 0", "RUNE0113", "assert", "test file"),
    ("import os", "RUNE0113", "import", "import math"),
    ("from math import sin", "RUNE0113", "from", "import math"),
    ("global LIMIT", "RUNE0113", "global", "State"),
    ("z = lambda v: v", "RUNE0113", "lambda v: v", "def"),
    ("a, b = x", "RUNE0113", "a, b", "a, b = x[0], x[1]"),
    ("a, b = 1, 2, 3", "RUNE0115", "a, b", "as many"),
    ("a, y[1:] = 1, 2", "RUNE0113", "y[1:]", "x[i]"),
    ("a = b = 1", "RUNE0113", "a", "one assignment"),
    ("z = (a := 1)", "RUNE0113", "a := 1", "line before"),
    ("z = 'text'", "RUNE0113", "'text'", "numbers"),
    ("z = None", "RUNE0113", "None", "numbers"),
    ("z = 1j", "RUNE0113", "1j", "numbers"),
    ("z = f'{k}'", "RUNE0113", "f'{k}'", "print"),
    ("z = y", "RUNE0113", "y", "y[:]"),
    ("z = alpha ** 2", "RUNE0113", "alpha ** 2", "alpha * alpha"),
    ("z = alpha ** 0.5", "RUNE0113", "alpha ** 0.5", "math.pow"),
    ("z = sum(v * v for v in x)", "RUNE0112", "(v * v for v in x)", "total += v * v"),
    ("d = f64[2]()\n    z = sum(d)", "RUNE0113", "sum(d)", "total += v"),
    ("z = sum(alpha)", "RUNE0115", "alpha", "array"),
    ("z = any(x)", "RUNE0113", "any", "loop"),
    ("z = np.mean(x)", "RUNE0117", "np.mean", "sum(x) / len(x)"),
    ("z = x.argmax()", "RUNE0117", "argmax", "enumerate(x)"),
    ("z = x.shape", "RUNE0113", "x.shape", "len(x)"),
    ("z = [0.0] * 3", "RUNE0112", "[0.0] * 3", 'f32["n"]()'),
    ("z = []", "RUNE0112", "[]", "f32[16]()"),
    ("z = f32[2]([v for v in x])", "RUNE0112", "[v for v in x]", "f32[2]()"),
    ("z = twice(x[::-1])", "RUNE0113", "x[::-1]", "loop"),
    ("z = twice(x[-2:])", "RUNE0113", "x[-2:]", "line before"),
    ("z = sorted(x)", "RUNE0113", "sorted", "loop"),
    ("z = open('f')", "RUNE0113", "open", "inputs and parameters"),
    ("z = eval('1')", "RUNE0113", "eval", "code itself"),
    ("for i, v in x: pass", "RUNE0113", "i, v", "range(len(x))"),
    ("for v in enumerate(x): pass", "RUNE0113", "v", "for i, v in enumerate(x):"),
    ("for i, v in enumerate(x, 1): pass", "RUNE0117", "enumerate(x, 1)", "counts from 0"),
    ("for a, b in zip(x, y, s): pass", "RUNE0113", "a, b", "zip(x, y)"),
    ("for a, b in zip(x, y[1:]): pass", "RUNE0113", "y[1:]", "range(len(x))"),
    ("for i, x in enumerate(y): pass", "RUNE0115", "x", "another name"),
    ("for v in reversed(x): pass", "RUNE0113", "reversed(x)", "-1, -1"),
    ("z = enumerate(x)", "RUNE0113", "enumerate", "for i, v"),
    ("for v in x[1:]: pass", "RUNE0113", "x[1:]", "range(len(x))"),
    ("for i in range(0, 5, k): pass", "RUNE0113", "k", "while"),
    ("z = k in x", "RUNE0113", "k in x", "loop"),
    ("z = k is 3", "RUNE0113", "k is 3", "=="),
    ("y[::2] = x", "RUNE0113", "2", "loop"),
    ("k", "RUNE0113", "k", "remove the line"),
    ("z = round(alpha, 2)", "RUNE0113", "round(alpha, 2)", "100.0"),
    ("z = x[1][2]", "RUNE0113", "x[1][2]", "x[i, j]"),
    ("z = k @ k", "RUNE0113", "k @ k", "loops"),
    ("z = x.size", "RUNE0113", "x.size", "len(x)"),
    ("def inner() -> f32:\n        return 1.0", "RUNE0113", "def", "top level"),
    ("match k:\n        case 1: pass", "RUNE0113", "match", "elif"),
    ("while k > 0:\n        pass\n    else:\n        pass", "RUNE0113", "pass", "bool"),
    # names
    ("z = nothing + 1", "RUNE0114", "nothing", "names defined here"),
    ("if k > 0:\n        z = 1\n    w = z", "RUNE0114", "z", "every path"),
    ("for i in range(k):\n        z = i\n    w = z", "RUNE0114", "z", "every path"),
    ("z = z + 1", "RUNE0114", "z", "before"),
    ("len = 3", "RUNE0114", "len", "another name"),
    ("twice = 3", "RUNE0114", "twice", "another name"),
    # types
    ("z = alpha + f64(alpha)", "RUNE0115", "alpha + f64(alpha)", "f32(...)"),
    ("z = k\n    z = 0.5", "RUNE0115", "0.5", "z = 0.0"),
    ("z = alpha and True", "RUNE0115", "alpha", "!= 0"),
    ("if k: pass", "RUNE0115", "k", "k != 0"),
    ("z = True + 1", "RUNE0115", "True + 1", "int(b)"),
    ("z = x + 1", "RUNE0115", "x", "x[i]"),
    ("z = k[0]", "RUNE0115", "k", "array"),
    ("y[alpha] = 1.0", "RUNE0115", "alpha", "int(x)"),
    ("z = x[1, 2]", "RUNE0115", "x[1, 2]", "x[i]"),
    ("z = alpha & 3", "RUNE0115", "alpha", "int(x)"),
    ("z = fill(y)", "RUNE0115", "fill(y)", "line of its own"),
    ("k = x[:]", "RUNE0115", "k", "another name"),
    ("z: f32[3] = 0.0", "RUNE0115", "f32[3]", "f32[16]()"),
    ("y[0] = f64(alpha)", "RUNE0115", "f64(alpha)", "f32(...)"),
    ("return alpha", "RUNE0115", "alpha", "array"),
    ("return", "RUNE0115", "return", "signature"),
    ("return [0.5]", "RUNE0112", "[0.5]", 'f32["n"]([...])'),
    ("return f32[2]([0.5, alpha])", "RUNE0115", "f32[2]([0.5, alpha])", "of that type"),
    ("z = f32[2]([alpha, f64(alpha)])", "RUNE0115", "f64(alpha)", "f32(...)"),
    ("z = f32[2]([[1.0], [alpha]])", "RUNE0118", "[1.0]", "each element"),
    ("z = alpha + f32[1]([0.5])", "RUNE0113", "f32[1]([0.5])", "line before"),
    # what may not be written
    ("x[0] = 1.0", "RUNE0116", "x[0]", "y = x[:]"),
    ("TABLE[0] = 1.0", "RUNE0116", "TABLE[0]", "TABLE[:]"),
    ("fill(x)", "RUNE0116", "v[0]", "v[:]"),
    # calls
    ("z = twice(1.0, 2.0)", "RUNE0117", "twice(1.0, 2.0)", "twice(v)"),
    ("z = sqrt(alpha)", "RUNE0117", "sqrt", "math.sqrt"),
    ("z = math.gamma(alpha)", "RUNE0117", "math.gamma", "There are"),
    ("z = math.sin(alpha, 1.0)", "RUNE0117", "math.sin(alpha, 1.0)", "math.sin(x)"),
    ("z = max(x, key=3)", "RUNE0117", "3", "Remove"),
    ("z = len(x[0])", "RUNE0115", "x[0]", "len(x)"),
    ("z = n", "RUNE0114", "n", "len(x)"),
    ("z = len(x, x)", "RUNE0117", "len(x, x)", "len(x)"),
    # numbers
    ("z = 9223372036854775808", "RUNE0118", "9223372036854775808", "smaller"),
    ("z = 1e400", "RUNE0118", "1e400", "math.inf"),
    ("z = 1 // 0", "RUNE0118", "1 // 0", "another number"),
    ("z = alpha + 16777217", "RUNE0118", "16777217", "fits"),
    ("z = alpha * 1e39", "RUNE0118", "1e39", "f64"),
    ("z = u8[2]([1, 256])", "RUNE0118", "256", "each element"),
    ("z = u8[2]([1])", "RUNE0118", "[1]", "each element"),
]


@pytest.mark.protects("compiling/python-blocks")
@each_case(("line", "code", "token", "instead"), _REFUSALS, ids=[each[0][:30] for each in _REFUSALS])
def test_what_is_outside_is_told_at_its_token(line: str, code: str, token: str, instead: str) -> None:
    text = _in_body(line)
    ast.parse(text)
    problems = _problems(text)
    assert [(each.kind.value, _token(text, each)) for each in problems][:1] == [(code, token)], problems
    assert instead in problems[0].instead


@each_case("line", ["y = x", "y = x[:]", "x[0, 0] = 1.0", "y = x.copy()"])
def test_the_advice_to_copy_an_array_of_two_dimensions_is_a_form_that_works(line: str) -> None:
    head = 'def block(x: f32["n", "m"]) -> f32["n", "m"]:\n'
    (problem,) = _problems(f"{head}    {line}\n    return x\n")
    assert "y = f32[len(x), len(x[0])]()" in problem.instead
    assert "`y = x[:]`." not in problem.instead
    loops = "    for i in range(len(x)):\n        for j in range(len(x[0])):\n            y[i, j] = x[i, j]\n"
    assert _problems(f"{head}    y = f32[len(x), len(x[0])]()\n{loops}    return y\n") == ()


def test_one_mistake_is_one_problem() -> None:
    assert [each.kind.value for each in _problems(_in_body("return [alpha, 0.5]"))] == ["RUNE0112"]


def test_all_problems_of_a_file_are_told() -> None:
    problems = _problems(_in_body("peaks.append(1.0)", "z = nothing", "w = sorted(x)", "x[0] = 1.0"))
    assert [each.kind.value for each in problems] == ["RUNE0112", "RUNE0114", "RUNE0113", "RUNE0116"]


@each_case(
    ("text", "code", "message"),
    [
        ("def f(:", "RUNE0110", "not Python"),
        ("x = 1\0", "RUNE0110", "not Python"),
        ("(" * 500, "RUNE0110", ""),
        ("x = " + "-" * 300 + "1", "RUNE0110", "deep"),
        ("#" * 70_000, "RUNE0110", "65.5 kB"),
        ("", "RUNE0111", "no function"),
        ("def a(x: f32[1]) -> f32[1]:\n    return x\ndef b(x: f32[1]) -> f32[1]:\n    return x\n", "RUNE0111", "block"),
        ("def block(x: f32[1]):\n    return x\n", "RUNE0111", "declare its outputs"),
        ("def block(x) -> f32[1]:\n    return x\n", "RUNE0111", "no type"),
        ("def block() -> f32[1]:\n    pass\n", "RUNE0111", "at least one input"),
        ("def block(x: list) -> f32[1]:\n    pass\n", "RUNE0111", "no fixed size"),
        ("def block(x: f32[0]) -> f32[1]:\n    pass\n", "RUNE0111", "not a valid dimension"),
        ("def block(x: u64[3]) -> f32[1]:\n    pass\n", "RUNE0111", "not a valid type"),
        ("def block(x: u8) -> f32[1]:\n    pass\n", "RUNE0111", "int, not u8"),
        ("def block(x: f32[1] = 3) -> f32[1]:\n    return x\n", "RUNE0111", "*, x: int = 3"),
        ("def block(x: f32[1], a=0.5) -> f32[1]:\n    return x\n", "RUNE0111", "*, a: f32 = 0.5"),
        ("def block(x: f32[1]) -> (f32[1], f32):\n    return x, x[0]\n", "RUNE0111", "tuple[f32[1], f32]"),
        ('def block(x: float["n"]) -> f32:\n    return x[0]\n', "RUNE0111", 'f32["n"]'),
        ("def block(x: f32) -> str:\n    return 'a'\n", "RUNE0111", "label"),
        ("import numpy as np\ndef block(x: f32) -> f32:\n    return x\n", "RUNE0113", "loops and `math`"),
        ("def block(*x: f32[1]) -> f32[1]:\n    return x\n", "RUNE0111", "variable number"),
        ("def block(x: f32[1], *, s: State[f32]) -> f32[1]:\n    return x\n", "RUNE0111", "State"),
        ("def block(x: f32[1], s: State[f32[1]]) -> f32[1]:\n    return x\n", "RUNE0111", "listed with the inputs"),
        ("def block(x: f32[1], *, k: str = 'a') -> f32[1]:\n    return x\n", "RUNE0111", "single number"),
        ("def block(x: f32[1], *, k: u8 = 256) -> f32[1]:\n    return x\n", "RUNE0111", "fits in u8"),
        ('def block(x: f32[1]) -> f32["m"]:\n    return x\n', "RUNE0111", "No input has"),
        ("def block(x: f32[1]) -> bool:\n    return True\n", "RUNE0111", "cannot be bool"),
        ("def block(x: f32[1]) -> f32[1]:\n    pass\n", "RUNE0115", "without returning"),
        ("def block(x: f32[1]) -> f32[2]:\n    return x\n", "RUNE0115", "f32[2]"),
        ("def block(x: f32[1]) -> f32[1]:\n    y = x[:]\n    return block(y)\n", "RUNE0117", "calls itself"),
        ("def h(v: f32) -> f32:\n    return h(v)\ndef block(x: f32) -> f32:\n    return h(x)\n", "RUNE0117", "itself"),
        ("def h(v: f32) -> f32:\n    return v + k\ndef block(x: f32) -> f32:\n    return x\n", "RUNE0114", "no k"),
        ("@cache\ndef block(x: f32) -> f32:\n    return x\n", "RUNE0113", "decorators"),
        ("print(1)\ndef block(x: f32) -> f32:\n    return x\n", "RUNE0113", "only the block"),
        ("def block(x: f32) -> f32:\n    return math.sin(x)\n", "RUNE0114", "not imported"),
        ("def block(x: f32) -> f32:\n    break\n    return x\n", "RUNE0110", "outside"),
    ],
)  # fmt: skip
def test_files_that_are_no_blocks(text: str, code: str, message: str) -> None:
    problems = _problems(text)
    assert code in {each.kind.value for each in problems}, problems
    assert any(message in f"{each.message} {each.instead}" for each in problems), problems


@each_case(
    ("types", "message", "index"),
    [
        ((), "takes 1 inputs and not 0", None),
        ((TensorType(ElementType.F64, (6,)),), "f32[n] as x and not f64[6]", 0),
        ((TensorType(ElementType.F32, (2, 3)),), "f32[n] as x and not f32[2, 3]", 0),
        ((TensorType(ElementType.F32, (0,)),), "no elements", 0),
    ],
)
def test_wires_that_do_not_fit(types: tuple[TensorType, ...], message: str, index: int | None) -> None:
    with pytest.raises(UnfitInput) as error:
        check_file("block.py", _in_body(), types)
    assert message in error.value.message
    assert error.value.index == index


def test_dimensions_that_contradict_each_other() -> None:
    text = 'def block(x: f32["n"], y: f32["n"]) -> f32["n"]:\n    return x\n'
    assert not check_file("block.py", text, (_F32_6, _F32_6)).problems
    with pytest.raises(UnfitInput, match="n is 6 already"):
        check_file("block.py", text, (_F32_6, TensorType(ElementType.F32, (5,))))


def test_columns_are_counted_in_characters() -> None:
    text = _in_body('print("äöü€", nothing)')
    (problem,) = _problems(text)
    assert _token(text, problem) == "nothing"
