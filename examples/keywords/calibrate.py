"""How readily each word is called: as readily as false calls allow, and the word that is heard least first.

The answer is added to the logits of the model, so that one threshold fits every word. It is found on voices, music and
prompts that neither the training nor the test has.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from calls import a_minute, calls, stream
from dataset import corpus
from features import Features
from listening import RATIOS, Test, drawn, recognise, spoken
from network import logits
from numpy.typing import NDArray
from sounds import every_prompt, noise_minutes, pieces_minutes
from words import KEYWORDS, LABELS

Logits = NDArray[np.float32]

_MINUTES, _EACH = 30, 30
_LIMIT = 0.15
"""False calls a minute of each kind of sound, all words together."""
_LOWEST, _HIGHEST, _STEP = -3.0, 3.0, 0.25


def calibrated_eagerness(
    model: keras.Model, cache: Path, workers: int, scale: float, prompts: Path
) -> NDArray[np.float32]:
    """By the voices and sounds of the calibration."""
    front_end = Features()
    voices = corpus(cache, workers, scale, "calibration")
    sounds = [noise_minutes(_MINUTES, seed=57), pieces_minutes(voices, _MINUTES)]
    if prompts.is_dir():
        sounds.append(every_prompt(prompts, 0, 5))
    tests = [spoken(drawn(voices, _EACH, 1), ratio, 1) for ratio in RATIOS.values()]
    readily = eagerness(
        [logits(model, stream(front_end, sound)) for sound in sounds],
        [(test, logits(model, stream(front_end, test.sound))) for test in tests],
    )
    print("added to the logits:", dict(zip(KEYWORDS, readily.tolist(), strict=False)), flush=True)
    return readily


def eagerness(kinds: Sequence[Logits], tests: Sequence[tuple[Test, Logits]]) -> NDArray[np.float32]:
    """Returns the addend of each label's logit. `kinds` are logits of sounds without keywords, `tests` with them."""
    best = np.zeros(len(LABELS), np.float32)
    best[: len(KEYWORDS)] = _LOWEST
    pending = set(range(len(KEYWORDS)))
    while pending:
        shares = np.mean([recognise(test, calls(scores(logits + best))).shares for test, logits in tests], axis=0)
        word = min(pending, key=lambda label: (shares[label], label))
        candidate = best.copy()
        candidate[word] += _STEP
        if candidate[word] > _HIGHEST or any(a_minute(scores(logits + candidate)) > _LIMIT for logits in kinds):
            pending.remove(word)
        else:
            best = candidate
    return best


def scores(logits: Logits) -> NDArray[np.float32]:
    """Softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
