"""TFLite Micro's audio frontend: its tables, for `log_mel` with `preset: micro_frontend`.

The arithmetic is that of its published C: f32 where that has float, f64 where it has double.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import lru_cache

from rune import arithmetic
from rune.arithmetic import round_f32
from rune.blocks.noise_filtering.gain import gain_table

BANDS, LOW, HIGH = 40, 125.0, 7500.0
_FRAME_MS = 30
_STRENGTH, _OFFSET, _GAIN_BITS, _INPUT_BITS = round_f32(0.95), 80.0, 21, 7
_FULL_SCALE = 980
"""The feature of a band with a tone of full scale, without noise reduction; it differs by 12, less than 2 decibels,
between bands."""


@dataclass(frozen=True)
class MicroFrontend:
    """Sizes for a rate: 30 ms a frame, and a transform of the power of two that holds it."""

    rate: int
    step: int
    samples: int
    is_stream: bool = False
    """Whether the first frame begins in the sound of the run before."""

    @property
    def frame(self) -> int:
        return _FRAME_MS * self.rate // 1000

    @property
    def size(self) -> int:
        return 1 << (self.frame - 1).bit_length()

    @property
    def overlap(self) -> int:
        """Samples that two frames share."""
        return max(0, self.frame - self.step)

    @property
    def frames(self) -> int:
        """The number of whole frames; of a stream, each step completes one."""
        if self.is_stream:
            return self.samples // self.step
        return 1 + (self.samples - self.frame) // self.step if self.samples >= self.frame else 0

    def tables(self, *, denoises: bool) -> tuple[bytes, ...]:
        """The plan, window, turns, half turns, bands, weights, gains and logarithms, as the C reads them; gains only
        where noise is taken out."""
        plan = struct.pack("<5i", self.frame, self.step, self.size, self.frames, BANDS)
        gains = (_gains(),) if denoises else ()
        return plan, *_tables(self.rate, self.frame, self.size), *gains, _logs()


def least_feature(decibels: int) -> int:
    """The feature, u16, of a tone so many decibels below full scale: 64 times a natural logarithm of amplitude."""
    return round(_FULL_SCALE + 64 * math.log(10) / 20 * decibels)


@lru_cache(maxsize=4)
def _tables(rate: int, frame: int, size: int) -> tuple[bytes, ...]:
    return _window(frame), *_turns(size // 2), *_bands(rate, size)


@lru_cache(maxsize=1)
def _gains() -> bytes:
    return gain_table(strength=_STRENGTH, offset=_OFFSET, gain_bits=_GAIN_BITS, input_bits=_INPUT_BITS)


def _window(length: int) -> bytes:
    turn = round_f32(math.pi * 2.0 / length)
    values = [round_f32(0.5 - 0.5 * arithmetic.cos(turn * (i + 0.5))) for i in range(length)]
    return struct.pack(f"<{length}h", *(math.floor(value * 4096 + 0.5) for value in values))


def _turns(half: int) -> tuple[bytes, bytes]:
    """Returns the turns of the transform, and of the step from there to the spectrum of real numbers."""
    whole = [-2.0 * math.pi * k / half for k in range(half)]
    halves = [-math.pi * (k / half + 0.5) for k in range(half // 2 + 1)]
    return _points(whole), _points(halves)


def _points(angles: list[float]) -> bytes:
    parts = [part for angle in angles for part in (arithmetic.cos(angle), arithmetic.sin(angle))]
    return struct.pack(f"<{len(parts)}h", *(math.floor(0.5 + 32767 * part) for part in parts))


def _mel(hertz: float) -> float:
    return round_f32(1127.0 * arithmetic.log(1.0 + round_f32(hertz) / 700.0))


def _bands(rate: int, size: int) -> tuple[bytes, bytes]:
    """41 stretches of rows, and the weights of each row for its own band and for the next one."""
    low, per_row = _mel(LOW), round_f32(rate / size)
    spacing = round_f32(round_f32(_mel(HIGH) - low) / (BANDS + 1))
    row, spans, weights = int(1.5 + round_f32(LOW / per_row)), b"", b""
    before = low
    for channel in range(1, BANDS + 2):
        centre, first = round_f32(low + round_f32(spacing * channel)), row
        while _mel(round_f32(row * per_row)) <= centre:
            above = round_f32(centre - _mel(round_f32(row * per_row)))
            own = round_f32(above / round_f32(centre - before))
            weights += struct.pack("<hh", math.floor(own * 4096 + 0.5), math.floor((1.0 - own) * 4096 + 0.5))
            row += 1
        spans += struct.pack("<ii", first, row - first)
        before = centre
    return spans, weights


@lru_cache(maxsize=1)
def _logs() -> bytes:
    """Returns by how much log2(1 + x) is above x, at each 128th, in parts of 65536."""
    values = [math.floor((arithmetic.log2(1.0 + k / 128) - k / 128) * 65536 + 0.5) for k in range(129)]
    return struct.pack("<130i", *values, 0)
