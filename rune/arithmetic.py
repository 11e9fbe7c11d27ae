"""Elementary functions for the tables of a build, each correctly rounded: the same bits on every machine.

The platform's libm differs in the last bit between systems, so nothing of it is used. A value is computed to far more
digits than the hardest cases of double precision need (about 2**-120, Lefevre and Muller 1998 to 2008, "Worst cases for
correct rounding of the elementary functions") and rounded once, half to even. Not for what runs inside a rune:
that is c_library/common/rune_math.h.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

_DIGITS = 80
_FIXED_BITS = 384
_LARGEST_ANGLE = 2.0**60
_CONTEXT = Context(prec=_DIGITS, Emin=-100_000, Emax=100_000)

_F32 = struct.Struct("<f")
_F32_BITS, _F32_LEAST = 24, -149
"""Bits of a single precision number, and the exponent of the least one."""


def exp(x: float) -> float:
    """e**x as a double."""
    return _f64(_exp(x))


def log(x: float) -> float:
    """Natural logarithm of a positive double."""
    return _f64(_decimal(x, lambda value: value.ln(_CONTEXT)))


def log2(x: float) -> float:
    """Binary logarithm of a positive double."""
    return _f64(_log2(x))


def log10(x: float) -> float:
    """Decimal logarithm of a positive double."""
    return _f64(_decimal(x, lambda value: value.log10(_CONTEXT)))


def pow(x: float, y: float) -> float:
    """x**y of a positive double x."""
    return _f64(_pow(x, y))


def sin(x: float) -> float:
    """Sine of an angle in radians, up to 2**60."""
    return _f64(_sine(x, 0))


def cos(x: float) -> float:
    """Cosine of an angle in radians, up to 2**60."""
    return _f64(_sine(x, 1))


def pow_f32(x: float, y: float) -> float:
    """x**y of a positive x, rounded once to single precision."""
    return _f32(_pow(x, y))


def sin_f32(x: float) -> float:
    """Sine, rounded once to single precision."""
    return _f32(_sine(x, 0))


def cos_f32(x: float) -> float:
    """Cosine, rounded once to single precision."""
    return _f32(_sine(x, 1))


def round_f32(x: float) -> float:
    """The single precision number nearest to a double, half to even; infinity beyond the largest."""
    try:
        rounded: float = _F32.unpack(_F32.pack(x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)
    return rounded


def _exp(x: float) -> Fraction:
    return _decimal(x, lambda value: value.exp(_CONTEXT))


def _pow(x: float, y: float) -> Fraction:
    if x <= 0:
        raise ValueError(f"pow of {x}, which is not positive")
    return _decimal(x, lambda value: _CONTEXT.power(value, Decimal(y)))


def _log2(x: float) -> Fraction:
    mantissa, exponent = math.frexp(x)
    if mantissa == 0.5:
        return Fraction(exponent - 1)
    return _decimal(x, lambda value: _CONTEXT.divide(value.ln(_CONTEXT), Decimal(2).ln(_CONTEXT)))


def _decimal(x: float, function: Callable[[Decimal], Decimal]) -> Fraction:
    with localcontext(_CONTEXT):
        result = function(Decimal(x))
    if not result.is_finite():
        raise ValueError(f"no finite result for {x}")
    return Fraction(result)


@lru_cache(maxsize=1)
def _pi() -> int:
    """Pi in fixed point, by Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239)."""
    guard = 16
    one = 1 << (_FIXED_BITS + guard)
    return (16 * _inverse_arctangent(5, one) - 4 * _inverse_arctangent(239, one)) >> guard


def _inverse_arctangent(n: int, one: int) -> int:
    """atan(1/n) by its Taylor series."""
    term = total = one // n
    k, sign = 3, -1
    while term:
        term //= n * n
        total += sign * (term // k)
        k, sign = k + 2, -sign
    return total


def _sine(x: float, quarter_turns: int) -> Fraction:
    """sin(x + quarter_turns * pi/2): reduced to an eighth of a turn around zero, then the Taylor series."""
    if not abs(x) <= _LARGEST_ANGLE:
        raise ValueError(f"an angle of {x} radians is too large")
    exact = Fraction(x)
    fixed_point = (exact.numerator << _FIXED_BITS) // exact.denominator
    half_pi = _pi() // 2
    turns = (2 * fixed_point + half_pi) // (2 * half_pi)
    # The multiple of pi is taken from pi itself, not from its rounded half, to lose nothing in large angles.
    rest = fixed_point - turns * _pi() // 2
    quadrant = (turns + quarter_turns) % 4
    if rest == 0:
        return Fraction((0, 1, 0, -1)[quadrant])
    value = _taylor(rest, odd=quadrant % 2 == 0)
    return Fraction(-value if quadrant >= 2 else value, 1 << _FIXED_BITS)


def _taylor(x: int, *, odd: bool) -> int:
    """The series of sine (odd) or cosine in fixed point."""
    square = (x * x) >> _FIXED_BITS
    term = x if odd else 1 << _FIXED_BITS
    k = 1 if odd else 0
    total = 0
    while term:
        total += term
        term = -((term * square) >> _FIXED_BITS) // ((k + 1) * (k + 2))
        k += 2
        if -2 < term < 2:
            break
    return total


def _f64(value: Fraction) -> float:
    """The nearest double, half to even; infinity beyond the largest."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.copysign(math.inf, value)


def _f32(value: Fraction) -> float:
    """The nearest single precision number, half to even; infinity beyond the largest."""
    if value == 0:
        return 0.0
    numerator, denominator = abs(value.numerator), value.denominator
    exponent = numerator.bit_length() - denominator.bit_length()
    if numerator << max(-exponent, 0) < denominator << max(exponent, 0):
        exponent -= 1
    unit = max(exponent - _F32_BITS + 1, _F32_LEAST)
    unit_denominator = denominator << max(unit, 0)
    rounded, rest = divmod(numerator << max(-unit, 0), unit_denominator)
    if 2 * rest + rounded % 2 > unit_denominator:  # half to even
        rounded += 1
    size = math.inf if rounded.bit_length() + unit > 128 else math.ldexp(rounded, unit)
    return -size if value.numerator < 0 else size
