"""The part of the mathematics of blocks that is angles, and what belongs to them."""

from __future__ import annotations

ANGLES = """\
def sine(r: float, rest: float) -> float:
    '''The sine of an angle up to an eighth of a turn, and a small rest.'''
    q = r * r
    series = 2.8114572543455206e-15
    series = -7.647163731819816e-13 + q * series
    series = 1.6059043836821613e-10 + q * series
    series = -2.505210838544172e-08 + q * series
    series = 2.7557319223985893e-06 + q * series
    series = -0.0001984126984126984 + q * series
    series = 0.008333333333333333 + q * series
    series = -0.16666666666666666 + q * series
    return r + (r * q * series + rest * (1.0 - 0.5 * q))


def cosine(r: float, rest: float) -> float:
    '''The cosine of an angle up to an eighth of a turn, and a small rest.'''
    q = r * r
    series = -1.5619206968586225e-16
    series = 4.779477332387385e-14 + q * series
    series = -1.1470745597729725e-11 + q * series
    series = 2.08767569878681e-09 + q * series
    series = -2.755731922398589e-07 + q * series
    series = 2.48015873015873e-05 + q * series
    series = -0.001388888888888889 + q * series
    series = 0.041666666666666664 + q * series
    half = 0.5 * q
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (q * q * series - r * rest))


def turned(x: float, more: int) -> float:
    '''The sine of an angle up to 1,000,000 and of so many quarter turns more.'''
    if not abs(x) <= 1000000.0:
        return math.nan
    k = math.floor(x * 0.6366197723675814 + 0.5)
    whole = float(k)
    t = x - whole * 1.5707963267341256
    w = whole * 6.077100506303966e-11
    r = t - w
    low = ((t - r) - w) - whole * 2.0222662487959506e-21
    angle = r + low
    rest = (r - angle) + low
    quarter = (k + more) % 4
    if quarter == 0:
        return sine(angle, rest)
    if quarter == 1:
        return cosine(angle, rest)
    if quarter == 2:
        return -sine(angle, rest)
    return -cosine(angle, rest)


def sin(x: float) -> float:
    if x == 0.0:
        return x
    return turned(x, 0)


def cos(x: float) -> float:
    return turned(x, 1)


def tan(x: float) -> float:
    if x == 0.0:
        return x
    return turned(x, 0) / turned(x, 1)


def arc_tangent(t: float) -> float:
    '''Of a number from 0 to 1.'''
    y: float = t
    added: float = 0.0
    added_low: float = 0.0
    if t > 0.41421356237309503:
        y = (t - 1.0) / (t + 1.0)
        added = EIGHTH_TURN
        added_low = EIGHTH_TURN_REST
    q = y * y
    series = -0.023255813953488372
    series = 0.024390243902439025 + q * series
    series = -0.02564102564102564 + q * series
    series = 0.02702702702702703 + q * series
    series = -0.02857142857142857 + q * series
    series = 0.030303030303030304 + q * series
    series = -0.03225806451612903 + q * series
    series = 0.034482758620689655 + q * series
    series = -0.037037037037037035 + q * series
    series = 0.04 + q * series
    series = -0.043478260869565216 + q * series
    series = 0.047619047619047616 + q * series
    series = -0.05263157894736842 + q * series
    series = 0.058823529411764705 + q * series
    series = -0.06666666666666667 + q * series
    series = 0.07692307692307693 + q * series
    series = -0.09090909090909091 + q * series
    series = 0.1111111111111111 + q * series
    series = -0.14285714285714285 + q * series
    series = 0.2 + q * series
    series = -0.3333333333333333 + q * series
    return added + (y + (y * q * series + added_low))


def atan(x: float) -> float:
    if x != x or x == 0.0:
        return x
    size = abs(x)
    result: float = 0.0
    if size <= 1.0:
        result = arc_tangent(size)
    else:
        result = QUARTER_TURN - (arc_tangent(1.0 / size) - QUARTER_TURN_REST)
    return math.copysign(result, x)


def atan2_of(y: float, x: float) -> float:
    '''The angle of finite numbers.'''
    above = abs(y)
    beside = abs(x)
    angle: float = 0.0
    if above > beside:
        angle = QUARTER_TURN - (arc_tangent(beside / above) - QUARTER_TURN_REST)
    elif beside > 0.0:
        angle = arc_tangent(above / beside)
    if math.copysign(1.0, x) < 0.0:
        angle = HALF_TURN - (angle - HALF_TURN_REST)
    return math.copysign(angle, y)


def atan2(y: float, x: float) -> float:
    if x != x or y != y:
        return math.nan
    if math.isinf(x) or math.isinf(y):
        wide: float = 1.0 if math.isinf(x) else 0.0
        high: float = 1.0 if math.isinf(y) else 0.0
        return atan2_of(math.copysign(high, y), math.copysign(wide, x))
    return atan2_of(y, x)


def asin(x: float) -> float:
    if not abs(x) <= 1.0:
        return math.nan
    return atan2(x, math.sqrt((1.0 - x) * (1.0 + x)))


def acos(x: float) -> float:
    if not abs(x) <= 1.0:
        return math.nan
    return atan2(math.sqrt((1.0 - x) * (1.0 + x)), x)


def sinh(x: float) -> float:
    if x != x:
        return x
    size = abs(x)
    if size < 1.0:
        q = x * x
        series = 1.9572941063391263e-20
        series = 8.22063524662433e-18 + q * series
        series = 2.8114572543455206e-15 + q * series
        series = 7.647163731819816e-13 + q * series
        series = 1.6059043836821613e-10 + q * series
        series = 2.505210838544172e-08 + q * series
        series = 2.7557319223985893e-06 + q * series
        series = 0.0001984126984126984 + q * series
        series = 0.008333333333333333 + q * series
        series = 0.16666666666666666 + q * series
        return x + x * q * series
    half = exponential(0.5 * size, 0.0)
    return math.copysign(0.5 * half * half - 0.5 / half / half, x)


def cosh(x: float) -> float:
    if x != x:
        return x
    half = exponential(0.5 * abs(x), 0.0)
    return 0.5 * half * half + 0.5 / half / half


def tanh(x: float) -> float:
    if x != x:
        return x
    size = abs(x)
    if size < 1.0:
        return sinh(x) / cosh(x)
    if size > 22.0:
        return math.copysign(1.0, x)
    return math.copysign(1.0 - 2.0 / (exponential(2.0 * size, 0.0) + 1.0), x)


def hypot(x: float, y: float) -> float:
    if math.isinf(x) or math.isinf(y):
        return math.inf
    if x != x or y != y:
        return math.nan
    high = max(abs(x), abs(y))
    low = min(abs(x), abs(y))
    if low == 0.0:
        return high
    ratio = low / high
    return high * math.sqrt(1.0 + ratio * ratio)


def degrees(x: float) -> float:
    return x * 57.29577951308232


def radians(x: float) -> float:
    return x * 0.017453292519943295
"""
