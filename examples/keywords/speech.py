"""All dry speech of the training and of the test, made once and kept in a cache folder.

Which voices are held out is decided here. What happens to the clips afterwards is not (augment.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from espeak import HELD_OUT, Espeak, random_manner, variants
from numpy.typing import NDArray
from voices import FESTIVAL, FLITE, Line, other_speaker, say_with_festival, say_with_flite
from words import CONFUSERS, KEYWORDS, LABELS, NEAR, OTHERS, UNKNOWN, invented_word

Sound = NDArray[np.int16]

_TRIM = 10 ** (-42 / 20)
_CHUNK = 1_000


@dataclass(frozen=True)
class Clip:
    """A spoken word without silence around it, at 16 kHz."""

    label: int
    engine: str
    voice: str
    held_out: bool
    sound: Sound


@dataclass(frozen=True)
class _Plan:
    text: str
    label: int
    held_out: bool


def all_clips(cache: Path, workers: int) -> list[Clip]:
    """Every clip, about 37,000, made where the cache lacks it."""
    clips = []
    for engine, make in (("espeak", _espeak), ("flite", _flite), ("festival", _festival)):
        clips += cached(cache / f"speech-{engine}", partial(make, workers))
    base = [clip for clip in clips if clip.engine != "espeak"]
    clips += cached(cache / "speech-world", lambda: _world(base, workers))
    clips += cached(cache / "speech-sentences", partial(_sentences, workers))
    return clips


def cached(path: Path, make: Callable[[], Iterable[Clip]]) -> list[Clip]:
    """The clips of a file beside its index; where it is lacking, they are made and written first."""
    index, samples = path.with_suffix(".json"), path.with_suffix(".npy")
    if not index.exists():
        clips = [clip for clip in make() if len(clip.sound) > 1_600]
        np.save(samples, np.concatenate([clip.sound for clip in clips]))
        entries = [[c.label, c.engine, c.voice, c.held_out, len(c.sound)] for c in clips]
        index.write_text(json.dumps(entries), encoding="utf-8")
        print(f"{path.name}: {len(clips)} clips", flush=True)
    entries = json.loads(index.read_text(encoding="utf-8"))
    sounds = np.split(np.load(samples), np.cumsum([samples for *_, samples in entries])[:-1])
    return [Clip(*about, sound) for (*about, _), sound in zip(entries, sounds, strict=True)]


def trimmed(sound: Sound) -> Sound:
    """Returns a sound without the silence around it: what is 42 dB below the loudest 10 ms."""
    frames = len(sound) // 160
    if frames == 0:
        return sound[:0]
    power = np.sqrt(np.mean(sound[: frames * 160].reshape(frames, 160).astype(np.float64) ** 2, axis=1))
    (loud,) = np.nonzero(power > power.max() * _TRIM)
    return sound[loud[0] * 160 : (loud[-1] + 1) * 160] if power.max() > 0 else sound[:0]


def _espeak(workers: int) -> Iterable[Clip]:
    rng = np.random.default_rng(1)
    plans = []
    for word in KEYWORDS:
        for held_out, times in ((False, 2_000), (True, 200)):
            plans += [_Plan(word, LABELS.index(word), held_out)] * times
    for words, times in ((CONFUSERS, 36), (OTHERS, 12)):
        plans += [_Plan(word, UNKNOWN, k % 10 == 9) for word in words for k in range(times)]
    plans += [_Plan(invented_word(rng), UNKNOWN, k % 10 == 9) for k in range(3_500)]
    chunks = [plans[start : start + _CHUNK] for start in range(0, len(plans), _CHUNK)]
    with ThreadPoolExecutor(workers) as pool:
        for clips in pool.map(_espeak_chunk, chunks, range(len(chunks))):
            yield from clips


def _espeak_chunk(plans: list[_Plan], seed: int) -> list[Clip]:
    """The clips of some plans. A word that makes the synthesiser crash, and one in 30,000 does, is left out."""
    clips: list[Clip] = []
    position = 0
    while position < len(plans):
        # A fresh process: the synthesiser remembers, and the clips must not depend on the number of workers.
        receiving, sending = get_context("spawn").Pipe(duplex=False)
        process = get_context("spawn").Process(target=_speak, args=(plans, seed, position, sending))
        process.start()
        sending.close()
        try:
            while position < len(plans):
                clips.append(receiving.recv())
                position += 1
        except EOFError:
            position += 1
        process.join()
    return clips


def _speak(plans: list[_Plan], seed: int, start: int, sending: Connection) -> None:
    espeak = Espeak()
    training = tuple(name for name in variants() if name not in HELD_OUT)
    for number, plan in enumerate(plans[start:], start):
        rng = np.random.default_rng([2, seed, number])
        manner = random_manner(rng, HELD_OUT if plan.held_out else training)
        text = plan.text + str(rng.choice(["", "", ".", "!", "?", ","]))
        sending.send(Clip(plan.label, "espeak", manner.variant, plan.held_out, trimmed(espeak.say(text, manner))))


def _lines(voices: tuple[str, ...], keyword: int, confuser: int, other: float, seed: int) -> list[Line]:
    rng = np.random.default_rng(seed)
    texts = [w for w in KEYWORDS for _ in range(keyword)] + [w for w in CONFUSERS for _ in range(confuser)]
    texts += [word for word in OTHERS if rng.random() < other]
    return [Line(text, voices[k % len(voices)], float(rng.uniform(0.75, 1.5))) for k, text in enumerate(texts)]


def _label(text: str) -> int:
    return LABELS.index(text) if text in KEYWORDS else UNKNOWN


def _said(lines: list[Line], sounds: list[Sound], engine: str) -> list[Clip]:
    return [
        Clip(_label(line.text), engine, line.voice, False, trimmed(s)) for line, s in zip(lines, sounds, strict=True)
    ]


def _flite(workers: int) -> list[Clip]:
    lines = _lines(FLITE, 240, 7, 1.0, 3)
    parts = [lines[0::2], lines[1::2]]  # always two: the order of the clips must not depend on the number of workers
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return [c for p, s in zip(parts, pool.map(say_with_flite, parts), strict=True) for c in _said(p, s, "flite")]


def _festival(_workers: int) -> list[Clip]:
    lines = _lines(FESTIVAL, 120, 4, 0.6, 4)
    return _said(lines, say_with_festival(lines), "festival")


def _sentences(workers: int) -> list[Clip]:
    """Words that run into one another, by the same voices: in a sentence they are not said as alone."""
    plans = [_Plan(_sentence(seed), UNKNOWN, seed % 10 == 9) for seed in range(1_000)]
    clips = _espeak_chunk(plans, 1_000_000)
    rng = np.random.default_rng(7)
    texts = [_sentence(2_000 + number) for number in range(400)]
    lines = [Line(t, FLITE[k % len(FLITE)], float(rng.uniform(0.75, 1.3))) for k, t in enumerate(texts)]
    parts = [lines[0::2], lines[1::2]]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for part, sounds in zip(parts, pool.map(say_with_flite, parts), strict=True):
            clips += _said(part, sounds, "flite")
    return [replace(clip, engine=f"{clip.engine}-sentences") for clip in clips]


def near_clips(cache: Path, workers: int) -> list[Clip]:
    """Short words that are said alone, by the training's voices; apart from the others, for hard negatives."""
    return cached(cache / "speech-near", partial(_near, workers))


