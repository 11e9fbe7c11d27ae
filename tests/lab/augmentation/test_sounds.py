"""Sounds of augmented spectrograms: their spectrogram is the augmented one, but for what noise does by chance."""

from __future__ import annotations

import numpy as np
import pytest

from lab.augmentation.examples import augmentation_examples
from lab.augmentation.sounds import moved_frames
from lab.dataset.features import build_rune, windows_of_recordings
from lab.dataset.recording import Recording
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import features_runefile
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.wav import wav_bytes
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from tests.support.training.sight_and_sound_data import sound

RECIPE = recipe_of("keywords")
STILL = {"shift": 0, "pitch": 0.0, "masked": 0.0, "loudness": 0.0, "background": 0.0}


@pytest.fixture(scope="module")
def rune() -> bytes:
    values = read_arguments(RECIPE.arguments, {}, RECIPE.name)
    return build_rune(
        MemoryFiles({DEFAULT_RUNEFILE: features_runefile(RECIPE, values).encode()}), BuildOptions("features")
    )


@pytest.mark.parametrize(
    ("changed", "most"),
    [
        ({"shift": 100}, 0.02),
        ({"loudness": 0.1}, 0.02),
        ({"pitch": 1.5}, 0.08),
        ({"masked": 0.3}, 0.06),
        ({"background": 1.0}, 0.08),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_the_spectrogram_of_what_is_heard_is_the_augmented_one(
    changed: dict[str, float], most: float, rune: bytes
) -> None:
    """Features have a range of 2, and 0.02 of them are 0.8 decibels."""
    random = np.random.default_rng(8)
    recordings = [
        Recording(f"{label}.wav", label, sound(label, random), Kind.SOUND, Quality.GOOD) for label in ("rise", "hiss")
    ]
    values = read_arguments(RECIPE.arguments, {**STILL, **changed}, RECIPE.name)
    for example in augmentation_examples(RECIPE, values, recordings, 3, lambda _share, _text: None):
        sounds = [
            Recording("heard", "", each.sound, Kind.SOUND, Quality.GOOD) for each in (example.original, *example.draws)
        ]
        inputs = windows_of_recordings(rune, sounds, lambda _: None).inputs
        np.testing.assert_allclose(inputs[0], example.original.values, atol=0.02)
        errors = [np.abs(own - each.values).mean() for own, each in zip(inputs[1:], example.draws, strict=True)]
        changes = [np.abs(each.values - example.original.values).mean() for each in example.draws]
        assert max(errors) < most
        assert np.mean(errors) < np.mean(changes)


@pytest.mark.parametrize("move", [-5, -1, 0, 3, 5])
def test_a_move_in_time_is_recognised_however_loud_the_whole_is(move: int) -> None:
    before = np.random.default_rng(2).uniform(-1, 1, (50, 40)).astype(np.float32)
    after = before[np.clip(np.arange(50) + move, 0, 49)] + 0.3
    assert moved_frames(before, after, 5) == move


def test_a_spectrogram_that_does_not_change_was_not_moved() -> None:
    still = np.full((50, 40), -1.0, np.float32)
    assert moved_frames(still, still, 5) == 0


def test_of_a_longer_recording_the_window_with_most_in_it_is_heard() -> None:

    random = np.random.default_rng(4)
    quiet = np.zeros(48_000, "<i2")
    own = np.frombuffer(sound("rise", random)[44:], "<i2")
    quiet[20_000 : 20_000 + len(own)] = own
    recording = Recording("long.wav", "rise", wav_bytes(16_000, quiet.tobytes()), Kind.SOUND, Quality.GOOD)
    values = read_arguments(RECIPE.arguments, STILL, RECIPE.name)
    (example,) = augmentation_examples(RECIPE, values, [recording], 1, lambda _share, _text: None)
    window = np.frombuffer(example.original.sound[44:], "<i2").astype(np.int32)
    starts = [np.abs(window - quiet[start : start + 16_000].astype(np.int32)).max() for start in range(0, 32_001, 3200)]
    assert min(starts) <= 1
    assert np.abs(window).max() == pytest.approx(np.abs(own.astype(np.int32)).max(), abs=1)
