"""The built-in sounds of silence, noise and tones: the same at each rate and each time, and nobody speaks in them."""

from __future__ import annotations

import numpy as np
import pytest

from rune.datasets.background import SECONDS, SILENCE, background_sounds
from rune.datasets.content.wav import read_wav

SOUNDS = {each.name: each for each in background_sounds()}


def test_there_are_sixty_sounds_with_names_of_their_own_and_silence_is_the_first() -> None:
    assert (len(background_sounds()), len(SOUNDS), background_sounds()[0].name) == (60, 60, SILENCE)
    assert not SOUNDS[SILENCE].samples(16_000).any()


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_each_is_a_sound_of_some_seconds_at_any_rate_and_the_same_each_time(rate: int) -> None:
    for name in ("white noise at -40 dB", "a tone of 3000 Hz at -20 dB", "a hum of 50 Hz at -30 dB", SILENCE):
        content = read_wav(SOUNDS[name].wav(rate))
        assert content.milliseconds == 1000 * SECONDS
        assert content.data == read_wav(SOUNDS[name].wav(rate)).data


def test_noise_tones_and_hum_have_the_level_that_their_names_say() -> None:
    for name, level in (
        ("pink noise at -30 dB", -30),
        ("a tone of 440 Hz at -20 dB", -20),
        ("a hum of 60 Hz at -45 dB", -45),
    ):
        size = np.sqrt(np.mean((SOUNDS[name].samples(16_000) / 32_767.0) ** 2))
        assert 20 * np.log10(size) == pytest.approx(level, abs=0.1)


def test_noises_differ_from_each_other() -> None:
    first, second = (SOUNDS[f"{name} noise at -40 dB"].samples(16_000) / 1.0 for name in ("white", "pink"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


def test_a_tone_has_its_frequency_and_none_is_above_what_the_rate_can_carry() -> None:
    sound = SOUNDS["a tone of 880 Hz at -20 dB"].samples(8000, 1.0)
    assert int(np.argmax(np.abs(np.fft.rfft(sound)))) == pytest.approx(880, abs=2)
    assert SOUNDS["a tone of 3000 Hz at -20 dB"].samples(4000).any()
