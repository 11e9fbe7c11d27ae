"""The recipe for a wake word: the sounds that it makes, their splits, its Runefile, and what data it refuses."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.recipe import whole_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.search.space import space_of
from lab.tasks import wake_word
from lab.tasks.judging.thresholds import Threshold
from lab.tasks.word_sounds import Array, background, generated_sounds, in_noise, near, placed, trimmed
from lab.training.data import read_dataset
from lab.training.preparing import prepare_run
from lab.training.run import write_features
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.content.wav import wav_bytes
from rune.datasets.learnable import OTHER, WORD
from rune.project.files import MemoryFiles
from rune.source.policy.sections.training import Training
from tests.support.training.sight_and_sound_data import RATE, SOUNDS, write_sounds

RECIPE = recipe_of("wake-word")
VALUES = read_arguments(RECIPE.arguments, {"copies": 3, "others": 8}, "wake-word")


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


def write_word(folder: Path, label: str = WORD, *, others: bool = True) -> Path:
    """Writes sounds, of which those that rise are the word."""
    write_sounds(folder, 12)
    (folder / "rise").rename(folder / label)
    if not others:
        for each in set(SOUNDS) - {"rise"}:
            shutil.rmtree(folder / each)
    return folder


def spoken() -> Array:
    """Half a second that rises, with silence around it."""
    times = np.arange(RATE // 2) / RATE
    word = 0.5 * np.sin(2 * np.pi * (400 * times + 600 * times**2))
    return np.concatenate([np.zeros(3000), word, np.zeros(5000)])


def test_sounds_have_the_length_of_a_window_and_the_same_seed_gives_the_same() -> None:
    first, again = (list(generated_sounds([spoken()], RATE, RATE, np.random.default_rng(3), VALUES)) for _ in range(2))
    assert [each.is_word for each in first] == [True] * 3 + [False] * 8
    for one, other in zip(first, again, strict=True):
        assert one.samples.shape == (RATE,)
        assert np.abs(one.samples).max() <= 1
        assert np.isfinite(one.samples).all()
        assert np.sqrt(np.mean(one.samples**2)) > 1e-5
        np.testing.assert_array_equal(one.samples, other.samples)
    assert len({each.samples.tobytes() for each in first}) == len(first)


def test_silence_around_a_word_is_left_out() -> None:
    assert len(trimmed(spoken(), RATE)) == pytest.approx(RATE // 2, abs=RATE // 20)


@pytest.mark.parametrize("length", [2 * RATE + RATE // 64, 3 * RATE + RATE // 51, RATE])
def test_a_word_at_the_end_of_a_recording_is_kept_whole(length: int) -> None:
    sound = np.zeros(length)
    sound[-1200:] = 0.5
    assert np.count_nonzero(trimmed(sound, RATE)) == 1200


def test_sounds_are_made_of_a_recording_of_one_sample() -> None:
    for each in generated_sounds([np.array([0.5])], RATE, RATE, np.random.default_rng(1), VALUES):
        assert each.samples.shape == (RATE,)
        assert np.isfinite(each.samples).all()


def test_a_sound_near_the_word_is_never_the_word() -> None:
    word = trimmed(spoken(), RATE)
    random = np.random.default_rng(5)
    for _ in range(40):
        part = near(word, random)
        assert 0 < len(part) <= len(word)
        assert len(part) < len(word) or not np.array_equal(part, word)


def test_noise_is_as_far_below_the_word_as_is_asked() -> None:
    word = placed(trimmed(spoken(), RATE), RATE, np.random.default_rng(1))
    loudness = np.sqrt(np.mean(word[np.abs(word) > 0] ** 2))
    for seed in range(12):
        noise = in_noise(word, RATE, np.random.default_rng(seed), 12.0) - word
        assert 20 * np.log10(loudness / np.sqrt(np.mean(noise**2))) >= 11.5


def test_backgrounds_differ_in_loudness_and_pitch() -> None:
    random = np.random.default_rng(2)
    sounds = [background(RATE, RATE, random) for _ in range(30)]
    levels = [20 * np.log10(np.sqrt(np.mean(each**2))) for each in sounds]
    spectra = [np.abs(np.fft.rfft(each)) for each in sounds]
    middles = [float((own * np.arange(len(own))).sum() / own.sum()) for own in spectra]
    assert max(levels) - min(levels) > 20
    assert max(middles) > 2 * min(middles)


@pytest.mark.slow
def test_what_is_made_of_a_recording_is_in_its_split(tmp_path: Path) -> None:
    dataset = read_dataset(write_word(tmp_path), RECIPE, {})
    assert dataset.labels == (OTHER, WORD)
    assert dataset.classes == {"beep": OTHER, "hiss": OTHER, WORD: WORD}
    sounds = RECIPE.task.generated(dataset, VALUES, 4)
    split_of = {each.name: split for each, split in zip(dataset.recordings, dataset.splits, strict=True)}
    assert len(sounds.recordings) == 12 * 11
    for each, split in zip(sounds.recordings, sounds.splits, strict=True):
        assert split is split_of[each.name.partition(" of ")[2]]
    assert sounds.digest == RECIPE.task.generated(dataset, VALUES, 4).digest
    assert sounds.digest != RECIPE.task.generated(dataset, VALUES, 5).digest
    assert recipe_of("keywords").task.generated(dataset, VALUES, 4).recordings == []


def test_of_many_recordings_few_sounds_are_made_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = read_dataset(write_word(tmp_path), RECIPE, {})
    monkeypatch.setattr(wake_word, "MOST_SOUNDS", 72)
    sounds = RECIPE.task.generated(dataset, VALUES, 4)
    assert len(sounds.recordings) == 72
    assert sum(each.label == WORD for each in sounds.recordings) == 24
    monkeypatch.setattr(wake_word, "MOST_SOUNDS", 5)
    assert {each.label for each in RECIPE.task.generated(dataset, VALUES, 4).recordings} == {OTHER}


@pytest.mark.slow
def test_recordings_and_made_sounds_are_learned_and_the_recordings_come_first(tmp_path: Path) -> None:
    arguments = {"copies": 2, "others": 4}
    source = write_word(tmp_path / "samples", "okay-hammer", others=False)
    run = prepare_run(Training("wake-word", "samples", arguments=arguments), source, {})
    assert run.dataset.labels == (OTHER, "okay-hammer")
    features = write_features(run, tmp_path / "features.npz", report)
    assert "how often other words are taken for it is not known" in " ".join(features.notes)
    with np.load(io.BytesIO((tmp_path / "features.npz").read_bytes())) as arrays:
        labels, recordings, splits = (arrays[name] for name in ("labels", "recordings", "splits"))
    words = len(run.dataset.recordings)
    assert words + len(run.test.recordings) == 12
    real = recordings < words
    assert set(labels[real].tolist()) == {1}
    assert (int((labels[~real] == 1).sum()), int((labels[~real] == 0).sum())) == (2 * words, 4 * words)
    assert {(int(label), int(split)) for label, split in zip(labels, splits, strict=True)} == {
        (label, split) for label in (0, 1) for split in range(2)
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", ["int8", "float32"])
def test_the_rune_hears_the_word_from_the_threshold_on(form: str) -> None:
    model = candidate_model(RECIPE, VALUES, 2, form)
    threshold = Threshold(0.75, 0.45, 64)
    text = whole_runefile(RECIPE, VALUES, "m.tflite", model, (OTHER, WORD), threshold=threshold)
    assert "inputs: [shares.1]" in text
    assert "on: 0.75\n      off: 0.45\n" in text
    result = build(MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": model}), BuildOptions("whole"))
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    ("label", "message"),
    [("rise", "Name the one of the word wake-word"), (OTHER, "Name the one of the word wake-word")],
)
def test_labels_without_the_word_are_refused(label: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=message) as error:
        read_dataset(write_word(tmp_path, label), RECIPE, {})
    assert error.value.reason is Reason.DATA


def test_other_sounds_alone_and_too_few_of_the_word_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"learns a word\. Add recordings of the word, in a folder named wake-word"):
        read_dataset(write_word(tmp_path / "a", OTHER, others=False), RECIPE, {})
    folder = write_word(tmp_path / "b")
    for each in sorted((folder / WORD).iterdir())[4:]:
        each.unlink()
    with pytest.raises(Refused, match="wake-word has 4 recordings; 10 are needed"):
        read_dataset(folder, RECIPE, {})


def test_a_silent_recording_of_the_word_is_left_out_and_one_of_another_is_learned(tmp_path: Path) -> None:
    folder = write_word(tmp_path)
    silence = wav_bytes(RATE, bytes(2 * RATE))
    for label in (WORD, "hiss"):
        (folder / label / "silent.wav").write_bytes(silence)
    dataset = read_dataset(folder, RECIPE, {})
    assert f"1 recording of {WORD} is silent and is left out. Record it again, or remove it." in dataset.notes
    assert [each.label for each in dataset.recordings if each.name.endswith("silent.wav")] == [OTHER]
    assert RECIPE.task.generated(dataset, VALUES, 1).recordings


def test_it_is_not_searched_and_not_the_first_recipe_for_sounds() -> None:
    with pytest.raises(Refused, match="is not searched: a search compares accuracies"):
        space_of(RECIPE, {}, "int8")
    assert next(each.name for each in RECIPES.values() if each.kind is Kind.SOUND) == "keywords"
