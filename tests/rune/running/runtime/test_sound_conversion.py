"""A sound of another rate, depth or number of channels becomes what the rune reads, and it is said."""

from __future__ import annotations

import io
import math
import struct
import wave

import numpy as np
import numpy.typing as npt
import pytest

from rune.running.runtime.errors import InputFile
from rune.running.runtime.inputs.resampling import resampled
from rune.running.runtime.inputs.sounds import sound_input
from tests.support.cases import each_case

Values = npt.NDArray[np.float64]


def tone(hertz: float, rate: int, count: int) -> Values:
    return np.sin(2 * np.pi * hertz * np.arange(count) / rate)


def saved(channels: list[Values], rate: int) -> bytes:
    """A wav of 16 bits; the channels are -1 to 1."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(len(channels))
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.rint(np.stack(channels, axis=1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def encoded(body: bytes, code: int, bits: int, rate: int = 16000, channels: int = 1, block: int | None = None) -> bytes:
    size = channels * bits // 8 if block is None else block
    header = struct.pack("<HHIIHH", code, channels, rate, rate * size & 0xFFFFFFFF, size, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def converted(data: bytes) -> Values:
    return np.frombuffer(data, "<i2") / 32767


@each_case("rate", [8000, 11025, 22050, 32000, 44100, 48000, 96000])
@each_case("hertz", [100.0, 1000.0, 3000.0])
def test_a_tone_stays_the_same_tone_at_another_rate(rate: int, hertz: float) -> None:
    sound = sound_input(saved([0.8 * tone(hertz, rate, rate)], rate), 16000, 16000)
    inside = slice(400, -400)  # Silence surrounds the sound, and its filter reaches into it.
    assert np.abs(converted(sound.data) - 0.8 * tone(hertz, 16000, 16000))[inside].max() < 2e-4


@each_case("hertz", [8800, 12000, 15000, 20000])
def test_what_the_new_rate_cannot_carry_is_gone_and_not_folded_back(hertz: int) -> None:
    sound = sound_input(saved([0.8 * tone(hertz, 44100, 44100)], 44100), 16000, 16000)
    assert np.abs(converted(sound.data)[400:-400]).max() < 2e-4


def test_channels_become_their_mean() -> None:
    left, right = tone(500, 16000, 1600), tone(900, 16000, 1600)
    sound = sound_input(saved([left, right], 16000), 16000, 1600)
    assert np.abs(converted(sound.data) - (left + right) / 2).max() < 1e-4
    assert sound.conversion == "16 kHz stereo, converted to 16 kHz mono"


def test_what_is_constant_stays_so() -> None:
    assert np.allclose(resampled(np.full(5000, 1000.0), 44100, 16000, 1600)[200:-200], 1000.0, atol=1e-9)


@pytest.mark.slow
def test_a_long_sound_does_not_drift() -> None:
    late = resampled(tone(1000, 44056, 44056 * 20), 44056, 16000, 16000 * 20)
    assert np.abs(late[-4000:-400] - tone(1000, 16000, 16000 * 20)[-4000:-400]).max() < 2e-4


@pytest.mark.slow
def test_pieces_of_the_work_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(3).standard_normal(20_000)
    whole = resampled(noise, 44100, 16000, 7000)
    monkeypatch.setattr("rune.running.runtime.inputs.resampling._MOST_WEIGHTS", 1 << 12)
    assert np.allclose(resampled(noise, 44100, 16000, 7000), whole, atol=1e-12)


@each_case(
    ("body", "code", "bits"),
    [
        (bytes([0, 192, 255]), 1, 8),
        (b"\0\0\x80" + b"\0\0\x40" + b"\xff\xff\x7f", 1, 24),
        (struct.pack("<3i", -(1 << 31), 1 << 30, (1 << 31) - 1), 1, 32),
        (struct.pack("<3f", -1.0, 0.5, 1.5), 3, 32),
        (struct.pack("<3d", -1.0, 0.5, math.inf), 3, 64),
    ],
)
def test_every_depth_fills_the_range_of_16_bits(body: bytes, code: int, bits: int) -> None:
    sound = sound_input(encoded(body, code, bits), 16000, 3)
    lowest, middle, highest = struct.unpack("<3h", sound.data)
    assert (lowest, middle) == (-32768, 16384)
    assert highest >= 32512
    assert sound.conversion == f"16 kHz mono of {bits} bits, converted to 16 kHz mono of 16 bits"


def test_what_is_no_number_is_silence() -> None:
    signalling = b"\x01\x00\x80\x7f"
    body = signalling + struct.pack("<3f", math.nan, 0.5, -3e38)
    assert sound_input(encoded(body, 3, 32), 16000, 4).data == struct.pack("<4h", 0, 0, 16384, -32768)
    loud = struct.pack("<4d", 1.7e308, -1.7e308, math.inf, -math.inf) * 50
    assert len(sound_input(encoded(loud, 3, 64, rate=44100), 16000, 70).data) == 140


def test_a_second_that_lost_a_sample_to_rounding_is_still_a_second() -> None:
    assert len(sound_input(saved([tone(100, 44100, 44099)], 44100), 16000, 16000).data) == 32000


@each_case(
    ("data", "rate", "count", "message"),
    [
        (saved([tone(9, 44100, 22050)], 44100), 16000, 16000, "At least 16000 samples .* but only 8000 were provided"),
        (saved([tone(9, 50, 50)], 50), 16000, 1, "a sound of 50 Hz cannot be converted to 16 kHz"),
        (encoded(bytes(8), 1, 16, rate=4_000_000_000), 16000, 0, "a sound of 4e\\+06 kHz cannot be converted"),
        (saved([tone(9, 8000, 8)], 8000), 1, 1, "a sound of 8 kHz cannot be converted to 1 Hz"),
        (encoded(bytes(8), 1, 16, rate=0), 16000, 1, "contradicts itself"),
        (encoded(bytes(8), 1, 16, channels=0), 16000, 1, "contradicts itself"),
        (encoded(bytes(8), 1, 16, block=3), 16000, 1, "contradicts itself"),
        (encoded(bytes(1 << 16), 1, 16, rate=100), 1_000_000, 200_000_000, "more than can be converted at once"),
    ],
)
def test_a_sound_that_cannot_be_converted_is_refused(data: bytes, rate: int, count: int, message: str) -> None:
    with pytest.raises(InputFile, match=message):
        sound_input(data, rate, count)


def test_half_a_frame_at_the_end_does_not_count() -> None:
    assert sound_input(encoded(struct.pack("<5h", 1, 3, 5, 7, 9), 1, 16, channels=2), 16000, 2).data == struct.pack(
        "<2h", 2, 6
    )
