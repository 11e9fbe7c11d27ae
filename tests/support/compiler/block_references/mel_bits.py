"""The power spectra, mel energies and logarithms of `mfe`, `log_mel` and `mfcc`, bit for bit: whole numbers up to the
power, then f32 in the order of the elements. `sound.py` has the same in f64, which libraries are compared with.

Each frame is scaled by a power of two so that its greatest sample lies from 2^27 to 2^28. A transform of half the size,
decimation in time (Cooley and Tukey 1965), takes pairs of samples as complex numbers. A stage divides by a power of two
where its numbers would grow longer than 28 bits. Then the spectrum of the real numbers is split off (Sorensen et al.,
"Real-valued fast Fourier transform algorithms", IEEE Transactions on Acoustics, Speech and Signal Processing 35 (1987),
849-863).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.support.compiler.block_references.case import F32, F64, Array

ONE = 30
"""Fractional bits of windows, of the transform's factors and of the pre-emphasis."""
PEAK = 28
"""A frame is scaled so that each of its samples is below 2^PEAK."""


@dataclass(frozen=True)
class Spectra:
    """`power[frame, row]` as unsigned 64 bits, and `total[frame]` as f32."""

    power: Array
    total: Array
    exponents: Array
    """The binary exponent of the factor of each frame's amplitudes."""
    is_finite: Array


def fraction(values: Array) -> Array:
    return np.floor(np.asarray(values, F64) * 2.0**ONE + 0.5).astype(np.int64)


def _rounded(products: Array, more: Array | int = 0) -> Array:
    """Rounds off the fractional bits of a product, and as many bits more."""
    return np.asarray((products + (1 << (ONE - 1 + more))) >> (ONE + more))


def _factors(size: int) -> tuple[Array, Array]:
    angles = 2 * np.pi * np.arange(size) / size
    return fraction(np.cos(angles)), fraction(-np.sin(angles))


def _radices(count: int) -> list[int]:
    """For the stages, the first one first: fives come last."""
    radices: list[int] = []
    while count > 1:
        radix = 5 if count % 5 == 0 else 2
        radices.insert(0, radix)
        count //= radix
    return radices


def _places(count: int) -> Array:
    places = np.zeros(count, np.int64)
    rest, span = np.arange(count), count
    for radix in reversed(_radices(count)):
        span //= radix
        places += rest % radix * span
        rest //= radix
    return places


def _bits(*parts: Array) -> Array:
    """Among each row, how many bits its longest number has."""
    longest = np.max([np.where(part < 0, ~part, part).max(axis=1) for part in parts], axis=0)
    return np.asarray(np.frexp(longest.astype(F64))[1].astype(np.int64))


def _transform(re: Array, im: Array, size: int) -> tuple[Array, Array, Array]:
    """Returns the transform of rows of complex numbers; and by how many bits the stages of each row have divided."""
    cosine, sine = _factors(size)
    count = size // 2
    places = _places(count)
    a, b = np.empty_like(re), np.empty_like(im)
    a[:, places], b[:, places] = re, im
    length, shift = 1, np.zeros(len(re), np.int64)
    for radix in _radices(count):
        step = size // (length * radix)
        stage = np.maximum(0, _bits(a, b) + (1 if radix == 2 else 3) - PEAK)[:, None]
        shift += stage[:, 0]
        i = np.arange(length)
        for block in range(0, count, length * radix):
            at = [block + q * length + i for q in range(radix)]
            in_re, in_im = [a[:, k].copy() for k in at], [b[:, k].copy() for k in at]
            if radix == 2:
                c, s = cosine[i * step], sine[i * step]
                product = _rounded(in_re[1] * c - in_im[1] * s), _rounded(in_re[1] * s + in_im[1] * c)
                a[:, at[0]], b[:, at[0]] = (in_re[0] + product[0]) >> stage, (in_im[0] + product[1]) >> stage
                a[:, at[1]], b[:, at[1]] = (in_re[0] - product[0]) >> stage, (in_im[0] - product[1]) >> stage
                continue
            for r in range(radix):
                turn = [q * (i + r * length) * step % size for q in range(radix)]
                total_re = sum(in_re[q] * cosine[turn[q]] - in_im[q] * sine[turn[q]] for q in range(radix))
                total_im = sum(in_re[q] * sine[turn[q]] + in_im[q] * cosine[turn[q]] for q in range(radix))
                a[:, at[r]], b[:, at[r]] = _rounded(total_re, stage), _rounded(total_im, stage)
        length *= radix
    return a, b, shift


