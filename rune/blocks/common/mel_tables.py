"""The tables of `log_mel`, `mfe` and `mfcc`: windows, factors of the transform, triangles of bands, cosines.

All of them are made of correctly rounded functions, so that a build gives the same bits on every machine. Windows and
factors are whole numbers with 30 fractional bits, weights and cosines f32.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache

from rune import arithmetic
from rune.blocks.common.mel_presets import Bands, Beside, Preset, Scale
from rune.blocks.signature import BlockCode
from rune.tensor import ElementType, TensorType


def packed(values: list[float]) -> bytes:
    """Little-endian f64."""
    return struct.pack(f"<{len(values)}d", *values)


@lru_cache(maxsize=8)
def circle(size: int) -> tuple[float, ...]:
    """cos of 2 pi k / size for a whole turn; where the size allows it, all out of an eighth."""
    if size % 8:
        return tuple(arithmetic.cos(2.0 * math.pi * k / size) for k in range(size))
    eighth = [2.0 * math.pi * k / size for k in range(size // 8 + 1)]
    quarter = [arithmetic.cos(angle) for angle in eighth] + [arithmetic.sin(angle) for angle in eighth[-2::-1]]
    half = quarter + [-value for value in quarter[-2::-1]]
    return tuple(half + half[-2:0:-1])


@lru_cache(maxsize=8)
def turns(size: int) -> bytes:
    """cos and -sin of 2 pi k / size, for the first half of a turn; the size is a multiple of 4."""
    cosine = circle(size)
    return packed([part for k in range(size // 2) for part in (cosine[k], cosine[k + size // 4])])


def _fraction(value: float) -> int:
    """The number with 30 fractional bits, halves upwards."""
    return math.floor(value * 2.0**30 + 0.5)


def _packed_fractions(values: list[float]) -> bytes:
    """Little-endian i32."""
    return struct.pack(f"<{len(values)}i", *map(_fraction, values))


def _packed_floats(values: list[float]) -> bytes:
    """Little-endian f32, each the nearest."""
    return struct.pack(f"<{len(values)}f", *values)


@lru_cache(maxsize=8)
def _turns(size: int) -> bytes:
    """cos and -sin of 2 pi k / size, for the first half of a turn; the size is a multiple of 4."""
    cosine = circle(size)
    return _packed_fractions([part for k in range(size // 2) for part in (cosine[k], cosine[k + size // 4])])


@lru_cache(maxsize=8)
def _places(count: int) -> bytes:
    """Returns where each point lies before the transform: its digits reversed, those of base five last in the
    transform."""
    return struct.pack(f"<{count}H", *(_place(point, count) for point in range(count)))


def _place(point: int, count: int) -> int:
    if count == 1:
        return 0
    radix = 2 if count % 5 else 5
    rest = count // radix
    return point % radix * rest + _place(point // radix, rest)


@lru_cache(maxsize=8)
def _window(frame: int, size: int, *, hann: bool, is_centred: bool) -> bytes:
    """Returns the window over a whole transform, with zeros around it or behind it."""
    values = [0.5 - 0.5 * cosine for cosine in circle(frame)] if hann else [1.0] * frame
    before = (size - frame) // 2 if is_centred else 0
    return _packed_fractions([0.0] * before + values + [0.0] * (size - frame - before))


@lru_cache(maxsize=8)
def triangles(bands: Bands) -> tuple[list[tuple[int, list[float]]], int]:
    """Returns for each band the first row of the spectrum and the weights from there on; and how many rows there
    are."""
    return [_span(row) for row in _MAKERS[bands.preset.scale](bands)], bands.preset.size // 2 + 1


def _span(row: list[float]) -> tuple[int, list[float]]:
    """Returns the weights of a row without the zeros at both ends, and where they begin."""
    places = [place for place, weight in enumerate(row) if weight != 0.0]
    return (places[0], row[places[0] : places[-1] + 1]) if places else (0, [])


def _mel(hertz: float) -> float:
    return 2595.0 * arithmetic.log10(1.0 + hertz / 700.0)


def _spread(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * k / (count - 1) for k in range(count - 1)] + [high]


def _triangle(corners: tuple[float, float, float], places: list[float]) -> list[float]:
    low, top, high = corners
    return [max(0.0, min((place - low) / (top - low), (high - place) / (high - top))) for place in places]


def _htk(bands: Bands) -> list[list[float]]:
    """Returns the rows of `tf.signal.linear_to_mel_weight_matrix`; the row of 0 Hz counts for nothing."""
    size = bands.preset.size
    edges = _spread(_mel(bands.preset.low), _mel(bands.high), bands.preset.bands + 2)
    places = [_mel(row * bands.rate / size) for row in range(1, size // 2 + 1)]
    return [
        [0.0, *_triangle((low, top, high), places)] for low, top, high in zip(edges, edges[1:], edges[2:], strict=False)
    ]


_BREAK, _LINEAR = 1000.0, 200.0 / 3.0


def _slaney_mel(hertz: float) -> float:
    if hertz < _BREAK:
        return hertz / _LINEAR
    return _BREAK / _LINEAR + arithmetic.log(hertz / _BREAK) / (arithmetic.log(6.4) / 27.0)


def _slaney_hertz(mel: float) -> float:
    if mel < _BREAK / _LINEAR:
        return _LINEAR * mel
    return _BREAK * arithmetic.exp(arithmetic.log(6.4) / 27.0 * (mel - _BREAK / _LINEAR))


def _slaney(bands: Bands) -> list[list[float]]:
    """Returns the rows of `librosa.filters.mel`: each triangle has the area of 2 / (its width in hertz)."""
    size = bands.preset.size
    mels = _spread(_slaney_mel(bands.preset.low), _slaney_mel(bands.high), bands.preset.bands + 2)
    edges = [_slaney_hertz(mel) for mel in mels]
    places = [row * bands.rate / size for row in range(size // 2 + 1)]
    return [
        [weight * 2.0 / (high - low) for weight in _triangle((low, top, high), places)]
        for low, top, high in zip(edges, edges[1:], edges[2:], strict=False)
    ]


def _hertz(bands: Bands) -> list[list[float]]:
    """Returns the rows of `torchaudio.functional.melscale_fbanks` with HTK's mel and without a norm."""
    size = bands.preset.size
    mels = _spread(_mel(bands.preset.low), _mel(bands.high), bands.preset.bands + 2)
    edges = [700.0 * (arithmetic.pow(10.0, mel / 2595.0) - 1.0) if mel else 0.0 for mel in mels]
    places = [row * bands.rate / size for row in range(size // 2 + 1)]
    return [_triangle((low, top, high), places) for low, top, high in zip(edges, edges[1:], edges[2:], strict=False)]


def _rows(bands: Bands) -> list[list[float]]:
    """Returns the rows of `python_speech_features.get_filterbanks`."""
    size = bands.preset.size
    mels = _spread(_mel(bands.preset.low), _mel(bands.high), bands.preset.bands + 2)
    corners = [
        math.floor((size + 1) * (700.0 * (arithmetic.pow(10.0, mel / 2595.0) - 1.0)) / bands.rate) if mel else 0
        for mel in mels
    ]
    rows = []
    for low, top, high in zip(corners, corners[1:], corners[2:], strict=False):
        row = [0.0] * (size // 2 + 1)
        for place in range(low, top):
            row[place] = (place - low) / (top - low)
        for place in range(top, high):
            row[place] = (high - place) / (high - top)
        rows.append(row)
    return rows


def _whole_rows(bands: Bands) -> list[list[float]]:
    """Returns the rows of TensorFlow's operator `Mfcc`: the first row is one and a half rows above the lowest
    frequency."""
    first = int(1.5 + bands.preset.low * bands.preset.size / bands.rate)
    return [[0.0] * first + row[first:] for row in _htk(bands)]


_NATURAL_MEL = 1127.0
_BELOW_THE_LAST = 0.001
"""Hertz by which Edge Impulse moves the last corner, so that rounding does not give it another row."""


def _speechpy(bands: Bands) -> list[list[float]]:
    """Returns the rows of Edge Impulse's copy of `speechpy.feature.filterbanks`."""
    size = bands.preset.size
    low, high = (_NATURAL_MEL * arithmetic.log(1.0 + hertz / 700.0) for hertz in (bands.preset.low, bands.high))
    mels = _spread(low, high, bands.preset.bands + 2)
    edges = [700.0 * (arithmetic.exp(mel / _NATURAL_MEL) - 1.0) for mel in mels]
    edges[-1] -= _BELOW_THE_LAST
    corners = [math.floor((size + 1) * hertz / bands.rate) for hertz in edges]
    rows = []
    for left, top, right in zip(corners, corners[1:], corners[2:], strict=False):
        row = [0.0] * (size // 2 + 1)
        for place in range(left + 1, top + 1):
            row[place] = (place - left) / (top - left)
        for place in range(top, right):
            row[place] = (right - place) / (right - top)
        rows.append(row)
    return rows


_MAKERS = {
    Scale.HTK: _htk,
    Scale.SLANEY: _slaney,
    Scale.ROWS: _rows,
    Scale.HERTZ: _hertz,
    Scale.SPEECHPY: _speechpy,
    Scale.WHOLE_ROWS: _whole_rows,
}


@lru_cache(maxsize=4)
def cosines(bands: int, coefficients: int, lifter: int, *, orthonormal: bool) -> bytes:
    """The rows of a cosine transform (type 2), times what a lifter makes of each."""
    rows = []
    for i in range(coefficients):
        norm = math.sqrt((1.0 if i == 0 and orthonormal else 2.0) / bands)
        lift = 1.0 + lifter / 2.0 * arithmetic.sin(math.pi * i / lifter) if lifter else 1.0
        rows += [norm * lift * arithmetic.cos(math.pi * i * (2 * band + 1) / (2 * bands)) for band in range(bands)]
    return _packed_floats(rows)


def mel_code(name: str, sound: TensorType, bands: Bands, *, cepstrum: bool = False) -> BlockCode:
    """The call of one of the blocks: the plan, its tables, and room for one frame or for all."""
    preset, rows = bands.preset, triangles(bands)[0]
    is_centred = preset.beside in (Beside.SILENCE, Beside.MIRROR)
    plan = struct.pack(
        "<3d2f17i",
        2.0**-15 if sound.element is ElementType.I16 and preset.of_ones else 1.0,
        1.0 / preset.size if preset.is_periodogram else 1.0,
        preset.least,
        preset.top_db,
        preset.noise_floor,
        _fraction(preset.pre_emphasis),
        *(sound.count, preset.step, bands.start, preset.size, bands.frames, preset.bands),
        *(preset.beside is Beside.MIRROR, preset.decibels, preset.coefficients, preset.has_energy),
        *(preset.has_magnitudes, preset.adds_least, preset.is_of_peak, preset.replaces_small),
        *(preset.is_turned, preset.window),
    )
    tables = (
        plan,
        _window(min(preset.frame, preset.size), preset.size, hann=preset.hann, is_centred=is_centred),
        _places(preset.size // 2),
        _turns(preset.size),
        b"".join(struct.pack("<ii", first, len(weights)) for first, weights in rows),
        _packed_floats([weight for _, weights in rows for weight in weights]) or bytes(4),
    )
    if not cepstrum:
        return BlockCode(f"rune_{name}_{sound.element}", constants=tables, scratch_size=4 * _room_for_frame(preset))
    kind = "_normalised" if preset.window else "_limited" if preset.top_db else ""
    logarithms = preset.bands * (bands.frames if preset.top_db else 1)
    differences = 2 * bands.frames * preset.coefficients if preset.window else 0
    return BlockCode(
        f"rune_{name}{kind}_{sound.element}",
        constants=(
            *tables,
            cosines(preset.bands, preset.coefficients, preset.lifter, orthonormal=preset.orthonormal),
        ),
        scratch_size=4 * (logarithms + differences + _room_for_frame(preset)),
    )


def _room_for_frame(preset: Preset) -> int:
    """Returns the count of numbers of 32 bits: the points of the transform and the power of each row."""
    return preset.size + preset.size // 2 + 1
