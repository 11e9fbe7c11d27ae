"""The words of the training data: the keywords, words that sound alike, other words and invented ones.

Only lists and chance; the voices are in espeak.py and voices.py. No word here sounds like a keyword ("know", "write").
"""

from __future__ import annotations

from pathlib import Path

import numpy as np


def _lines(name: str) -> tuple[str, ...]:
    return tuple((Path(__file__).parent / name).read_text(encoding="utf-8").split())


KEYWORDS = ("yes", "no", "up", "down", "left", "right")
LABELS = (*KEYWORDS, "silence", "unknown")
SILENCE = LABELS.index("silence")
UNKNOWN = LABELS.index("unknown")

CONFUSERS = _lines("like_keywords.txt")
OTHERS = _lines("other_words.txt")
NEAR = _lines("near_words.txt")
"""Letters, numbers and words that rhyme: short ones that are said alone, as keywords are."""

_ONSETS, _VOWELS, _CODAS = (
    tuple(row.split()) for row in (Path(__file__).parent / "syllables.txt").read_text(encoding="utf-8").splitlines()
)


def invented_word(rng: np.random.Generator) -> str:
    """A word of one to three syllables that nobody knows."""
    syllables = int(rng.choice([1, 1, 1, 2, 2, 3]))
    parts = []
    for _ in range(syllables):
        onset = str(rng.choice(_ONSETS)) if rng.random() < 0.9 else ""
        coda = str(rng.choice(_CODAS)) if rng.random() < 0.7 else ""
        parts.append(onset + str(rng.choice(_VOWELS)) + coda)
    return "".join(parts)
