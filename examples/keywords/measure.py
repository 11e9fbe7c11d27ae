"""How good the converted model is: on held-out voices, on recordings of people, and in a stream that never ends.

Writes quality.json, whose numbers the README repeats. It listens as the page does: 4 windows a second, the mean of 3,
a word is called when its mean rises above 0.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from augment import RATE, Corpus, coloured, window
from dataset import Windows, training_corpus
from features import WINDOW, Features
from music import music
from numpy.typing import NDArray
from voices import read_wave
from words import KEYWORDS, LABELS, SILENCE, UNKNOWN

STEP = RATE // 4
MEAN_OF = 3
THRESHOLD = 0.6
_MINUTES = 5

Sound = NDArray[np.int16]


class Scorer(Protocol):
    """What gives f32[8] for the features of a window."""

    def scores(self, features: NDArray[np.int8]) -> NDArray[np.float32]: ...


def calls(scores: list[NDArray[np.float32]]) -> list[tuple[int, int]]:
    """Where in a stream of windows a word is called anew: (number of the window, label)."""
    called: list[tuple[int, int]] = []
    current = None
    for number in range(MEAN_OF - 1, len(scores)):
        mean = np.mean(scores[number - MEAN_OF + 1 : number + 1], axis=0)
        best = int(np.argmax(mean[: len(KEYWORDS)]))
        heard = best if mean[best] > THRESHOLD else None
        if heard is not None and heard != current:
            called.append((number, heard))
        current = heard
    return called


def stream(scorer: Scorer, front_end: Features, sound: Sound) -> list[NDArray[np.float32]]:
    """The scores of the windows of a long sound, 4 a second."""
    starts = range(0, len(sound) - WINDOW + 1, STEP)
    return [scorer.scores(front_end.of(sound[start : start + WINDOW])) for start in starts]


def measure(
    scorer: Scorer, test: Windows, cache: Path, workers: int, scale: float, *, recordings: Path | None,
    prompts: Path | None, model_bytes: int, out: Path,
) -> None:  # fmt: skip
    """`recordings` holds wav files named after the word that a person says in them; `prompts` other human speech."""
    front_end = Features()
    corpus = training_corpus(cache, workers, scale, held_out=True)
    quality: dict[str, object] = {"model_bytes": model_bytes, "held_out_voices": _held_out(scorer, test)}
    if recordings is not None:
        quality["human"] = _human(scorer, front_end, recordings)
    alarms: dict[str, float] = {
        "noise": _alarms(scorer, front_end, noise_minutes(_MINUTES)),
        "music": _alarms(scorer, front_end, music_minutes(_MINUTES)),
    }
    if prompts is not None:
        alarms["human_speech"] = _alarms(scorer, front_end, prompt_minutes(prompts, _MINUTES))
    alarms["dense_synthetic_speech"] = _alarms(scorer, front_end, speech_minutes(corpus, _MINUTES))
    quality["stream"] = {"minutes_each": _MINUTES, "false_alarms_a_minute": alarms, **_heard(scorer, front_end, corpus)}
    out.write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


def _held_out(scorer: Scorer, test: Windows) -> dict[str, object]:
    said = np.array([int(np.argmax(scorer.scores(features))) for features in test.features])
    right = said == test.labels
    words = test.labels < len(KEYWORDS)
    return {
        "windows": len(said),
        "accuracy": _share(right),
        "keywords": _share(right[words]),
        "silence": _share(right[test.labels == SILENCE]),
        "unknown": _share(right[test.labels == UNKNOWN]),
        "each_keyword": {w: _share(right[test.labels == k]) for k, w in enumerate(KEYWORDS)},
    }


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 3)


def _human(scorer: Scorer, front_end: Features, folder: Path) -> dict[str, object]:
    """Each recording as it is, and moved 20 times and with noise over it."""
    words: dict[str, object] = {}
    rng = np.random.default_rng(40)
    for path in sorted(folder.glob("*.wav")):
        word = path.stem
        if word not in KEYWORDS:
            continue
        sound = np.zeros(WINDOW, np.int16)
        read = read_wave(path)[:WINDOW]
        sound[: len(read)] = read
        scores = scorer.scores(front_end.of(sound))
        shares = {}
        for name, ratio in (("clean", None), ("noise_20_db", 20.0), ("noise_10_db", 10.0)):
            right = []
            for shift in np.linspace(-2_400, 2_400, 20).astype(int):
                moved = np.roll(sound, shift).astype(np.float32)
                if ratio is not None:
                    loud = np.sqrt(np.mean(np.sort(moved**2)[-WINDOW // 3 :]))
                    moved = moved + coloured(WINDOW, 1.0, rng) * loud * 10 ** (-ratio / 20)
                window_scores = scorer.scores(front_end.of(np.clip(moved, -32768, 32767).astype(np.int16)))
                right.append(int(np.argmax(window_scores)) == KEYWORDS.index(word))
            shares[name] = round(float(np.mean(right)), 2)
            shares[f"called_{name}"] = _called(scorer, front_end, sound, KEYWORDS.index(word), ratio)
        words[word] = {"said": LABELS[int(np.argmax(scores))], "score": round(float(scores.max()), 3), **shares}
    return words


def _called(scorer: Scorer, front_end: Features, sound: Sound, label: int, ratio: float | None) -> float:
    """How often the word is called as the page calls it, in a stream with pink noise before, under and after it."""
    rng = np.random.default_rng(46)
    loud = np.sqrt(np.mean(np.sort(sound.astype(np.float32) ** 2)[-WINDOW // 3 :]))
    called = []
    for start in np.linspace(WINDOW, WINDOW + STEP, 20).astype(int):
        whole = np.zeros(4 * WINDOW, np.float32)
        whole[start : start + WINDOW] = sound
        whole += coloured(len(whole), 1.0, rng) * loud * 10 ** (-(60.0 if ratio is None else ratio) / 20)
        heard = stream(scorer, front_end, np.clip(whole, -32768, 32767).astype(np.int16))
        called.append(any(word == label for _, word in calls(heard)))
    return round(float(np.mean(called)), 2)


def _alarms(scorer: Scorer, front_end: Features, sound: Sound) -> float:
    minutes = len(sound) / RATE / 60
    return round(len(calls(stream(scorer, front_end, sound))) / minutes, 2)


def _heard(scorer: Scorer, front_end: Features, corpus: Corpus) -> dict[str, float]:
    """Held-out voices that say a keyword every 2.5 seconds, in rooms and noise as in training."""
    rng = np.random.default_rng(41)
    spacing = RATE * 5 // 2
    said = [int(rng.integers(len(KEYWORDS))) for _ in range(240)]
    sound = np.zeros(spacing * len(said), np.int16)
    for number, label in enumerate(said):
        middle = number * spacing + RATE * 3 // 4
        floor = coloured(spacing, 1.0, rng) * 10 ** (rng.uniform(-70, -50) / 20) * 32768
        sound[number * spacing : (number + 1) * spacing] = floor.astype(np.int16)
        sound[middle : middle + WINDOW] = window(corpus, label, rng)
    right = wrong = 0
    found = calls(stream(scorer, front_end, sound))
    for number, label in enumerate(said):
        start = number * spacing
        own = [heard for at, heard in found if start <= at * STEP + WINDOW - STEP < start + spacing]
        right += label in own
        wrong += any(heard != label for heard in own)
    return {"heard": round(right / len(said), 3), "wrong_word": round(wrong / len(said), 3)}


def noise_minutes(minutes: int) -> Sound:
    """Noise of all colours, ten seconds each, quiet and loud, with beats, hum and clicks."""
    rng = np.random.default_rng(42)
    count = 10 * RATE
    times = np.arange(count) / RATE
    pieces = []
    for _ in range(minutes * 6):
        noise = coloured(count, rng.uniform(0, 2.5), rng)
        if rng.random() < 0.4:
            noise *= 1 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.2, 8) * times).astype(np.float32)
        if rng.random() < 0.3:
            noise += (rng.uniform(0.2, 3) * np.sin(2 * np.pi * rng.uniform(50, 1_500) * times)).astype(np.float32)
        for at in rng.integers(0, count - 800, int(rng.integers(0, 15))):
            noise[at : at + 800] += coloured(800, 0.5, rng) * rng.uniform(2, 30) * np.exp(-np.arange(800) / 120)
        pieces.append(noise / np.abs(noise).max() * 10 ** (rng.uniform(-50, -3) / 20) * 32767)
    return np.concatenate(pieces).astype(np.int16)


def music_minutes(minutes: int) -> Sound:
    """Pieces of ten seconds, made by rule: chords, melodies, drums."""
    rng = np.random.default_rng(45)
    pieces = [music(10 * RATE, rng) for _ in range(minutes * 6)]
    loud = [piece / np.abs(piece).max() * 10 ** (rng.uniform(-40, -3) / 20) * 32767 for piece in pieces]
    return np.concatenate(loud).astype(np.int16)


def speech_minutes(corpus: Corpus, minutes: int, label: int = UNKNOWN) -> Sound:
    """Held-out voices that say one word after another, none of them a keyword, without a rest."""
    rng = np.random.default_rng(43)
    out = np.zeros(minutes * 60 * RATE, np.float32)
    for place in _places(len(out), rng):
        word = corpus.draw(label, rng)
        word = word / max(float(np.abs(word).max()), 1e-6) * rng.uniform(0.05, 0.8)
        end = min(place + len(word), len(out))
        out[place:end] += word[: end - place]
    out += coloured(len(out), 1.0, rng) * 0.002
    return np.clip(out * 32767, -32768, 32767).astype(np.int16)


def _places(count: int, rng: np.random.Generator) -> Iterator[int]:
    place = 0
    while place < count:
        yield place
        place += int(rng.uniform(0.25, 0.8) * RATE)


def prompt_minutes(folder: Path, minutes: int) -> Sound:
    """Recorded prompts of a telephone exchange, one woman's voice, those that say no keyword by their name."""
    rng = np.random.default_rng(44)
    paths = [path for path in sorted(folder.rglob("*.wav")) if _without_keyword(path)]
    pieces: list[Sound] = []
    while sum(len(piece) for piece in pieces) < minutes * 60 * RATE:
        pieces.append(read_wave(paths[int(rng.integers(len(paths)))]))
        pieces.append(rng.normal(0, 12, int(rng.uniform(0.2, 1.0) * RATE)).astype(np.int16))
    return np.concatenate(pieces)[: minutes * 60 * RATE]


def _without_keyword(path: Path) -> bool:
    name = path.stem.lower().replace("-", "")
    return "silence" not in path.parts and not any(word in name for word in (*KEYWORDS, "hasl", "follow"))
