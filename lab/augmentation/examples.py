"""Draws what a recipe's augmentation makes of recordings: by the function that training calls, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from lab.augmentation.sounds import SpectrogramScale, resynthesised
from lab.child.job import Report
from lab.dataset.features import RecordingRunner, build_rune
from lab.dataset.recording import Recording
from lab.dataset.requirements import require_kind
from lab.recipes.arguments import Values, function_arguments
from lab.recipes.keywords import RATE
from lab.recipes.recipe import Recipe, features_runefile
from lab.refusal import Reason, Refused
from lab.search.layers import network_names
from rune.assessment.evaluation.recorded_tensors import sent_tensor
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.content import Kind
from rune.datasets.content.wav import wav_bytes
from rune.datasets.spreading import spread_over_labels
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE

Array = np.ndarray[Any, Any]
Augment = Callable[[Array], Array]
DRAWS = 4
"""The draws of each recording."""
MOST_EXAMPLES = 4
"""Recordings, one of each label where there are as many labels."""
_MOST_WINDOWS = 400
"""The greatest number of windows of a recording, among which the liveliest is drawn."""
_FULL_SCALE = 32_768


@dataclass(frozen=True)
class AugmentedInput:
    """The numbers that a model reads, f32 in the shape of the recipe's features, and their sound as a WAV file, b"" for
    none. `caption` names one that is more than another draw."""

    values: Array
    sound: bytes = b""
    caption: str = ""


@dataclass(frozen=True)
class AugmentationExample:
    """A window of a recording as it is, and as training sees it."""

    recording: str
    label: str
    original: AugmentedInput
    draws: Sequence[AugmentedInput]

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest number of all its windows."""
        windows = [each.values for each in (self.original, *self.draws)]
        return min(float(each.min()) for each in windows), max(float(each.max()) for each in windows)

    def levels(self, view: AugmentedInput) -> Array:
        """Returns the values of one of its windows as u8, from 0 for the lower bound to 255 for the upper one."""
        low, high = self.bounds
        scaled = (view.values - low) * (255 / (high - low) if high > low else 0.0)
        return np.rint(scaled).astype(np.uint8)


def augmentation_examples(
    recipe: Recipe, values: Values, recordings: Sequence[Recording], seed: int, report: Report
) -> list[AugmentationExample]:
    """Draws `DRAWS` augmentations each of a few of the recordings, spread over the labels. The same recordings, values
    and seed give the same draws.

    Raises `Refused` for a recipe without an augmentation that can be shown, and for recordings that it cannot read.
    """
    if not recipe.shown_augmentation:
        raise Refused(Reason.SETTINGS, f"The recipe {recipe.name} has no augmentation that can be seen or heard.")
    require_kind(recordings, recipe.kind, recipe.name)
    selection = _selection(recipe, recordings)
    report(0.1, "Building the features")
    files = MemoryFiles({DEFAULT_RUNEFILE: features_runefile(recipe, values).encode(), **recipe.files})
    augmenter = _Augmenter(recipe, values, build_rune(files, BuildOptions("features")))
    examples: list[AugmentationExample] = []
    for place, recording in enumerate(selection):
        report(0.4 + 0.6 * place / len(selection), f"Drawing recording {place + 1} of {len(selection)}")
        examples += augmenter.examples(recording, np.random.default_rng([seed, place]))
    if not examples:
        raise Refused(Reason.DATA, "The recordings are shorter than a window. Choose a shorter window.")
    return examples


def _selection(recipe: Recipe, recordings: Sequence[Recording]) -> list[Recording]:
    candidates = recipe.task.shown_recordings(sorted(recordings, key=lambda each: each.name), recipe.name)
    labels = len({each.label for each in candidates})
    return spread_over_labels(candidates, lambda each: each.label, min(MOST_EXAMPLES, max(2, labels)))


class _Augmenter:
    """Draws with the augmentation of a recipe, and a rune of its features."""

    def __init__(self, recipe: Recipe, values: Values, rune: bytes) -> None:
        self._recipe, self._values = recipe, values
        self._runner = RecordingRunner(rune, sent_tensor, ends_in_silence=recipe.ends_in_silence)
        self._names = network_names(recipe.network_source.read_text("utf-8"))

    def examples(self, recording: Recording, random: np.random.Generator) -> Iterator[AugmentationExample]:
        """The example of a recording; none of one that fills no window."""
        windows = self._runner.rows(recording, _MOST_WINDOWS)
        if not windows:
            return
        place = max(range(len(windows)), key=lambda each: float(windows[each].std()))
        window = windows[place]
        if not np.isfinite(window).all():
            raise Refused(Reason.DATA, f"The features of {recording.name} are not finite. Remove it.")
        draws = [AugmentedInput(each) for each in self._augmented(np.stack([window] * DRAWS), random)]
        original = AugmentedInput(window)
        if self._recipe.kind is Kind.SOUND:
            whole = self._input_sound(recording)
            sound = self._sound_of_window(whole, place)
            draws = [replace(each, sound=_wav(self._resynthesised(sound, window, each, random))) for each in draws]
            draws = [*self._sounds_of_word(whole, recording, random), *draws]
            original = replace(original, sound=_wav(sound))
        yield AugmentationExample(recording.name, recording.label, original, draws)

    def _augmented(self, batch: Array, random: np.random.Generator) -> Array:
        options = function_arguments(self._values, self._recipe.augmentation)
        return self._recipe.task.augmented_inputs(partial(self._names["augmented"], **options), batch, random)

    def _input_sound(self, recording: Recording) -> Array:
        """The sound that the rune reads of a recording, as far as windows are drawn of it."""
        most = self._length + _MOST_WINDOWS * self._hop
        inputs = self._runner.inputs(recording, most * np.dtype("<i2").itemsize)
        return np.frombuffer(inputs, "<i2").astype(np.float64) / _FULL_SCALE

    @property
    def _length(self) -> int:
        """Samples of a window."""
        return RATE * int(self._values["duration"]) // 1000

    @property
    def _hop(self) -> int:
        """Samples between the begins of two windows in the sound that the rune reads."""
        return RATE * int(self._values["hop"]) // 1000 if self._values.get("stream", 1) else self._length

    def _sound_of_window(self, whole: Array, place: int) -> Array:
        """The samples of the window at a place, with silence behind a recording that ends before it."""
        sound = whole[place * self._hop :][: self._length]
        return np.pad(sound, (0, self._length - len(sound)))

    def _resynthesised(self, sound: Array, window: Array, draw: AugmentedInput, random: np.random.Generator) -> Array:
        scale = SpectrogramScale(self._names["_SILENCE"], self._names["_NEPER"])
        most = len(window) * int(self._values["shift"]) // int(self._values["duration"])
        return resynthesised(sound, window, draw.values, RATE, min(most, len(window) - 1), scale, random)

    def _sounds_of_word(
        self, whole: Array, recording: Recording, random: np.random.Generator
    ) -> Iterator[AugmentedInput]:
        """The sounds that are made of a recording of a word."""
        for each in self._recipe.task.shown_sounds(whole, RATE, self._length, random, self._values):
            sound = _wav(each.samples)
            rows = self._runner.rows(replace(recording, data=sound), 1)
            yield AugmentedInput(rows[0], sound, "The word in noise" if each.is_word else "Not the word")


def _wav(sound: Array) -> bytes:
    return wav_bytes(RATE, np.clip(np.rint(sound * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2").tobytes())