def _power(re: Array, im: Array, size: int) -> Array:
    """Four times the power of each row of the spectrum of the real numbers."""
    cosine, sine = _factors(size)
    half = size // 2
    power = np.empty((len(re), half + 1), np.uint64)
    first, last = 2 * (re[:, 0] + im[:, 0]), 2 * (re[:, 0] - im[:, 0])
    power[:, 0], power[:, half] = (first * first).astype(np.uint64), (last * last).astype(np.uint64)
    k = np.arange(1, half)
    a_re, a_im, b_re, b_im = re[:, k], im[:, k], re[:, half - k], im[:, half - k]
    odd_re, odd_im = a_im + b_im, b_re - a_re
    whole_re = a_re + b_re + _rounded(odd_re * cosine[k] - odd_im * sine[k])
    whole_im = a_im - b_im + _rounded(odd_re * sine[k] + odd_im * cosine[k])
    power[:, 1:half] = (whole_re * whole_re + whole_im * whole_im).astype(np.uint64)
    return power


def spectra(rows: Array, before: Array | None, emphasis: float, window: Array) -> Spectra:
    """Returns the spectra of frames `rows`, with the samples `before` each where there is pre-emphasis. i16, or f32
    whose values count."""
    size = rows.shape[1]
    window = fraction(window)
    inside = np.where(window == 0, 0, rows.astype(F64))
    with np.errstate(invalid="ignore"):
        peak = np.abs(inside).max(axis=1)
        if before is not None:
            peak = np.maximum(peak, np.abs(np.where(window == 0, 0, before.astype(F64))).max(axis=1))
    is_finite = np.isfinite(peak)
    exponents = PEAK - (1 if before is not None else 0) - np.frexp(np.where(is_finite, peak, 0))[1]
    exponents = np.where(peak == 0, 0, exponents)
    scale = np.ldexp(1.0, exponents)[:, None]
    samples = np.trunc(np.where(is_finite[:, None], inside, 0) * scale).astype(np.int64)
    if before is not None:
        inside_before = np.where(window == 0, 0, before.astype(F64))
        earlier = np.trunc(np.where(is_finite[:, None], inside_before, 0) * scale).astype(np.int64)
        samples = samples - _rounded(int(fraction(np.array(emphasis))) * earlier)
    samples = _rounded(samples * window)
    re, im, shift = _transform(samples[:, 0::2], samples[:, 1::2], size)
    power = _power(re, im, size)
    total = (power >> np.uint64(9)).sum(axis=1).astype(F32) * F32(512)
    return Spectra(power, total, shift - 1 - exponents, is_finite)


def in_order(products: Array) -> Array:
    """The sums of the last axis in f32, one after the other."""
    zeros = np.zeros((*products.shape[:-1], 1), F32)
    return np.asarray(np.add.accumulate(np.concatenate([zeros, products], -1), axis=-1, dtype=F32)[..., -1])


def log2(values: Array) -> Array:
    """f32 of f64: the exponent, and 25 bits of the logarithm of the significand, each by one squaring."""
    values = np.asarray(values, F64)
    out = np.full(values.shape, np.nan, F32)
    with np.errstate(invalid="ignore"):
        out[values == 0], out[values == np.inf] = -np.inf, np.inf
        usual = (values > 0) & (values < np.inf)
    significands, exponents = np.frexp(values[usual])
    m = np.floor(significands * 2.0**32).astype(np.uint64)
    total = (exponents - 1).astype(np.int64)
    for _ in range(25):
        square = (m * m) >> np.uint64(31)
        over = square >> np.uint64(32) > 0
        m = np.where(over, square >> np.uint64(1), square)
        total = total * 2 + over
    out[usual] = (total.astype(F64) * 2.0**-25).astype(F32)
    return out


def normalised(rows: Array, window: int) -> Array:
    """`[frames, coefficients]`, each less its mean in a window of frames, by the deviation of these differences.

    In whole numbers with 20 fractional bits, and the squares in f32.
    """
    if np.isnan(rows).any():
        return np.full(rows.shape, np.nan, F32)
    whole = np.clip(np.trunc(rows.astype(F64) * 2.0**20), -(2.0**31), 2.0**31 - 1).astype(np.int64)

    def windows(values: Array) -> Array:
        padded = np.pad(values, ((window // 2, window // 2), (0, 0)), mode="symmetric")
        return np.stack([padded[at : at + window] for at in range(len(values))])

    differences = whole - _towards_zero(windows(whole).sum(axis=1), window)
    real = windows(differences).astype(F32)
    squares = in_order(np.moveaxis(real * real, 1, -1)) / F32(window)
    means = windows(differences).sum(axis=1).astype(F32) / F32(window)
    deviations = np.sqrt(np.maximum(squares - means * means, F32(0)))
    return np.asarray(differences.astype(F32) / (deviations + F32(1e-10 * 2**20)))


def _towards_zero(numbers: Array, count: int) -> Array:
    return np.asarray(np.sign(numbers) * (np.abs(numbers) // count))
