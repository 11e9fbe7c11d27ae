"""The part of the mathematics of blocks that is powers and logarithms, and what all of it needs."""

from __future__ import annotations

POWERS = """\
'''The mathematics of blocks, written in the language of blocks. All numbers are f64.'''
import math

HALF_TURN = 3.141592653589793
HALF_TURN_REST = 1.2246467991473532e-16
QUARTER_TURN = 1.5707963267948966
QUARTER_TURN_REST = 6.123233995736766e-17
EIGHTH_TURN = 0.7853981633974483
EIGHTH_TURN_REST = 3.061616997868383e-17
POWERS = f64[10]([
    2.0,
    4.0,
    16.0,
    256.0,
    65536.0,
    4294967296.0,
    1.8446744073709552e+19,
    3.402823669209385e+38,
    1.157920892373162e+77,
    1.3407807929942597e+154,
])
INVERSES = f64[10]([
    0.5,
    0.25,
    0.0625,
    0.00390625,
    1.52587890625e-05,
    2.3283064365386963e-10,
    5.421010862427522e-20,
    2.938735877055719e-39,
    8.636168555094445e-78,
    7.458340731200207e-155,
])


def power_of_two(exponent: int) -> float:
    '''2 ** exponent, from -1022 to 1023; exact.'''
    result: float = 1.0
    for bit in range(10):
        if exponent >= 0 and exponent >> bit & 1 == 1:
            result = result * POWERS[bit]
        if exponent < 0 and -exponent >> bit & 1 == 1:
            result = result * INVERSES[bit]
    return result


def exponent_of(x: float) -> int:
    '''e for 2 ** e <= x < 2 ** (e + 1), of a positive number that is not subnormal.'''
    y: float = x
    result = 0
    for bit in range(9, -1, -1):
        if y >= POWERS[bit]:
            y = y * INVERSES[bit]
            result = result + (1 << bit)
        elif y < 2.0 * INVERSES[bit]:
            y = y * POWERS[bit]
            result = result - (1 << bit)
    if y >= 2.0:
        result = result + 1
    if y < 1.0:
        result = result - 1
    return result


def product_error(left: float, right: float, product: float) -> float:
    '''left * right - product, exactly where nothing overflows (T. J. Dekker, Numerische Mathematik 18, 1971).'''
    wide_left = 134217729.0 * left
    wide_right = 134217729.0 * right
    left_high = wide_left - (wide_left - left)
    right_high = wide_right - (wide_right - right)
    left_low = left - left_high
    right_low = right - right_high
    return ((left_high * right_high - product) + left_high * right_low + left_low * right_high) + left_low * right_low


def exponential(x: float, rest: float) -> float:
    '''e ** (x + rest), with a small rest: x = k ln 2 + r (W. J. Cody and W. Waite), then the series of e ** r.'''
    if x > 709.8:
        return math.inf
    if x < -745.2:
        return 0.0
    k = math.floor(x * 1.4426950408889634 + 0.5)
    whole = float(k)
    high = x - whole * 0.6931471805592082
    low = whole * 7.371002565167799e-13
    r = high - low
    r_low = ((high - r) - low) + rest
    series = 1.6059043836821613e-10
    series = 2.08767569878681e-09 + r * series
    series = 2.505210838544172e-08 + r * series
    series = 2.755731922398589e-07 + r * series
    series = 2.7557319223985893e-06 + r * series
    series = 2.48015873015873e-05 + r * series
    series = 0.0001984126984126984 + r * series
    series = 0.001388888888888889 + r * series
    series = 0.008333333333333333 + r * series
    series = 0.041666666666666664 + r * series
    series = 0.16666666666666666 + r * series
    series = 0.5 + r * series
    curve = r * r * series
    result = 1.0 + (r + (curve + r_low * (1.0 + (r + curve))))
    if k < -1000:
        return result * power_of_two(k + 200) * power_of_two(-200)
    if k > 1000:
        return result * power_of_two(k - 100) * power_of_two(100)
    return result * power_of_two(k)


def logarithm(x: float, result: f64["two"]) -> None:
    '''ln x in two parts, of a positive finite number: ln m = 2 (s + s**3/3 + ...), s = (m - 1)/(m + 1).'''
    y = x
    exponent = 0
    if y < 1e-300:
        y = y * power_of_two(64)
        exponent = -64
    e = exponent_of(y)
    m = y * power_of_two(-e)
    exponent = exponent + e
    if m > 1.4142135623730951:
        m = m * 0.5
        exponent = exponent + 1
    above = m - 1.0
    below = 1.0 + m
    below_low = 1.0 - (below - m)
    if m < 1.0:
        below_low = m - (below - 1.0)
    s = above / below
    product = s * below
    s_low = ((above - product) - product_error(s, below, product) - s * below_low) / below
    q = s * s
    series = 0.043478260869565216
    series = 0.047619047619047616 + q * series
    series = 0.05263157894736842 + q * series
    series = 0.058823529411764705 + q * series
    series = 0.06666666666666667 + q * series
    series = 0.07692307692307693 + q * series
    series = 0.09090909090909091 + q * series
    series = 0.1111111111111111 + q * series
    series = 0.14285714285714285 + q * series
    series = 0.2 + q * series
    series = 0.3333333333333333 + q * series
    tail = s_low + s * q * series
    sum_high = s + tail
    sum_low = tail - (sum_high - s)
    whole = float(exponent)
    high = whole * 0.6931471805592082
    total = high + 2.0 * sum_high
    rest = 2.0 * sum_high - (total - high)
    if exponent == 0:
        total = 2.0 * sum_high
        rest = 0.0
    low = rest + (2.0 * sum_low + whole * 7.371002565167799e-13)
    result[0] = total + low
    result[1] = low - (result[0] - total)


def exp(x: float) -> float:
    if x != x:
        return x
    return exponential(x, 0.0)


def log(x: float) -> float:
    if not x > 0.0:
        return math.nan
    if x == math.inf:
        return x
    parts = f64[2]()
    logarithm(x, parts)
    return parts[0]


def scaled_logarithm(x: float, factor: float, factor_low: float) -> float:
    '''ln x times a factor in two parts.'''
    parts = f64[2]()
    logarithm(x, parts)
    high = parts[0] * factor
    low = product_error(parts[0], factor, high) + (parts[0] * factor_low + parts[1] * factor)
    return high + low


def log2(x: float) -> float:
    if not x > 0.0:
        return math.nan
    if x == math.inf:
        return x
    if x > 1e-300:
        e = exponent_of(x)
        if x == power_of_two(e):
            return float(e)
    return scaled_logarithm(x, 1.4426950408889634, 2.0355273740931033e-17)


def log10(x: float) -> float:
    if not x > 0.0:
        return math.nan
    if x == math.inf:
        return x
    return scaled_logarithm(x, 0.4342944819032518, 1.098319650216765e-17)


def is_odd(y: float) -> bool:
    '''Whether a finite number is a whole one and odd.'''
    return abs(y) < 9007199254740992.0 and abs(math.fmod(y, 2.0)) == 1.0


def is_whole(y: float) -> bool:
    '''Whether a finite number is a whole one.'''
    return math.fmod(y, 1.0) == 0.0


def raised(x: float, y: float) -> float:
    if y == 0.0 or x == 1.0:
        return 1.0
    if x != x or y != y:
        return math.nan
    size = abs(x)
    if math.isinf(y):
        if size == 1.0:
            return 1.0
        return math.inf if size > 1.0 and y > 0.0 or size < 1.0 and y < 0.0 else 0.0
    sign: float = 1.0
    if math.copysign(1.0, x) < 0.0 and is_odd(y):
        sign = -1.0
    if x == 0.0:
        return sign * 0.0 if y > 0.0 else math.nan
    if math.isinf(x):
        return sign * math.inf if y > 0.0 else sign * 0.0
    if x < 0.0 and not is_whole(y):
        return math.nan
    parts = f64[2]()
    logarithm(size, parts)
    high = y * parts[0]
    if high > 800.0:
        return sign * math.inf
    if high < -800.0:
        return sign * 0.0
    if abs(y) > 1e290 or abs(y) < 1e-290 or abs(high) < 1e-290:
        return sign * exponential(high, 0.0)
    low = product_error(y, parts[0], high) + y * parts[1]
    return sign * exponential(high, low)


"""
