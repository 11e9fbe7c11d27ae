"""Features of keywords: a stream of sound, of which no frame is computed twice."""

from __future__ import annotations

import numpy as np
import pytest

from lab.dataset.features import windows_of_recordings
from lab.dataset.recording import Recording
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.keywords import RATE
from lab.recipes.recipe import features_runefile
from lab.refusal import Reason, Refused
from rune.assessment.evaluation.recorded_tensors import Array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind, Quality
from rune.datasets.content.wav import wav_bytes
from rune.project.files import MemoryFiles
from tests.support.cases import each_case

SILENCE = -1


def recording(sound: Array) -> Recording:
    return Recording("a.wav", "yes", wav_bytes(RATE, sound.astype("<i2").tobytes()), Kind.SOUND, Quality.GOOD)


def features(*sounds: Array, recipe: str = "keywords", **arguments: int) -> Array:
    """The windows of all sounds, and of none for those that fill none."""
    own = recipe_of(recipe)
    runefile = features_runefile(own, read_arguments(own.arguments, arguments, recipe))
    result = build(MemoryFiles({"Runefile.yml": runefile.encode()}), BuildOptions("features"))
    assert result.diagnostics == ()
    recordings = [recording(sound) for sound in sounds]
    return windows_of_recordings(result.rune, recordings, lambda _: None, ends_in_silence=own.ends_in_silence).inputs


def noise(milliseconds: int, loudness: float = 3000) -> Array:
    return np.random.default_rng(3).normal(0, loudness, RATE * milliseconds // 1000)


@each_case(("milliseconds", "windows"), [(1000, 1), (1199, 1), (1200, 2), (2000, 6), (300, 1)])
def test_a_window_begins_each_hop_and_a_short_sound_has_one(milliseconds: int, windows: int) -> None:
    assert features(noise(milliseconds)).shape == (windows, 50, 40)


def test_what_two_windows_share_is_the_same_to_the_bit() -> None:
    first, second, *_ = features(noise(2000))
    assert first[10:].tobytes() == second[:-10].tobytes()


def test_a_sound_that_fills_no_window_is_followed_by_silence() -> None:
    (short,) = features(noise(400))
    (whole,) = features(noise(1000))
    assert short[:19].tobytes() == whole[:19].tobytes()
    assert np.all(short[21:] == SILENCE)
    assert np.all(whole > SILENCE)


def test_machine_sound_that_fills_no_window_is_left_out() -> None:
    """Silence behind it would be learned as normal."""
    both = features(noise(400), noise(2000), recipe="sound-anomaly")
    assert both.shape == features(noise(2000), recipe="sound-anomaly").shape


def test_features_follow_loudness_and_not_the_sound_before() -> None:
    quiet, loud = noise(1000, 30), noise(1000, 3000)
    (alone,) = features(loud)
    behind = features(np.concatenate([quiet, loud]))[-1]
    # The first frame reaches into the sound before.
    assert alone[1:].tobytes() == behind[1:].tobytes()
    (of_quiet,) = features(quiet)
    assert 0.9 < np.median(alone - of_quiet) < 1.1, "40 decibels: 0.2175 for each time that the amplitude is e times"


@each_case(("bands", "neighbours"), [(20, 2), (10, 4)])
@pytest.mark.parametrize("recipe", ["keywords", "wake-word"])
def test_fewer_bands_are_the_means_of_neighbours(bands: int, neighbours: int, recipe: str) -> None:
    (whole,) = features(noise(1000))
    (halved,) = features(noise(1000), recipe=recipe, bands=bands)
    assert halved.shape == (50, bands)
    np.testing.assert_allclose(halved, whole.reshape(50, bands, neighbours).mean(axis=2), atol=1e-6)


@each_case(("step", "frames"), [(10, 100), (20, 50), (25, 40)])
def test_a_window_has_a_frame_for_each_step(step: int, frames: int) -> None:
    first, second = features(noise(1200), step=step)
    assert first.shape == (frames, 40)
    overlap = frames * 4 // 5
    assert first[-overlap:].tobytes() == second[:overlap].tobytes()
    # A frame that begins at the same time as one of 20 ms later is the same.
    if step == 10:
        (usual,) = features(noise(1000))
        assert first[3::2].tobytes() == usual[1:].tobytes()


@each_case(("milliseconds", "windows"), [(1000, 1), (300, 1), (1500, 2), (2000, 3)])
def test_without_a_stream_a_window_begins_in_the_middle_of_the_one_before(milliseconds: int, windows: int) -> None:
    assert features(noise(milliseconds), stream=0).shape == (windows, 49, 40)


def test_without_a_stream_frames_are_those_of_the_stream_that_lie_within_the_window() -> None:
    (whole,) = features(noise(1000), stream=0, step=10)
    (stream,) = features(noise(1000), step=10)
    # A frame of 30 ms that ends with the second step of 10 ms begins before the window.
    assert whole.shape == (98, 40)
    assert whole.tobytes() == stream[2:].tobytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"duration": 950}, "duration is 950; it must be a multiple of 100"),
        ({"hop": 250}, "hop is 250; it must be a multiple of 100"),
        ({"duration": 400, "hop": 500}, "hop is 500; it must be at most the duration of 400 ms"),
        ({"step": 15}, "step is 15; it must be 10, 20 or 25"),
        ({"step": 30}, "step is 30; it must be a whole number from 10 to 25 ms"),
        ({"bands": 30}, "bands is 30; it must be 10, 20 or 40"),
        ({"bands": 41}, "bands is 41; it must be a whole number from 10 to 40 bands"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    recipe = recipe_of("keywords")
    with pytest.raises(Refused) as error:
        recipe.features(read_arguments(recipe.arguments, arguments, "keywords"))
    assert message in str(error.value)
    assert error.value.reason is Reason.SETTINGS
