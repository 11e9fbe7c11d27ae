"""Common mistakes of people who know NumPy and lists, with what to write in a block instead."""

from __future__ import annotations

import ast

from rune.pyblock.checking.problems import ProblemKind

_MEAN = "Write `sum(x) / len(x)`."
_LOOP = "Write a loop: `for i in range(len(x)): y[i] = ...`."
_INSTEAD = {
    "mean": _MEAN,
    "average": _MEAN,
    "sum": "Write `sum(x)`.",
    "max": "Write `max(x)`.",
    "min": "Write `min(x)`.",
    "amax": "Write `max(x)`.",
    "amin": "Write `min(x)`.",
    "abs": "Write `abs(x[i])` in a loop.",
    "absolute": "Write `abs(x[i])` in a loop.",
    "clip": "Write `max(low, min(x[i], high))` in a loop.",
    "zeros": 'Write `f32[16]()`, or `f32["n"]()` for as many as the input has.',
    "zeros_like": 'Write `f32["n"]()` for as many as the input has.',
    "empty": "Write `f32[16]()`.",
    "ones": "Write `f32[16]()`, and fill it in a loop.",
    "array": "Write `f32[3]([0.1, 0.2, 0.3])`.",
    "copy": "Write `y = x[:]`, or with several dimensions `y = f32[len(x), len(x[0])]()` and loops.",
    "argmax": "Write a loop: `for i, v in enumerate(x):` with `if v > most:`.",
    "argmin": "Write a loop: `for i, v in enumerate(x):` with `if v < least:`.",
    "index": "Write a loop: `for i, v in enumerate(x):` with `if v == wanted: break`.",
    "dot": "Write a loop: `for a, b in zip(x, y): total += a * b`.",
    "std": "Write a loop that adds `(v - mean) * (v - mean)`, and `math.sqrt` of its mean.",
    "var": "Write a loop that adds `(v - mean) * (v - mean)`.",
    "cumsum": _LOOP,
    "diff": _LOOP,
    "roll": _LOOP,
    "flip": _LOOP,
    "reverse": "Write a loop: `for i in range(len(x)): y[i] = x[len(x) - 1 - i]`.",
    "sort": "Write a loop that places each element.",
    "sqrt": "Write `math.sqrt(x[i])`, in a loop for an array.",
    "exp": "Write `math.exp(x[i])`, in a loop for an array.",
    "log": "Write `math.log(x[i])`, in a loop for an array.",
    "sin": "Write `math.sin(x[i])`, in a loop for an array.",
    "cos": "Write `math.cos(x[i])`, in a loop for an array.",
    "astype": "Write `f32(x[i])`, in a loop for an array.",
    "shape": "Write `len(x)`, and `len(x[0])` for the second dimension.",
    "size": "Write `len(x)`.",
    "pi": "Write `math.pi`.",
    "fft": "Put the catalogue's `fft` before the block.",
}


def replacement_for(name: str) -> str | None:
    """Returns what to write instead of a function, method or attribute of this name; None if it is unknown."""
    return _INSTEAD.get(name)


UNSUPPORTED_BUILTINS = {
    "sorted": "Write a loop that places each element.",
    "enumerate": "Write it in a loop: `for i, v in enumerate(x):`.",
    "zip": "Write it in a loop: `for a, b in zip(x, y):`.",
    "reversed": "Write `for i in range(len(x) - 1, -1, -1):` and use `x[i]`.",
    "any": "Write a loop that tests each element, with `break` at the first match.",
    "all": "Write a loop that tests each element, with `break` at the first match.",
    "map": "Write a loop.",
    "filter": "Write a loop with `if`.",
    "pow": "Write `base ** exponent` for whole numbers, `math.pow(x, y)` for floats.",
    "divmod": "Write `//` and `%`.",
    "range": "Write it in a loop: `for i in range(n):`.",
    "bool": "Write a comparison, such as `x != 0`.",
    "list": "Write an array: `f32[16]()`.",
    "open": "A block can read only its inputs and parameters.",
    "input": "A block can read only its inputs and parameters.",
    "eval": "Write the code itself.",
    "exec": "Write the code itself.",
}
"""Built-in functions of Python that a block cannot call, with what to write instead."""

ZEROS = 'Write `f32[16]()` for an array of zeros, or `f32["n"]()` for as many as the input has.'
UNSUPPORTED_EXPRESSIONS: dict[type[ast.expr], tuple[ProblemKind, str, str]] = {
    ast.List: (ProblemKind.GROWS, "A list has no fixed size", "Write an array: `f32[3]([0.1, 0.2, 0.3])`."),
    ast.ListComp: (
        ProblemKind.GROWS,
        "A list has no fixed size",
        "Create an array, `y = f32[16]()`, and fill it in a loop.",
    ),
    ast.Dict: (ProblemKind.GROWS, "A block cannot use dictionaries", "Use an array, and indices for its keys."),
    ast.Set: (ProblemKind.GROWS, "A block cannot use sets", "Use an array of u8, with 1 for each member."),
    ast.Tuple: (ProblemKind.OUTSIDE, "A tuple is not a number", "Write one assignment per line."),
    ast.Lambda: (ProblemKind.OUTSIDE, "A block cannot use lambda", "Write a helper function with `def`."),
    ast.Await: (ProblemKind.OUTSIDE, "A block cannot use async code", "Remove `await`."),
    ast.Yield: (ProblemKind.OUTSIDE, "A block cannot use yield", "Write `return`."),
    ast.YieldFrom: (ProblemKind.OUTSIDE, "A block cannot use yield", "Write `return`."),
    ast.JoinedStr: (
        ProblemKind.OUTSIDE,
        "A block cannot create text",
        'Write the parts one by one: `print("loud", x[0])`.',
    ),
    ast.NamedExpr: (ProblemKind.OUTSIDE, "A block cannot use `:=`", "Write the assignment in a line before."),
    ast.Starred: (ProblemKind.OUTSIDE, "A block cannot unpack with `*`", "Write each value."),
    ast.GeneratorExp: (ProblemKind.GROWS, "A block cannot use generators", "Write a loop."),
    ast.SetComp: (ProblemKind.GROWS, "A block cannot use sets", "Write a loop."),
    ast.DictComp: (ProblemKind.GROWS, "A block cannot use dictionaries", "Write a loop."),
    ast.Attribute: (
        ProblemKind.OUTSIDE,
        "Numbers and arrays have no attributes",
        "Use `len(x)`, an index, or `math`.",
    ),
}
"""Expressions that a block cannot use: the message, and what to write instead."""


def square_text(node: ast.expr | ast.AugAssign, nodes: tuple[ast.expr, ast.expr]) -> str | None:
    """Returns `(x * x)` for `x ** 2` of what can be written twice; None for anything else. Its neighbours may bind as
    strongly as `*`, so it stays in parentheses."""
    base, exponent = nodes
    if not isinstance(node, ast.BinOp) or not isinstance(base, ast.Name | ast.Subscript):
        return None
    if not (isinstance(exponent, ast.Constant) and exponent.value == 2):
        return None
    text = ast.unparse(base)
    return f"({text} * {text})"
