"""The speech for the wake word: the phrase, phrases that sound alike, and other speech. Synthetic voices alone.

The voices, rooms and noise are those of the template keywords.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from espeak import HELD_OUT, Espeak, random_manner, variants
from numpy.typing import NDArray
from speech import Clip, cached, trimmed
from voices import FESTIVAL, FLITE, Line, other_speaker, say_with_festival, say_with_flite

Sound = NDArray[np.int16]

PHRASE = "okay hammer"
IS_PHRASE, IS_NEAR = 1, 0
NEAR = (
    "okay",
    "hammer",
    "okay hannah",
    "okay camera",
    "okay hamlet",
    "okay summer",
    "okay have a",
    "hey hammer",
    "a hammer",
    "the hammer",
    "okay grandma",
    "okay how",
    "oh hammer",
    "okay manner",
    "stay calmer",
    "okay ham",
    "okay dinner",
    "gray hamster",
    "okay tomorrow",
    "no clamour",
    "okay hanging",
    "today hannah",
    "okay llama",
    "okay hummer",
    "play harder",
)


def clips(cache: Path) -> list[Clip]:
    """Returns about 5,000 clips, made where the cache lacks them. `label` 1 is the phrase, 0 what sounds like it."""
    return cached(cache / "phrase", _make_clips)


def _make_clips() -> Iterator[Clip]:
    base = [*_flite(), *_festival()]
    rng = np.random.default_rng([51, 1])
    others = [base[int(k)] for k in rng.integers(0, len(base), 700)]
    world = [replace(c, engine="world", sound=trimmed(other_speaker(c.sound, rng))) for c in others]
    yield from (clip for clip in (*_espeak(), *base, *world) if len(clip.sound) > 3_200)


def _espeak() -> Iterator[Clip]:
    """Speaks in a process of its own: the synthesiser remembers what it said, and a word may make it crash."""
    receiving, sending = get_context("spawn").Pipe(duplex=False)
    process = get_context("spawn").Process(target=_speak, args=(sending,))
    process.start()
    sending.close()
    try:
        while True:
            yield receiving.recv()
    except EOFError:
        process.join()


def _speak(sending: Connection) -> None:
    espeak = Espeak()
    training = tuple(name for name in variants() if name not in HELD_OUT)
    for number in range(3_600):
        rng = np.random.default_rng([52, number])
        is_phrase, held_out = number % 9 < 5, number % 12 == 11
        text = PHRASE if is_phrase else str(rng.choice(NEAR))
        spoken_text = text.replace(" ", ", ") if rng.random() < 0.15 else text
        ending = str(rng.choice(["", ".", "!", "?"]))
        manner = random_manner(rng, HELD_OUT if held_out else training)
        sound = trimmed(espeak.say(spoken_text + ending, manner))
        sending.send(Clip(int(is_phrase), "espeak", manner.variant, held_out, sound))


def _lines(voices: tuple[str, ...], phrase: int, near: int, seed: int) -> list[Line]:
    rng = np.random.default_rng(seed)
    texts = [PHRASE] * phrase + [text for text in NEAR for _ in range(near)]
    return [Line(text, voices[k % len(voices)], float(rng.uniform(0.75, 1.5))) for k, text in enumerate(texts)]


def _flite() -> list[Clip]:
    lines = _lines(FLITE, 300, 6, 53)
    pairs = zip(lines, say_with_flite(lines), strict=True)
    return [Clip(int(line.text == PHRASE), "flite", line.voice, False, trimmed(sound)) for line, sound in pairs]


def _festival() -> list[Clip]:
    lines = _lines(FESTIVAL, 120, 3, 54)
    pairs = zip(lines, say_with_festival(lines), strict=True)
    return [Clip(int(line.text == PHRASE), "festival", line.voice, False, trimmed(sound)) for line, sound in pairs]
