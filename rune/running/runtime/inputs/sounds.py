"""Sound files as a rune's SOUND capability gets them: mono samples at its own rate, as i16.

A wav of 16 bits, one channel and that rate gives its samples as they are stored. Every other one is converted, and
what was done is said. The arithmetic of the conversion is in `resampling`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.wav import Wav, read_wav
from rune.wording import hertz

_RATES = range(100, 1_000_001)
"""Samples a second between which sound is converted: what lies outside is a damaged header or a slip in a Runefile."""
_MOST_CONVERTED_SAMPLES = 128 * 1024 * 1024
"""Samples that a conversion may give."""


@dataclass(frozen=True)
class Sound:
    """A decoded sound file: i16 samples of one channel, little-endian.

    `conversion` says what was changed, such as "44.1 kHz stereo, converted to 16 kHz mono", or that the
    header was wrong; None when nothing was.
    """

    data: bytes
    conversion: str | None


def whole_sound(data: bytes, rate: int) -> Sound:
    """All samples of a wav at `rate` samples a second. Raises `InputFile`."""
    wav = read_wav(data)
    return _of_wav(wav, rate, -(-wav.frames * rate // wav.rate))


def sound_input(data: bytes, rate: int, count: int) -> Sound:
    """The first `count` samples of a wav at `rate` samples a second. Raises `InputFile`."""
    return _of_wav(read_wav(data), rate, count)


def _of_wav(wav: Wav, rate: int, count: int) -> Sound:
    if wav.rate == rate and wav.channels == 1 and (wav.bits, wav.is_float) == (16, False):
        return Sound(_enough(wav.samples, wav.frames, count), wav.note)
    if wav.rate != rate and not (wav.rate in _RATES and rate in _RATES):
        raise InputFile(f"a sound of {hertz(wav.rate)} cannot be converted to {hertz(rate)}")
    available = -(-wav.frames * rate // wav.rate)
    if available < count:
        _enough(b"", available, count)
    if count > _MOST_CONVERTED_SAMPLES:
        raise InputFile(f"{count} samples are more than can be converted at once")
    # numpy takes long to load, and a sound that fits needs none of it.
    from rune.running.runtime.inputs.resampling import converted

    conversion = f"{_source_text(wav)}, converted to {_target_text(wav, rate)}"
    return Sound(converted(wav, rate, count), "; ".join(filter(None, (conversion, wav.note))))


def _source_text(wav: Wav) -> str:
    channels = {1: "mono", 2: "stereo"}.get(wav.channels, f"with {wav.channels} channels")
    depth = f" of {wav.bits} bits" if wav.bits != 16 else ""
    return f"{hertz(wav.rate)} {channels}{depth}"


def _target_text(wav: Wav, rate: int) -> str:
    return f"{hertz(rate)} mono{' of 16 bits' if wav.bits != 16 else ''}"


def _enough(samples: bytes, available: int, count: int) -> bytes:
    if available < count:
        raise InputFile(
            f"At least {count} samples are required to generate this input, but only {available} were provided"
        )
    return samples[: count * 2]
