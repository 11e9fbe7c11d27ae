"""Measures how good the rune is: built with its model, it listens to calls in noise and to minutes of what is no
call."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from augment import Corpus, add, coloured, corpus_of, in_a_room
from numpy.typing import NDArray
from phrase import IS_NEAR, IS_PHRASE, PHRASE
from sounds import music_minutes, noise_minutes, prompt_minutes, speech_minutes

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime import Runtime

RATE = 16_000
_CHUNK = 1_600
_APART = 4 * RATE
_CALLS = 150
_MINUTES = 10

Sound = NDArray[np.int16]


def calls(project: Path, sound: Sound) -> list[float]:
    """Returns the times at which the rune begins to report the phrase, in seconds."""
    rune = Runtime.load(build(FolderFiles(project), BuildOptions("wake-word")).rune)
    (capability,) = rune.capabilities
    heard_output = rune.outputs[0]
    times, is_on = [], False
    for start in range(0, len(sound) - _CHUNK + 1, _CHUNK):
        for message in rune.call({capability.id: sound[start : start + _CHUNK].tobytes()}):
            if message.channel != heard_output.id:
                continue
            is_phrase = message.tensors[0].elements[0] == PHRASE
            if is_phrase and not is_on:
                times.append((start + _CHUNK) / RATE)
            is_on = is_phrase
    return times


def listen_and_count(project: Path, test: tuple[Corpus, Corpus], prompts: Path) -> dict[str, object]:
    """Judges the rune on voices that the model was not trained on, and by which nothing was chosen."""
    phrases, words = test
    heard_shares, twice = {}, 0
    for name, ratio in (("clean", 60.0), ("noise_20_db", 20.0), ("noise_10_db", 10.0)):
        times = calls(project, spoken_calls(phrases, IS_PHRASE, ratio))
        each = [sum(_APART / RATE * k <= at < _APART / RATE * (k + 1) for at in times) for k in range(_CALLS)]
        heard_shares[name] = round(float(np.mean([count > 0 for count in each])), 3)
        twice += sum(count > 1 for count in each)
    other = corpus_of([(0, engine, s) for by in words.sounds.values() for engine, sounds in by.items() for s in sounds])
    false = {
        "noise": len(calls(project, noise_minutes(_MINUTES))),
        "music": len(calls(project, music_minutes(_MINUTES))),
        "dense_synthetic_speech": len(calls(project, speech_minutes(other, _MINUTES, label=0))),
    }
    if prompts.is_dir():
        false["human_speech"] = len(calls(project, prompt_minutes(prompts, _MINUTES)))
    near = len(calls(project, spoken_calls(phrases, IS_NEAR, 40.0)))
    return {
        "model_bytes": (project / "wake-word.tflite").stat().st_size,
        "calls_each": _CALLS,
        "heard": heard_shares,
        "answered_twice": twice,
        "taken_for_the_phrase_of_150_like_it": near,
        "minutes_each": _MINUTES,
        "false_calls": false,
    }


def spoken_calls(phrases: Corpus, label: int, ratio: float, count: int = _CALLS) -> Sound:
    """One each four seconds, in rooms, with noise so many dB below it all the time."""
    rng = np.random.default_rng([55, label, int(ratio)])
    pieces = []
    for _ in range(count):
        piece = np.zeros(_APART, np.float32)
        phrase = phrases.draw(label, rng)
        add(piece, phrase / max(float(np.abs(phrase).max()), 1e-6), int(rng.uniform(0.3, 1.2) * RATE))
        piece = in_a_room(piece, rng)
        loud = np.sqrt(np.mean(np.sort(piece**2)[-RATE // 2 :]))
        piece = piece + coloured(_APART, 1.0, rng) * loud * 10 ** (-ratio / 20)
        pieces.append(piece * 10 ** (rng.uniform(-20, -6) / 20) / max(float(np.abs(piece).max()), 1e-6))
    return np.clip(np.concatenate(pieces) * 32767, -32768, 32767).astype(np.int16)


def write_example(path: Path, held_out: tuple[Corpus, Corpus]) -> None:
    """The recording on the page: other words, the phrase, other words, the phrase; eleven seconds."""
    phrases, words = held_out
    rng = np.random.default_rng(56)
    out = np.zeros(11 * RATE, np.float32)
    for second, kind in ((2.0, 0), (3.4, 1), (6.0, 0), (6.8, 0), (8.4, 1)):
        utterance = phrases.draw(IS_PHRASE, rng) if kind else words.draw(int(rng.choice(sorted(words.sounds))), rng)
        add(out, 0.5 * utterance / max(float(np.abs(utterance).max()), 1e-6), int(second * RATE))
    out += coloured(len(out), 1.0, rng) * 0.003
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((np.clip(out, -1, 1) * 32767).astype("<i2").tobytes())
