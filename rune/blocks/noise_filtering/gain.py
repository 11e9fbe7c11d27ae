"""The gain table of `noise_filtering`: a power law, fitted by a parabola for each octave of the noise estimate.

The layout is that of the "per-channel amplitude normalisation" of small speech front ends. Nothing here runs in a rune.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from rune.arithmetic import pow_f32, round_f32

_OCTAVES = 32


@lru_cache(maxsize=8)
def gain_table(*, strength: float, offset: float, gain_bits: int, input_bits: int) -> bytes:
    """125 x i16: the gains of 0 and 1, then (value, slope, curvature, 0) for each octave from 2 on.

    `strength` and `offset` are f32. The last octave ends one below 2**32 and has no fourth slot.
    """

    def lookup(estimate: int) -> int:
        x = round_f32(round_f32(round_f32(estimate) / 2**input_bits) + offset)
        gain = round_f32(pow_f32(x, -strength) * 2**gain_bits)
        return int(round_f32(min(gain, 32767.0) + 0.5))

    table = [lookup(0), lookup(1)]
    for octave in range(2, _OCTAVES + 1):
        start = 1 << (octave - 1)
        end = 2 * start if octave < _OCTAVES else 2 * start - 1
        y0, y1, y2 = lookup(start), lookup(start + start // 2), lookup(end)
        slope = 4 * (y1 - y0) - (y2 - y0)
        table += (y0, slope, (y2 - y0) - slope, 0)
    return struct.pack("<125h", *(_as_i16(value) for value in table[:125]))


def _as_i16(value: int) -> int:
    return (value + 32768) % 65536 - 32768
