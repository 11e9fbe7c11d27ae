"""Features of machine sound: a frame of each step is heard, and windows overlap by half."""

from __future__ import annotations

import numpy as np
import pytest

from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.recipes.keywords import RATE
from lab.recipes.recipe import features_runefile
from lab.refusal import Reason, Refused
from rune.assessment.evaluation.recorded_tensors import Array, RecordedTensors, sent_tensor
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.wav import wav_bytes
from rune.project.files import MemoryFiles

FRAME = 1024


def features(sound: Array, **arguments: int) -> Array:
    """Returns the features of each window of a sound."""
    recipe = recipe_of("sound-anomaly")
    runefile = features_runefile(recipe, read_arguments(recipe.arguments, arguments, recipe.name))
    result = build(MemoryFiles({"Runefile.yml": runefile.encode()}), BuildOptions("features"))
    assert result.diagnostics == ()
    return np.stack(list(RecordedTensors(result.rune, sent_tensor).windows(wav_bytes(RATE, sound.tobytes()))))


def noise(seconds: int) -> Array:
    return np.random.default_rng(3).normal(0, 3000, RATE * seconds).astype("<i2")


@pytest.mark.slow
@pytest.mark.parametrize(("step", "windows", "count"), [(64, 10, 15 * 32), (128, 8, 8 * 32), (512, 8, 2 * 32)])
def test_windows_overlap_by_half(step: int, windows: int, count: int) -> None:
    assert features(noise(5), step=step).shape == (windows, count)


@pytest.mark.slow
def test_a_window_begins_in_the_middle_of_the_one_before() -> None:
    """The frames are the same bits, since none is computed from another."""
    first, second, *_ = features(noise(3))
    assert first[4 * 32 :].tobytes() == second[: 4 * 32].tobytes()


@pytest.mark.parametrize(("part", "has_effect"), [(0, True), (1, False)])
def test_what_is_between_two_frames_is_not_heard(part: int, has_effect: bool) -> None:
    sound = noise(3)
    other = sound.copy()
    for start in range(part * FRAME, len(sound), 2 * FRAME):
        other[start : start + FRAME] //= 4
    assert (features(sound) != features(other)).all() == has_effect
    assert (features(sound) == features(other)).all() != has_effect


def test_a_step_of_no_whole_frames_is_refused() -> None:
    with pytest.raises(Refused, match="step is 100; it must be a multiple of 64") as error:
        features(noise(3), step=100)
    assert error.value.reason is Reason.SETTINGS
