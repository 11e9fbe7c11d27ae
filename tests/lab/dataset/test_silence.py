"""Silent recordings are left out or refused, with what to do; those of a label of silence are learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.dataset.dataset import Dataset
from lab.dataset.silence import SILENCE_LABELS, SILENT_RANGE
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.training.data import read_dataset
from rune.datasets.content.wav import wav_bytes
from tests.support.training.sight_and_sound_data import RATE, write_fan, write_sounds

SILENCE = wav_bytes(RATE, bytes(2 * RATE))


def silence(folder: Path, label: str, count: int, data: bytes = SILENCE) -> None:
    """Makes the first recordings of a label silent."""
    (folder / label).mkdir(exist_ok=True)
    for number in range(count):
        (folder / label / f"{number}.wav").write_bytes(data)


def read(folder: Path, recipe: str = "keywords") -> Dataset:
    return read_dataset(folder, recipe_of(recipe), {})


def refusal(folder: Path, recipe: str = "keywords") -> str:
    with pytest.raises(Refused) as error:
        read(folder, recipe)
    assert error.value.reason is Reason.DATA
    return str(error.value)


def test_a_label_that_has_nothing_but_silence_is_refused(tmp_path: Path) -> None:
    folder = write_sounds(tmp_path, 12)
    silence(folder, "hiss", 12)
    assert refusal(folder) == (
        "All recordings of hiss are silent. Check the microphone, and record them again, or remove them. A label of "
        "silence itself is named background, noise, nothing or silence."
    )


def test_a_label_that_has_too_little_beside_silence_is_refused(tmp_path: Path) -> None:
    folder = write_sounds(tmp_path, 12)
    silence(folder, "hiss", 5)
    assert refusal(folder) == (
        "hiss has 7 recordings; 10 are needed. 5 recordings of hiss are silent and are left out. Record them again, or "
        "remove them."
    )


def test_a_label_without_a_sound_in_a_split_is_refused(tmp_path: Path) -> None:
    for split in ("train", "validation", "test"):
        write_sounds(tmp_path / split, 4)
    silence(tmp_path / "validation", "hiss", 4)
    text = refusal(tmp_path)
    assert "hiss has no recordings in the split validation." in text
    assert "4 recordings of hiss are silent and are left out. Record them again, or remove them." in text


def test_silence_is_not_what_is_normal(tmp_path: Path) -> None:
    folder = write_fan(tmp_path, 10)
    silence(folder, "normal", 10)
    assert "All recordings of normal are silent." in refusal(folder, "sound-anomaly")


def test_silent_recordings_are_left_out_and_a_note_says_so(tmp_path: Path) -> None:
    folder = write_sounds(tmp_path, 12)
    silence(folder, "hiss", 1)
    steady = np.full(RATE, 900, "<i2")
    steady[::2] += SILENT_RANGE - 1
    silence(folder, "beep", 1, wav_bytes(RATE, steady.tobytes()))
    dataset = read(folder)
    assert (
        "2 recordings of beep and hiss are silent and are left out. Record them again, or remove them." in dataset.notes
    )
    assert len(dataset.recordings) == 34


def test_the_noise_of_a_microphone_is_no_silence(tmp_path: Path) -> None:
    folder = write_sounds(tmp_path, 12)
    steady = np.zeros(RATE, "<i2")
    steady[::2] = SILENT_RANGE
    silence(folder, "hiss", 1, wav_bytes(RATE, steady.tobytes()))
    dataset = read(folder)
    assert len(dataset.recordings) == 36
    (note,) = [each for each in dataset.notes if "quiet" in each]
    assert note.startswith("1 recording of hiss is quiet, below 2 % of full scale. It is learned like the others.")


@pytest.mark.parametrize("label", [*SILENCE_LABELS, "_Silence_"])
def test_a_label_of_silence_is_learned(label: str, tmp_path: Path) -> None:
    folder = write_sounds(tmp_path, 12)
    (folder / label).mkdir()
    random = np.random.default_rng(1)
    for number in range(12):
        noise = random.integers(0, SILENT_RANGE, RATE).astype("<i2")
        (folder / label / f"{number}.wav").write_bytes(wav_bytes(RATE, noise.tobytes()))
    dataset = read(folder)
    assert label in dataset.labels
    assert len(dataset.recordings) == 48
    assert not [each for each in dataset.notes if "silent" in each or "quiet" in each]
