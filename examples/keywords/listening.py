"""Keywords in a stream: said one after another in noise, and how many of them were called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from augment import Corpus, Wave, add, coloured, in_a_room
from calls import RATE, Call, Sound
from words import KEYWORDS

RATIOS = {"quiet": 45.0, "noise_20_db": 20.0, "noise_10_db": 10.0}
"""How far the noise is below the word, in dB."""
APART = 3 * RATE
_AT = RATE
"""The earliest place at which a word begins in its three seconds; it may begin up to a step later."""


@dataclass(frozen=True)
class Test:
    """A stream in which a word is said each three seconds."""

    sound: Sound
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Recognition:
    """The share of each label's words that is called (nan where none is said); of all, that called as another."""

    shares: tuple[float, ...]
    wrong: float


def spoken(words: Sequence[tuple[int, Wave]], ratio: float, seed: int, noise: Sound | None = None) -> Test:
    """Words in a room, at a volume of their own, with pink noise, or that of `noise`, so many dB below them."""
    rng = np.random.default_rng([55, seed, int(ratio)])
    pieces = []
    for _, word in words:
        piece = np.zeros(APART, np.float32)
        add(piece, word / max(float(np.abs(word).max()), 1e-6), _AT + int(rng.integers(RATE // 4)))
        loud = np.sqrt(np.mean(np.sort(piece**2)[-RATE // 3 :]))
        piece += _noise(noise, rng) * loud * 10 ** (-ratio / 20)
        pieces.append(piece * 10 ** (rng.uniform(-20, -6) / 20) / np.abs(piece).max())
    whole = np.clip(np.concatenate(pieces) * 32767, -32768, 32767).astype(np.int16)
    return Test(whole, tuple(label for label, _ in words))


def _noise(recording: Sound | None, rng: np.random.Generator) -> Wave:
    if recording is None:
        return coloured(APART, 1.0, rng)
    start = int(rng.integers(len(recording) - APART))
    passage = recording[start : start + APART].astype(np.float32)
    return passage / (np.sqrt(np.mean(passage**2)) + 1)


def drawn(corpus: Corpus, each: int, seed: int) -> list[tuple[int, Wave]]:
    """Draws so many of each keyword by the voices of the corpus, in rooms."""
    rng = np.random.default_rng([56, seed])
    words = []
    for label in range(len(KEYWORDS)):
        for _ in range(each):
            word = corpus.draw(label, rng)
            words.append((label, in_a_room(np.pad(word, (0, RATE // 4)), rng)))
    return [words[place] for place in rng.permutation(len(words))]


def recognise(test: Test, calls: Sequence[Call]) -> Recognition:
    """The shares of the words of a test. A call counts for the word in whose three seconds it ends."""
    called_labels: list[set[int]] = [set() for _ in test.labels]
    for call in calls:
        place = int(call.end * RATE) // APART
        if place < len(called_labels):
            called_labels[place].add(call.label)
    right = np.array([label in own for label, own in zip(test.labels, called_labels, strict=True)])
    wrong = np.array([bool(own - {label}) for label, own in zip(test.labels, called_labels, strict=True)])
    labels = np.array(test.labels)
    shares = [float(right[labels == k].mean()) if (labels == k).any() else float("nan") for k in range(len(KEYWORDS))]
    return Recognition(tuple(shares), float(wrong.mean()))
