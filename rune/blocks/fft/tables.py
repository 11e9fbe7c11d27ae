"""The tables of `fft`: which samples make a frame, the window, the twiddle factors and the mel filters.

All of them are correctly rounded, so that a build gives the same bits on every machine. Nothing here runs in a rune.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import lru_cache

from rune import arithmetic
from rune.arithmetic import cos_f32, round_f32, sin_f32

MOST_BINS = 8192
_FRAMES = 49
_BANDS = 40
RATE = 16_000
"""Samples a second of the sound that the tables are made for."""
_TOP = 8_000.0


@dataclass(frozen=True)
class Tables:
    """The tables of `rune_fft`. Little-endian bytes, as the C declares them."""

    frame: int
    """Samples in a frame."""
    step: int
    """Samples between the starts of neighbouring frames; 0 when the overlap leaves none."""
    size: int
    """Points of the transform: the power of two that holds a frame."""
    rows: int
    """Rows of the spectrum that the mel filters see."""
    starts: bytes
    """49 x u32: the first sample of each frame. Empty when not one frame fits."""
    window: bytes
    """size x f32."""
    twiddles: bytes
    """log2(size) stages x size/2 butterflies x (cosine, sine) f32."""
    mel_rows: bytes
    """40 x (first row, count) u16."""
    mel_weights: bytes
    """The filters' non-zero stretches one after another, f64."""


def frame_step(bins: int, window_overlap: float) -> int:
    """Samples between the starts of neighbouring frames; 0 when the overlap leaves none."""
    return int(round_f32(bins * round_f32(1.0 - round_f32(window_overlap))))


def frame_starts(bins: int, window_overlap: float, samples: int) -> bytes:
    """49 x u32: the first sample of each frame. Empty when not one frame fits. Quick, unlike the other tables."""
    step = frame_step(bins, window_overlap)
    return _starts(samples, bins, step) if step > 0 else b""


@lru_cache(maxsize=8)
def tables(bins: int, window_overlap: float, samples: int) -> Tables:
    """The tables for frames of `bins` samples over a sound of so many samples, at 16 kHz."""
    size = 1 << (bins - 1).bit_length()
    rows = bins // 2 + 1
    window, twiddles, mel_rows, mel_weights = _spectrum_tables(bins, size, rows)
    starts = frame_starts(bins, window_overlap, samples)
    return Tables(bins, frame_step(bins, window_overlap), size, rows, starts, window, twiddles, mel_rows, mel_weights)


def _starts(samples: int, bins: int, step: int) -> bytes:
    """Returns where the 49 frames start: spread over all that fit, in f32 steps; few frames are repeated."""
    more = max(samples - bins, 0)
    count = -(-more // step) + 1
    if step == bins:
        count -= 1  # frames that do not overlap lose the last one: a quirk that old models know
    if count == 0:
        return b""
    ratio = round_f32(count / _FRAMES)
    position, starts = 0.0, []
    for _ in range(_FRAMES):
        starts.append(min(int(position), count - 1) * step)
        position = round_f32(position + ratio)
    return struct.pack(f"<{_FRAMES}I", *starts)


@lru_cache(maxsize=4)
def _spectrum_tables(bins: int, size: int, rows: int) -> tuple[bytes, bytes, bytes, bytes]:
    rows_and_weights = [_mel_row(band, bins, rows) for band in range(_BANDS)]
    return (
        _window(size),
        _twiddles(size),
        b"".join(struct.pack("<HH", first, len(weights)) for first, weights in rows_and_weights),
        b"".join(struct.pack(f"<{len(weights)}d", *weights) for _, weights in rows_and_weights),
    )


def _window(size: int) -> bytes:
    """Hann's window over all points of the transform, not only over the frame: a quirk that old models know."""
    values = (0.5 * (1.0 - arithmetic.cos(2.0 * math.pi * k / (size - 1))) for k in range(size))
    return struct.pack(f"<{size}f", *(round_f32(value) for value in values))


def _twiddles(size: int) -> bytes:
    """Factors by stage and butterfly. The angle is an f32 of the butterfly's absolute index, not reduced."""
    turn = round_f32(2.0 * math.pi)
    angles: list[float] = []
    length = 2
    while length <= size:
        for block in range(0, size, length):
            angles += (round_f32(round_f32(turn * -index) / length) for index in range(block, block + length // 2))
        length *= 2
    # Half of them come again in the next stage.
    factors = {angle: struct.pack("<ff", cos_f32(angle), sin_f32(angle)) for angle in set(angles)}
    return b"".join(factors[angle] for angle in angles)


def _mel_row(band: int, bins: int, rows: int) -> tuple[int, list[float]]:
    """A triangle between two points of the mel scale: its first row and the weights from there on."""
    low = _mel(1.0 / (bins / RATE))
    step = (_mel(_TOP) - low) / (_BANDS + 1)
    first = math.floor(_hertz(low + step * band) / _TOP * rows)
    last = math.floor(_hertz(low + step * (band + 2)) / _TOP * rows)
    width = max(last - first, 1)
    weights = [(1.0 - abs((k - (width - 1) / 2.0) / (width / 2.0))) / width for k in range(width)]
    return first, weights[: max(rows - first, 0)]


def _mel(hertz: float) -> float:
    return 2595.0 * arithmetic.log10(1.0 + hertz / 700.0)


def _hertz(mel: float) -> float:
    return 700.0 * (arithmetic.pow(10.0, mel / 2595.0) - 1.0)
