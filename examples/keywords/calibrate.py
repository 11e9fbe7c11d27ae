"""Chooses how readily each word is called: as readily as false calls allow, and the word that is heard least first.

A number for each label is added to the logits of the model, so that one threshold fits every word. It is chosen on
voices, music and prompts that neither the training nor the test has.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.tools import flatbuffer_utils
from calls import RATE, STEP, WINDOW, Call, Listener, Scores, seconds
from listening import RATIOS, Test, drawn, recognise, spoken
from numpy.typing import NDArray
from samples import corpus
from sounds import every_prompt, noise_minutes, pieces_minutes
from words import KEYWORDS, LABELS

from rune.model.tflite import read_model

Addends = NDArray[np.float32]
"""The number that is added to the logit of each label, in the order of `LABELS`."""

_MINUTES, _EACH = 30, 30
_LIMIT = 0.1
"""False calls a minute of each kind of sound, all words together."""
_LOWEST, _HIGHEST, _STEP = -3.0, 3.0, 0.25
_LEAST_SCORE = 1 / 512
"""Half a step of the scores, which are multiples of 1/256; a score of 0 is taken for it."""
_ON, _OFF, _MEAN_OF = 0.6, 0.4, 3
"""The settings of the stages `switches` and `steady` of the Runefile."""


def calibrate(project: Path, cache: Path, workers: int, prompts: Path) -> None:
    """Chooses the addends by the rune of the project, and adds them to the bias of its model."""
    listener = Listener(project)
    voices = corpus(cache, workers, "calibration")
    sounds = [noise_minutes(_MINUTES, seed=57), pieces_minutes(voices, _MINUTES)]
    if prompts.is_dir():
        sounds.append(every_prompt(prompts, 0, 5))
    tests = [spoken(drawn(voices, _EACH, 1), ratio, 1) for ratio in RATIOS.values()]
    addends = chosen_addends(
        [_logits(listener, sound) for sound in sounds],
        [(test, _logits(listener, test.sound)) for test in tests],
    )
    print("added to the logits:", dict(zip(KEYWORDS, addends.tolist(), strict=False)), flush=True)
    names = (project / "labels.txt").read_text(encoding="utf-8").split()
    model = project / "keywords.tflite"
    model.write_bytes(with_addends(model.read_bytes(), [addends[LABELS.index(name)] for name in names]))


def chosen_addends(kinds: Sequence[Scores], tests: Sequence[tuple[Test, Scores]]) -> Addends:
    """Makes the word that is heard least easier to call, step by step, as long as false calls allow. `kinds` are logits
    of sounds without keywords, `tests` those of sounds with them."""
    best = np.zeros(len(LABELS), np.float32)
    best[: len(KEYWORDS)] = _LOWEST
    pending = set(range(len(KEYWORDS)))
    while pending:
        shares = np.mean([recognise(test, _calls(logits + best)).shares for test, logits in tests], axis=0)
        word = min(pending, key=lambda label: (shares[label], label))
        candidate = best.copy()
        candidate[word] += _STEP
        if candidate[word] > _HIGHEST or any(_calls_a_minute(logits + candidate) > _LIMIT for logits in kinds):
            pending.remove(word)
        else:
            best = candidate
    return best


def with_addends(model: bytes, addends: Sequence[float]) -> bytes:
    """The model with numbers added to the outputs of its last dense layer, to the nearest step of its bias."""
    content = read_model(model)
    dense = [each for each in content.operators if each.op == "FULLY_CONNECTED"][-1]
    source, weights, bias = (content.tensors[each] for each in dense.inputs)
    if source.scale is None or weights.quantization is None or bias.data is None:
        raise ValueError("the model is not quantised")
    steps = source.scale * np.array(weights.quantization.scales)
    new_bias = np.frombuffer(bias.data, "<i4") + np.round(np.array(addends) / steps).astype(np.int64)
    whole = flatbuffer_utils.read_model_from_bytearray(bytearray(model))
    buffer = whole.buffers[whole.subgraphs[0].tensors[dense.inputs[2]].buffer]
    buffer.data = np.frombuffer(new_bias.astype("<i4").tobytes(), np.uint8)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(whole))


def _logits(listener: Listener, sound: NDArray[np.int16]) -> Scores:
    """The logarithms of the scores."""
    return np.log(np.maximum(listener.scores(second for _, second in seconds(sound)), _LEAST_SCORE))


def _calls(logits: Scores) -> list[Call]:
    """The words that the Runefile calls with these logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    sums = np.cumsum(powers / powers.sum(axis=1, keepdims=True), axis=0, dtype=np.float64)
    means = (sums[_MEAN_OF:] - sums[:-_MEAN_OF]) / _MEAN_OF
    calls: list[Call] = []
    for label in range(len(KEYWORDS)):
        is_on = False
        for number in np.flatnonzero((means[:, label] >= _ON) | (means[:, label] < _OFF)):
            was_on, is_on = is_on, bool(means[number, label] >= _ON)
            if is_on and not was_on:
                calls.append(Call((WINDOW + STEP * (int(number) + _MEAN_OF)) / RATE, label))
    return sorted(calls, key=lambda call: call.end)


def _calls_a_minute(logits: Scores) -> float:
    return len(_calls(logits)) / (len(logits) * STEP / RATE / 60)
