"""Measures how good the rune is when it listens: the words that it calls, and those that it calls by mistake.

The README repeats the figures. Voices, music, noise and prompts are neither those of the training nor those by which
the thresholds were chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from augment import Corpus, Wave
from calls import Listener, Sound
from listening import RATIOS, Test, drawn, recognise, spoken
from people import ALSA, SpokenWord, words_of_people
from samples import corpus
from sounds import every_prompt, noise_minutes, pieces_minutes, recorded_music, speech_minutes
from words import KEYWORDS, UNKNOWN

_MINUTES = 60
_EACH = 40
"""Times that a voice's word, or all of a person's recordings of a word together, are said for one figure."""


def listen_and_count(
    project: Path, cache: Path, workers: int, *, recordings: Path | None, prompts: Path, music: Path
) -> dict[str, object]:
    """The figures of quality.json. `recordings` holds wav files named after the word that a person says in them;
    `music` recordings of music."""
    listener, voices = Listener(project), corpus(cache, workers, "test")

    def shares(words: Sequence[tuple[int, Wave]]) -> dict[str, object]:
        return _shares([(name, spoken(words, ratio, 2)) for name, ratio in RATIOS.items()], listener)

    return {
        "model_bytes": (project / "keywords.tflite").stat().st_size,
        "called": {
            "people": shares(_repeated(words_of_people(recordings, ALSA, prompts))),
            "test_voices": shares(drawn(voices, _EACH, 2)),
        },
        "false_calls_a_minute": {
            name: round(listener.calls_a_minute(sound), 2)
            for name, sound in _without_words(voices, prompts, music).items()
        },
    }


def _without_words(voices: Corpus, prompts: Path, music: Path) -> dict[str, Sound]:
    """An hour of each kind; of recorded music what there is."""
    words = Corpus({UNKNOWN: {name: s for name, s in voices.sounds[UNKNOWN].items() if "sentences" not in name}})
    kinds = {"noise": noise_minutes(_MINUTES), "music": pieces_minutes(voices, _MINUTES)}
    if music.is_dir():
        kinds["recorded_music"] = recorded_music(music)
    if prompts.is_dir():
        kinds["human_speech"] = every_prompt(prompts, 1, 5)
    return kinds | {"synthetic_speech_without_a_pause": speech_minutes(words, _MINUTES)}


def _shares(tests: Sequence[tuple[str, Test]], listener: Listener) -> dict[str, object]:
    """By word and loudness of the noise, the share that was called; and that which was called as another word."""
    results = {name: recognise(test, listener.calls(test.sound)) for name, test in tests}
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
