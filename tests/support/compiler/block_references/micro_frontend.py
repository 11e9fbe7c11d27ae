"""TFLite Micro's audio frontend by its published definition, in Python's whole numbers: a reference for `log_mel`."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import F32

WINDOW_MS, BANDS, LOW, HIGH = 30, 40, 125.0, 7500.0
SMOOTHING = (int(F32(0.025) * 16384), int(F32(0.06) * 16384))
LEAST_SIGNAL = int(F32(0.05) * 16384)


def _short(value: int) -> int:
    return (value + 32768) % 65536 - 32768


def _rounded(product: int) -> int:
    """Rounds from 30 fractional bits to 15."""
    return _short((product + 16384) >> 15)


Point = tuple[int, int]


def _divided(point: Point, by: int) -> Point:
    return _rounded(point[0] * (32767 // by)), _rounded(point[1] * (32767 // by))


def _times(a: Point, b: Point) -> Point:
    return _rounded(a[0] * b[0] - a[1] * b[1]), _rounded(a[0] * b[1] + a[1] * b[0])


def _turn(phase: float) -> Point:
    point = cmath.exp(1j * phase)
    return math.floor(0.5 + 32767 * point.real), math.floor(0.5 + 32767 * point.imag)


def _plus(a: Point, b: Point) -> Point:
    return _short(a[0] + b[0]), _short(a[1] + b[1])


def _minus(a: Point, b: Point) -> Point:
    return _short(a[0] - b[0]), _short(a[1] - b[1])


def _transform(points: Sequence[Point], turns: Sequence[Point], stride: int = 1) -> list[Point]:
    """Decimation in time, radix 4 and at last 2, each stage divided by its radix."""
    size = len(points)
    if size == 1:
        return list(points)
    radix = 4 if size % 4 == 0 else 2
    parts = [_transform(points[k::radix], turns, stride * radix) for k in range(radix)]
    quarter, out = size // radix, [(0, 0)] * size
    for k in range(quarter):
        values = [_divided(part[k], radix) for part in parts]
        values = [values[0], *(_times(value, turns[j * k * stride]) for j, value in enumerate(values[1:], 1))]
        if radix == 2:
            out[k], out[k + quarter] = _plus(values[0], values[1]), _minus(values[0], values[1])
            continue
        low, sum_, difference = _minus(values[0], values[2]), _plus(values[1], values[3]), _minus(values[1], values[3])
        high = _plus(values[0], values[2])
        out[k], out[k + 2 * quarter] = _plus(high, sum_), _minus(high, sum_)
        out[k + quarter] = _short(low[0] + difference[1]), _short(low[1] - difference[0])
        out[k + 3 * quarter] = _short(low[0] - difference[1]), _short(low[1] + difference[0])
    return out


def _spectrum(samples: Sequence[int]) -> list[Point]:
    half = len(samples) // 2
    turns = [_turn(-2 * math.pi * k / half) for k in range(half)]
    points = _transform([(samples[2 * k], samples[2 * k + 1]) for k in range(half)], turns)
    first = _divided(points[0], 2)
    spectrum = [(0, 0)] * (half + 1)
    spectrum[0], spectrum[half] = (_short(first[0] + first[1]), 0), (_short(first[0] - first[1]), 0)
    for k in range(1, half // 2 + 1):
        a, b = _divided(points[k], 2), _divided((points[half - k][0], -points[half - k][1]), 2)
        sum_, difference = _plus(a, b), _minus(a, b)
        rotation = _times(difference, _turn(-math.pi * (k / half + 0.5)))
        spectrum[k] = (sum_[0] + rotation[0]) >> 1, (sum_[1] + rotation[1]) >> 1
        spectrum[half - k] = (sum_[0] - rotation[0]) >> 1, (rotation[1] - sum_[1]) >> 1
    return spectrum


def _mel(hertz: Any) -> np.float32:
    return F32(1127.0 * math.log1p(float(F32(hertz)) / 700.0))


def _bands(rate: int, size: int) -> list[list[tuple[int, int, int]]]:
    """Returns for each of 41 channels the rows with their weight for it and for the next one."""
    low, per_row = _mel(LOW), F32(0.5 * rate / (size // 2))
    spacing = F32((_mel(HIGH) - low) / F32(BANDS + 1))
    centres = [F32(low + F32(spacing * F32(i + 1))) for i in range(BANDS + 1)]
    row, band_rows = int(1.5 + float(F32(LOW) / per_row)), []
    for channel, centre in enumerate(centres):
        before, rows = low if channel == 0 else centres[channel - 1], []
        while _mel(F32(row) * per_row) <= centre:
            weight = F32(F32(centre - _mel(F32(row) * per_row)) / F32(centre - before))
            whole = math.floor(float(F32(weight * F32(4096))) + 0.5)
            rows.append((row, whole, math.floor((1.0 - float(weight)) * 4096 + 0.5)))
            row += 1
        band_rows.append(rows)
    return band_rows


def _root(number: int) -> int:
    root = math.isqrt(number)
    most = 0xFFFF if number < 1 << 32 else 0xFFFFFFFF
    return root + 1 if number - root * root > root and root != most else root


def _gain_table() -> list[int]:
    def lookup(estimate: int) -> int:
        x = F32(estimate) / F32(128)
        gain = F32(F32(1 << 21) * F32(float(F32(x + F32(80))) ** -float(F32(0.95))))
        return 32767 if gain > 32767 else int(F32(gain + F32(0.5)))

    table = [lookup(0), lookup(1)]
    for octave in range(2, 33):
        start = 1 << (octave - 1)
        y0, y1, y2 = lookup(start), lookup(start + start // 2), lookup(2 * start if octave < 32 else 2 * start - 1)
        slope = 4 * (y1 - y0) - (y2 - y0)
        table += [y0, _short(slope), _short(y2 - y0 - slope), 0]
    return table


def _gain(estimate: int, table: Sequence[int]) -> int:
    if estimate <= 2:
        return table[estimate]
    bits = estimate.bit_length()
    at = 4 * bits - 6
    fraction = (estimate << (11 - bits) if bits < 11 else estimate >> (bits - 11)) & 0x3FF
    result = ((table[at + 2] * fraction) >> 5) + (table[at + 1] << 5)
    return _short(((result * fraction + 16384) >> 15) + table[at])


_LOGS = [round((math.log2(1 + i / 128) - i / 128) * 65536) for i in range(129)] + [0]


def _log(value: int) -> int:
    whole = value.bit_length() - 1
    fraction = value - (1 << whole)
    fraction = fraction << (16 - whole) if whole < 16 else fraction >> (whole - 16)
    segment = fraction >> 9
    low, high = _LOGS[segment], _LOGS[segment + 1]
    log2 = (whole << 16) + fraction + low + (((high - low) * (fraction - 512 * segment)) >> 16)
    natural = (45426 * log2 + 32768) >> 16
    return min(((natural << 6) + 32768) >> 16, 65535)


def window_of(length: int, *, of_f32: bool = False) -> list[int]:
    """The window in parts of 4096. A build with floats alone rounds one of 480 coefficients to the other side."""
    turn = F32(math.pi * 2.0 / length)
    if of_f32:
        cosines = [F32(math.cos(float(turn * F32(i + 0.5)))) for i in range(length)]
        return [math.floor(float(F32(0.5) - F32(0.5) * cosine) * 4096 + 0.5) for cosine in cosines]
    values = [F32(0.5 - 0.5 * math.cos(float(turn) * (i + 0.5))) for i in range(length)]
    return [math.floor(float(value * 4096) + 0.5) for value in values]


def _cleaned(value: int, band: int, estimates: list[int], gains: Sequence[int]) -> int:
    """A band's value without its noise, at an even loudness."""
    smoothing, level = SMOOTHING[band & 1], (value << 10) & 0xFFFFFFFF
    noise = ((level * smoothing + estimates[band] * (16384 - smoothing)) >> 14) & 0xFFFFFFFF
    estimates[band] = noise
    signal = max((level - min(noise, level)) >> 10, (value * LEAST_SIGNAL) >> 14)
    ratio = ((signal * _gain(noise, gains)) & (2**64 - 1)) >> 6 & 0xFFFFFFFF
    return (ratio * ratio & 0xFFFFFFFF) >> 20 if ratio < 8192 else (ratio >> 6) - 64


