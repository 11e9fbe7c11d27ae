"""How good the converted model is, in a stream as the rune hears it: what is called, and what is called by mistake.

Writes quality.json, whose numbers the README repeats. Its voices, music, noise and prompts are neither those of the
training nor those of the calibration.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from augment import Corpus, Wave
from calls import Sound, a_minute, calls, stream
from dataset import Windows, corpus
from features import Features
from listening import RATIOS, Test, drawn, recognise, spoken
from numpy.typing import NDArray
from people import ALSA, SpokenWord, words_of_people
from sounds import every_prompt, noise_minutes, pieces_minutes, recorded_music, speech_minutes
from words import KEYWORDS, SILENCE, UNKNOWN

_MINUTES = 60
_EACH = 40
"""Times that a voice's word, or all of a person's recordings of a word together, are said for one figure."""


class Scorer(Protocol):
    """A model that gives f32[8] for the features of a window."""

    def scores(self, features: NDArray[np.int8]) -> NDArray[np.float32]: ...


def measure(
    scorer: Scorer, test: Windows, cache: Path, workers: int, scale: float, *, recordings: Path | None,
    prompts: Path, music: Path, model_bytes: int, out: Path,
) -> None:  # fmt: skip
    """`recordings` holds wav files named after the word that a person says in them; `music` recordings of music."""
    front_end = Features()
    voices = corpus(cache, workers, scale, "test")

    def scores(sound: Sound) -> NDArray[np.float32]:
        return np.stack([scorer.scores(features) for features in stream(front_end, sound)])

    def shares(words: Sequence[tuple[int, Wave]]) -> dict[str, object]:
        return _shares([(name, spoken(words, ratio, 2)) for name, ratio in RATIOS.items()], scores)

    false = {name: round(a_minute(scores(sound)), 2) for name, sound in _without_words(voices, prompts, music).items()}
    quality = {
        "model_bytes": model_bytes,
        "windows_of_test_voices": _windows(scorer, test),
        "called": {
            "people": shares(_repeated(words_of_people(recordings, ALSA, prompts))),
            "test_voices": shares(drawn(voices, _EACH, 2)),
        },
        "false_calls_a_minute": false,
    }
    out.write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


def _without_words(voices: Corpus, prompts: Path, music: Path) -> dict[str, Sound]:
    """An hour of each kind; of recorded music what there is."""
    words = Corpus({UNKNOWN: {name: s for name, s in voices.sounds[UNKNOWN].items() if "sentences" not in name}})
    kinds = {"noise": noise_minutes(_MINUTES), "music": pieces_minutes(voices, _MINUTES)}
    if music.is_dir():
        kinds["recorded_music"] = recorded_music(music)
    if prompts.is_dir():
        kinds["human_speech"] = every_prompt(prompts, 1, 5)
    return kinds | {"synthetic_speech_without_a_pause": speech_minutes(words, _MINUTES)}


def _shares(tests: Sequence[tuple[str, Test]], scores) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """By word and loudness of the noise, the share that was called; and that which was called as another word."""
    results = {name: recognise(test, calls(scores(test.sound))) for name, test in tests}
    words = {
        word: {name: round(each.shares[label], 3) for name, each in results.items()}
        for label, word in enumerate(KEYWORDS)
        if any(label in test.labels for _, test in tests)
    }
    return {**words, "as_another_word": {name: round(each.wrong, 3) for name, each in results.items()}}


def _repeated(recordings: Sequence[SpokenWord]) -> list[tuple[int, Wave]]:
    """Each word so often that its recordings together are said `_EACH` times."""
    words = []
    for label, word in enumerate(KEYWORDS):
        own = [each.sound.astype(np.float32) for each in recordings if each.word == word]
        words += [(label, own[k % len(own)]) for k in range(_EACH if own else 0)]
    return words


def _windows(scorer: Scorer, test: Windows) -> dict[str, object]:
    guesses = np.array([int(np.argmax(scorer.scores(features))) for features in test.features])
    right = guesses == test.labels
    return {
        "count": len(guesses),
        "keywords": _share(right[test.labels < len(KEYWORDS)]),
        "silence": _share(right[test.labels == SILENCE]),
        "unknown": _share(right[test.labels == UNKNOWN]),
    }


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 3)
