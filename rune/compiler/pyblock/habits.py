"""What people write by the habits of NumPy and of lists, and what it is in a block."""

from __future__ import annotations

import ast

from rune.compiler.pyblock.problems import Kind

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
    "zeros": 'Write `f32[16]()`, or `f32["n"]()` for as many as the wire has.',
    "zeros_like": 'Write `f32["n"]()` for as many as the wire has.',
    "empty": "Write `f32[16]()`.",
    "ones": "Write `f32[16]()`, and fill it in a loop.",
    "array": "Write `f32[3]([0.1, 0.2, 0.3])`.",
    "copy": "Write `y = x[:]`.",
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


def instead_of(name: str) -> str | None:
    """What to write for a function, method or attribute of this name; None for one that nobody knows."""
    return _INSTEAD.get(name)


BUILT_IN_ELSEWHERE = {
    "sorted": "Write a loop that places each element.",
    "enumerate": "Write it in a loop: `for i, v in enumerate(x):`.",
    "zip": "Write it in a loop: `for a, b in zip(x, y):`.",
    "reversed": "Write `for i in range(len(x) - 1, -1, -1):` and use `x[i]`.",
    "any": "Write a loop that asks each element, and `break` at the first.",
    "all": "Write a loop that asks each element, and `break` at the first.",
    "map": "Write a loop.",
    "filter": "Write a loop with `if`.",
    "pow": "Write `base ** exponent` for whole numbers, `math.pow(x, y)` for floats.",
    "divmod": "Write `//` and `%`.",
    "range": "Write it in a loop: `for i in range(n):`.",
    "bool": "Write a comparison, such as `x != 0`.",
    "list": "Write an array: `f32[16]()`.",
    "open": "A block reads only what its wires and arguments give it.",
    "input": "A block reads only what its wires and arguments give it.",
    "eval": "Write the code itself.",
    "exec": "Write the code itself.",
}
"""Functions that Python has without an import, and a block has not, with what to write."""

ZEROS = 'Write `f32[16]()` for an array of zeros, or `f32["n"]()` for as many as the wire has.'
EXPRESSIONS: dict[type[ast.expr], tuple[Kind, str, str]] = {
    ast.List: (Kind.GROWS, "A list has no fixed size", "Write an array: `f32[3]([0.1, 0.2, 0.3])`."),
    ast.ListComp: (Kind.GROWS, "A list has no fixed size", "Make an array, `y = f32[16]()`, and fill it in a loop."),
    ast.Dict: (Kind.GROWS, "A block has no dictionaries", "Use an array, and indices for its keys."),
    ast.Set: (Kind.GROWS, "A block has no sets", "Use an array of u8, with 1 for what is in it."),
    ast.Tuple: (Kind.OUTSIDE, "A tuple is no number", "Write one assignment a line."),
    ast.Lambda: (Kind.OUTSIDE, "A block has no lambda", "Write a helper function with `def`."),
    ast.Await: (Kind.OUTSIDE, "A block waits for nothing", "Remove `await`."),
    ast.Yield: (Kind.OUTSIDE, "A block gives its outputs once", "Write `return`."),
    ast.YieldFrom: (Kind.OUTSIDE, "A block gives its outputs once", "Write `return`."),
    ast.JoinedStr: (Kind.OUTSIDE, "A block makes no texts", 'Write the parts one by one: `print("loud", x[0])`.'),
    ast.NamedExpr: (Kind.OUTSIDE, "An assignment is a line of its own", "Write it as a line before."),
    ast.Starred: (Kind.OUTSIDE, "Nothing is unpacked in a block", "Write each value."),
    ast.GeneratorExp: (Kind.GROWS, "A block has no generators", "Write a loop."),
    ast.SetComp: (Kind.GROWS, "A block has no sets", "Write a loop."),
    ast.DictComp: (Kind.GROWS, "A block has no dictionaries", "Write a loop."),
    ast.Attribute: (Kind.OUTSIDE, "A number or an array has no attributes", "Use `len(x)`, an index, or `math`."),
}
"""Forms of expressions that a block has not: what is said of each, and what to write."""