def features(
    sound: Sequence[int], step: int, estimates: list[int] | None, rate: int = 16000, *, of_f32: bool = False
) -> list[list[int]]:
    """The frames of a sound; `estimates` are the noise of each band, and moved on. Without them noise is left in, as
    the published frontend does with a least signal of 1 and no gain control."""
    length = WINDOW_MS * rate // 1000
    size = 1 << (length - 1).bit_length()
    window = window_of(length, of_f32=of_f32)
    bands, gains, outputs = _bands(rate, size), _gain_table(), []
    for start in range(0, len(sound) - length + 1, step):
        frame = [(sound[start + i] * window[i]) >> 12 for i in range(length)]
        shift = 15 - max(0, *(abs(_short(-value)) for value in frame if value != -32768)).bit_length()
        spectrum = _spectrum([_short(value << shift) for value in frame] + [0] * (size - length))
        sums = [0] * (BANDS + 2)
        for channel, rows in enumerate(bands):
            for row, weight, rest in rows:
                energy = spectrum[row][0] ** 2 + spectrum[row][1] ** 2
                sums[channel] += weight * energy
                sums[channel + 1] += rest * energy
        out = []
        for band in range(BANDS):
            value = _root(sums[band + 1]) >> shift
            if estimates is not None:
                value = _cleaned(value, band, estimates, gains)
            level = (value << 3) & 0xFFFFFFFF
            out.append(_log(level) if level > 1 else 0)
        outputs.append(out)
    return outputs
