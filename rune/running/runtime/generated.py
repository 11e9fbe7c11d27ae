"""Generated input, for measuring and for trying a rune without a file. The same bytes every time."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence

from rune.abi import Capability
from rune.running.runtime.host import CapabilityRequest, InputSource
from rune.running.runtime.randomness import random_bytes, random_words

_SEED = 1
_TONE_HERTZ = 440.0
_LOUDNESS = 8000
_DEFAULT_RATE = 16000.0
_BLOCK = 1 << 16


def generated_inputs(capabilities: Sequence[CapabilityRequest]) -> Mapping[int, InputSource]:
    """Plausible input for each capability, of the length that the rune asks for.

    SOUND a tone of 440 Hz as i16; ACCEL and FLOAT_IMAGE f32 in 0 to 1; IMAGE and RAND random bytes. What a RAW
    capability means is not known here: a length of whole words is f32 in 0 to 1, else random bytes. After 64 KiB the
    same comes again. What was made is kept, so that it costs a run no time but the first.
    """
    return {request.id: _cached(_maker(request)) for request in capabilities}


def _cached(make: Callable[[int], bytes]) -> InputSource:
    by_size: dict[int, bytes] = {}

    def source(size: int) -> bytes:
        if size not in by_size:
            by_size.clear()
            by_size[size] = _repeated(make, size)
        return by_size[size]

    return source


def _repeated(make: Callable[[int], bytes], size: int) -> bytes:
    if size <= _BLOCK:
        return make(size)
    block = make(_BLOCK)
    return (block * (size // _BLOCK + 1))[:size]


def _maker(request: CapabilityRequest) -> Callable[[int], bytes]:
    match request.kind:
        case Capability.SOUND:
            declared_rate = float(request.parameters.get("hz", _DEFAULT_RATE))
            rate = declared_rate if math.isfinite(declared_rate) and declared_rate > 0 else _DEFAULT_RATE
            return lambda size: _tone(size, rate)
        case Capability.ACCEL | Capability.FLOAT_IMAGE | Capability.RAW:
            return _fractions
        case _:
            return lambda size: random_bytes(_SEED, size)


def _tone(size: int, rate: float) -> bytes:
    step = 2 * math.pi * _TONE_HERTZ / rate
    count = size // 2
    samples = (round(_LOUDNESS * math.sin(step * index)) for index in range(count))
    return struct.pack(f"<{count}h", *samples) + bytes(size % 2)


def _fractions(size: int) -> bytes:
    if size % 4:
        return random_bytes(_SEED, size)
    words = random_words(_SEED)
    count = size // 4
    return struct.pack(f"<{count}f", *(next(words) / (1 << 32) for _ in range(count)))
