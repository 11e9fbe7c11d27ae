"""Elementwise ops of one float32 input: ABS, CEIL, COS, ELU, EXP, FLOOR, GELU, HARD_SWISH, LOGISTIC, NEG, ROUND,
RSQRT, SIN, SQRT, SQUARE and TANH.

LOGISTIC is 1 / (1 + e**-x), e**x below -9 and 1 behind `ONE_FROM`. HARD_SWISH is x * min(max(x + 3, 0), 6) / 6, GELU is
x / 2 * erfc(-x / sqrt(2)), or x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))). ELU is e**x - 1 below 0, and x
from 0 on. ROUND gives the nearest whole number, of two the even one, and 0 without a sign for what it rounds up to 0.
SIN, COS, ELU, TANH and powers of e are computed in double precision and rounded, the rest in single. Source: TFLite's
reference kernels `elementwise.cc`, `Logistic`, `Tanh`, `HardSwish`, `Gelu`, `Ceil`, `Round`, and `optimized_ops::Elu`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rune.compiler.anvil.computation import Array, Computation
from rune.compiler.anvil.operation import ModelOp, OpKind, require
from rune.compiler.anvil.ops.activations.unary_int16 import absolute, absolute_refusal, exponential, with_int16
from rune.compiler.anvil.ops.numbers.float_functions import cos, erfc, exp, sin
from rune.compiler.anvil.ops.types import FLOAT32, are


class UnaryFunction(Enum):
    """A function of one number."""

    ABS = "abs"
    CEIL = "ceil"
    COS = "cos"
    ELU = "elu"
    EXP = "exp"
    FLOOR = "floor"
    GELU = "gelu"
    GELU_TANH = "gelu_tanh"
    HARD_SWISH = "hard_swish"
    LOGISTIC = "logistic"
    NEG = "neg"
    ROUND = "round"
    RSQRT = "rsqrt"
    SIN = "sin"
    SQRT = "sqrt"
    SQUARE = "square"
    TANH = "tanh"


@dataclass(frozen=True)
class UnaryFloat32(Computation):
    """The results of `count` numbers."""

    function: UnaryFunction
    count: int

    is_elementwise = True

    @staticmethod
    def of(op: ModelOp, function: UnaryFunction) -> UnaryFloat32:
        require(op.input(0).count == op.output.count, "input and output differ in size")
        return UnaryFloat32(function, op.output.count)

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        with np.errstate(all="ignore"):
            return (np.asarray(_FUNCTIONS[self.function](inputs[0]), np.float32),)


def _hard_swish(x: Array) -> Array:
    return np.asarray(x * np.clip(x + np.float32(3), np.float32(0), np.float32(6)) / np.float32(6))


def gelu(x: Array) -> Array:
    """x / 2 * erfc(-x / sqrt(2)), of f32."""
    return np.asarray(np.float32(0.5) * x * erfc(x * -np.float32(math.sqrt(0.5))).astype(np.float32))


def gelu_by_tanh(x: Array) -> Array:
    """An approximation by tanh, in f32."""
    inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1) + _tanh(inner).astype(np.float32)))


ONE_FROM = np.float32(16.619047164916992)
"""The number above which the logistic function is 1 in the reference."""


def _logistic(x: Array) -> Array:
    small, quotient = exp(x).astype(np.float32), np.float32(1) / (np.float32(1) + exp(-x).astype(np.float32))
    return np.asarray(np.where(x > ONE_FROM, np.float32(1), np.where(x < -9, small, quotient)))


ITSELF_FROM = np.float32(-(2.0**-25))
"""The number from which to 0 the nearest float of e**x - 1 is x, of which the difference to 1 would keep few digits."""


def _elu(x: Array) -> Array:
    return np.asarray(np.where(x < ITSELF_FROM, (exp(np.minimum(x, 0)) - 1.0).astype(np.float32), x))


def _round(x: Array) -> Array:
    below = np.floor(x)
    rest = x - below
    is_below = (rest < 0.5) | ((rest == 0.5) & (np.fmod(below, 2) == 0))
    return np.asarray(np.where(is_below, below, below + np.float32(1)))


def _tanh(x: Array) -> Array:
    return np.asarray(1.0 - 2.0 / (exp(2.0 * x.astype(np.float64)) + 1.0))


_FUNCTIONS: Mapping[UnaryFunction, Callable[[Array], Array]] = {
    UnaryFunction.ABS: np.abs,
    UnaryFunction.CEIL: np.ceil,
    UnaryFunction.COS: cos,
    UnaryFunction.ELU: _elu,
    UnaryFunction.EXP: exp,
    UnaryFunction.FLOOR: np.floor,
    UnaryFunction.GELU: gelu,
    UnaryFunction.GELU_TANH: gelu_by_tanh,
    UnaryFunction.HARD_SWISH: _hard_swish,
    UnaryFunction.LOGISTIC: _logistic,
    UnaryFunction.NEG: np.negative,
    UnaryFunction.ROUND: _round,
    UnaryFunction.RSQRT: lambda x: np.float32(1) / np.sqrt(x),
    UnaryFunction.SIN: sin,
    UnaryFunction.SQRT: np.sqrt,
    UnaryFunction.SQUARE: np.square,
    UnaryFunction.TANH: _tanh,
}


def _refusal(op: ModelOp) -> str | None:
    return None if are(FLOAT32, op.input(0), op.output) else ""


def _operation(function: UnaryFunction) -> OpKind:
    return OpKind(_refusal, lambda op: UnaryFloat32.of(op, function))


OPERATIONS = {
    "ABS": with_int16(_operation(UnaryFunction.ABS), absolute, absolute_refusal),
    "EXP": with_int16(_operation(UnaryFunction.EXP), exponential),
    "CEIL": _operation(UnaryFunction.CEIL),
    "COS": _operation(UnaryFunction.COS),
    "FLOOR": _operation(UnaryFunction.FLOOR),
    "NEG": _operation(UnaryFunction.NEG),
    "ROUND": _operation(UnaryFunction.ROUND),
    "SIN": _operation(UnaryFunction.SIN),
    "SQRT": _operation(UnaryFunction.SQRT),
    "SQUARE": _operation(UnaryFunction.SQUARE),
}
