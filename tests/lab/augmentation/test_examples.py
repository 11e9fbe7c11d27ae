"""Augmentation examples: the draws of the function that training calls, the same for the same seed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.augmentation.examples import DRAWS, AugmentationExample, augmentation_examples
from lab.augmentation.files import example_files
from lab.dataset.recording import Recording
from lab.dataset.recordings import read_recordings
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.refusal import Refused
from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.pictures import is_png
from rune.datasets.content.wav import read_wav, wav_bytes
from rune.datasets.learnable import WORD
from tests.support.training.recordings_of_kind import write_for

VISIBLE_RECIPES = [recipe for recipe in RECIPES.values() if recipe.shown_augmentation]
OTHERS = [recipe.name for recipe in RECIPES.values() if not recipe.shown_augmentation]
UNCHANGED: dict[str, dict[str, Any]] = {
    "keywords": {"shift": 0, "pitch": 0.0, "masked": 0.0, "loudness": 0.0, "background": 0.0},
    "wake-word": {"shift": 0, "pitch": 0.0, "masked": 0.0, "loudness": 0.0, "background": 0.0},
    "motion": {"pace": 0.0, "turn": 0.0, "strength": 0.0, "sensor": 0.0, "noise": 0.0},
    "pictures": {"shift": 0.0, "brightness": 0.0, "mirror": 0},
    "counting": {"shift": 0.0, "brightness": 0.0, "mirror": 0},
}
"""The arguments of each recipe with which its augmentation changes nothing."""


def no_report(_share: float, _text: str) -> None:
    pass


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Recording]]:
    folder = tmp_path_factory.mktemp("recordings")
    return {each.name: list(read_recordings(write_for(each, folder / each.name, 3)).items) for each in VISIBLE_RECIPES}


def drawn(name: str, recordings: list[Recording], seed: int = 1, **arguments: Any) -> list[AugmentationExample]:
    recipe = recipe_of(name)
    values = read_arguments(recipe.arguments, arguments, name)
    return augmentation_examples(recipe, values, recordings, seed, no_report)


@pytest.mark.parametrize("name", OTHERS)
def test_a_recipe_whose_augmentation_cannot_be_shown_is_refused_by_name(name: str) -> None:
    with pytest.raises(Refused, match=f"The recipe {name} has no augmentation that can be seen or heard"):
        drawn(name, [])


def test_recordings_of_another_kind_are_refused(recordings: dict[str, list[Recording]]) -> None:
    with pytest.raises(Refused, match="motion"):
        drawn("motion", recordings["pictures"])


def test_recordings_that_fill_no_window_are_refused(recordings: dict[str, list[Recording]]) -> None:
    with pytest.raises(Refused, match="shorter than a window"):
        drawn("motion", recordings["motion"], window=1000)


@pytest.mark.parametrize("name", [each.name for each in VISIBLE_RECIPES])
def test_the_same_seed_gives_the_same_draws_and_another_seed_gives_others(
    name: str, recordings: dict[str, list[Recording]]
) -> None:
    first, again, other = (drawn(name, recordings[name], seed) for seed in (1, 1, 2))
    recipe = recipe_of(name)
    assert example_files(first, recipe.kind) == example_files(again, recipe.kind)
    for one, another in zip(first, other, strict=True):
        np.testing.assert_array_equal(one.original.values, another.original.values)
        draws = zip(one.draws, another.draws, strict=True)
        assert any((each.values != beside.values).any() for each, beside in draws)


@pytest.mark.parametrize("name", [each.name for each in VISIBLE_RECIPES])
def test_each_label_has_an_example_with_its_draws(name: str, recordings: dict[str, list[Recording]]) -> None:
    examples = drawn(name, recordings[name])
    own = [each for each in recordings[name] if name != "wake-word" or each.label == WORD]
    assert {each.label for each in examples} == {each.label for each in own}
    for example in examples:
        assert example.recording in {each.name for each in own if each.label == example.label}
        plain = [each for each in example.draws if not each.caption]
        assert len(plain) == DRAWS
        assert all(each.values.shape == example.original.values.shape for each in example.draws)
        assert all((each.values != example.original.values).any() for each in plain)


@pytest.mark.parametrize("name", [each.name for each in VISIBLE_RECIPES])
def test_without_augmentation_a_draw_is_the_original_to_see_and_to_hear(
    name: str, recordings: dict[str, list[Recording]]
) -> None:
    for example in drawn(name, recordings[name], **UNCHANGED[name]):
        for draw in example.draws:
            if draw.caption:
                continue
            np.testing.assert_allclose(draw.values, example.original.values, atol=1e-6)
            if draw.sound:
                sound, own = (samples(each) for each in (draw.sound, example.original.sound))
                assert np.abs(sound - own).max() <= 2  # of 32,767


def test_a_sound_of_a_rune_that_reads_whole_windows_is_that_of_the_window() -> None:
    sound = np.random.default_rng(1).normal(0, 3000, 2 * 16_000).astype("<i2")
    sound[8_000:24_000:40] = 20_000  # the window in the middle varies most
    recording = Recording("a.wav", "yes", wav_bytes(16_000, sound.tobytes()), Kind.SOUND, Quality.GOOD)
    (example,) = drawn("keywords", [recording], stream=0)
    assert np.abs(samples(example.original.sound) - sound[8_000:24_000]).max() <= 1  # of 32,767


def test_the_sounds_made_of_a_wake_word_are_the_word_in_noise_and_other_sounds(
    recordings: dict[str, list[Recording]],
) -> None:
    (example, *_) = drawn("wake-word", recordings["wake-word"])
    captions = [each.caption for each in example.draws]
    assert captions == ["The word in noise"] * 2 + ["Not the word"] * 2 + [""] * DRAWS
    few, *_ = drawn("wake-word", recordings["wake-word"], copies=0)
    assert "The word in noise" not in [each.caption for each in few.draws]


def test_a_silent_recording_is_drawn(recordings: dict[str, list[Recording]]) -> None:
    silent = Recording("silence.wav", "rise", wav_bytes(16_000, bytes(32_000)), Kind.SOUND, Quality.QUIET)
    for name in ("keywords", "wake-word"):
        for draw in drawn(name, [silent])[0].draws:
            assert np.isfinite(draw.values).all()


@pytest.mark.parametrize("name", [each.name for each in VISIBLE_RECIPES])
def test_the_files_can_be_opened(name: str, recordings: dict[str, list[Recording]]) -> None:
    recipe = recipe_of(name)
    examples = drawn(name, recordings[name])
    files = example_files(examples, recipe.kind)
    assert len({path.partition("/")[0] for path in files}) == len(examples)
    for path, data in files.items():
        assert re.fullmatch(r"\d-[a-z0-9-]+/(original|\d(-[a-z-]+)?)\.(png|wav|csv)", path)
        if path.endswith(".wav"):
            assert read_wav(data).milliseconds == 1000
        elif path.endswith(".png"):
            assert is_png(data)
        else:
            assert data.startswith(b"x,y,z\n")


def test_labels_never_leave_their_folder(recordings: dict[str, list[Recording]]) -> None:
    (example, *_) = drawn("motion", recordings["motion"])
    hostile = [replace(example, label=label) for label in ("../../etc/passwd", "a/b", "\0", "ü" * 300)]
    paths = [Path(path) for path in example_files(hostile, Kind.MOTION)]
    assert all(len(path.parts) == 2 and path.parts[0][0].isdigit() and ".." not in path.parts for path in paths)


def samples(wav: bytes) -> Any:
    return np.frombuffer(wav[44:], "<i2").astype(np.int32)