def _near(workers: int) -> Iterable[Clip]:
    plans = [_Plan(word, UNKNOWN, False) for word in NEAR for _ in range(24)]
    yield from _espeak_chunk(plans, 2_000_000)
    rng = np.random.default_rng(9)

    def lines(voices: tuple[str, ...]) -> list[Line]:
        return [Line(word, voice, float(rng.uniform(0.75, 1.5))) for word in NEAR for voice in voices]

    flite_lines = lines(FLITE)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = [flite_lines[0::2], flite_lines[1::2]]
        for part, sounds in zip(parts, pool.map(say_with_flite, parts), strict=True):
            yield from _said(part, sounds, "flite")
    festival = lines(FESTIVAL)
    yield from _said(festival, say_with_festival(festival), "festival")


def _sentence(seed: int) -> str:
    """Four to nine words in no order, sometimes with a pause."""
    rng = np.random.default_rng([8, seed])
    words = [str(rng.choice(OTHERS if rng.random() < 0.8 else CONFUSERS)) for _ in range(int(rng.integers(4, 10)))]
    return " ".join(word + ("," if rng.random() < 0.1 else "") for word in words)


def _world(base: list[Clip], workers: int) -> list[Clip]:
    rng = np.random.default_rng(5)
    keywords = [clip for clip in base if clip.label != UNKNOWN]
    others = [clip for clip in base if clip.label == UNKNOWN]
    base_clips = [keywords[k] for k in rng.integers(0, len(keywords), 2_700)]
    base_clips += [others[k] for k in rng.integers(0, len(others), 1_300)]
    parts = [base_clips[start : start + 100] for start in range(0, len(base_clips), 100)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return [clip for clips in pool.map(_world_part, parts, range(len(parts))) for clip in clips]


def _world_part(clips: list[Clip], seed: int) -> list[Clip]:
    rng = np.random.default_rng([6, seed])
    return [Clip(c.label, "world", c.voice, False, trimmed(other_speaker(c.sound, rng))) for c in clips]
