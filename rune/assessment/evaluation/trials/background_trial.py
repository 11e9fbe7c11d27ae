"""Runs a rune on silence, noise and tones (`rune.datasets.background`), as an app does. What came of it is a
`BackgroundTrial` (`rune.assessment.evaluation.trials.background`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from rune.assessment.evaluation.answers import AnswerReader
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort, called_each
from rune.assessment.evaluation.labelled import LabelledSample, same_label
from rune.assessment.evaluation.streams import is_background
from rune.assessment.evaluation.trials.background import ANOMALY_LABELS, DIGITS, BackgroundTrial, CalledSound
from rune.assessment.evaluation.windows import fed_capability
from rune.capabilities.sound import SOUND
from rune.datasets.background import SECONDS as SOUND_SECONDS
from rune.datasets.background import background_sounds
from rune.running.container import ContainerError, read_graph
from rune.running.runtime import CompiledRune, Limits
from rune.running.runtime.errors import RuneError
from rune.running.runtime.inputs.readers import whole_parameter
from rune.wording import plain

TRIAL_SECONDS: Final = 20.0
"""The longest that a trial takes; sounds that are not reached by then do not count."""
_WINDOWS = 2
"""Windows of a rune that a sound is at least as long as."""
_NO_RESOURCES: Mapping[str, bytes] = {}


def try_on_background(
    data: bytes,
    *,
    limits: Limits | None = None,
    resources: Mapping[str, bytes] = _NO_RESOURCES,
    seconds: float = TRIAL_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
) -> BackgroundTrial:
    """Runs a rune on each sound as an app does: windows, the mean of their scores, and the threshold of
    `rune.assessment.evaluation.streams`. Calls `progress` with the number of finished sounds.

    Raises `EvaluationImpossible` where the trial says nothing about a rune: one that reads no sound, that has no
    labels, or that tells anomalies. Raises `RuneError` for a rune that does not load.
    """
    effort = EvaluationEffort(seconds, limits or Limits())
    rate, length = _sound_format(data, effort.limits, resources)
    sounds = [LabelledSample(each.name, "", partial(each.wav, rate, length)) for each in background_sounds()]
    count = 0
    calls: list[CalledSound] = []
    for name, answer in called_each(data, sounds, effort=effort, resources=resources):
        count += 1
        if answer is not None:
            share = answer.scores.get(answer.label)
            calls.append(CalledSound(name, plain(answer.label), None if share is None else round(share, DIGITS)))
        progress(count)
    if not count:
        raise EvaluationImpossible("the rune could be run on none of the sounds")
    return BackgroundTrial(count, tuple(calls))


def background_trial(
    data: bytes,
    *,
    limits: Limits | None = None,
    resources: Mapping[str, bytes] = _NO_RESOURCES,
    seconds: float = TRIAL_SECONDS,
) -> BackgroundTrial | None:
    """Returns the trial of a rune; None where it says nothing about it, or cannot be made. A rune whose graph has no
    sound is not compiled for it."""
    try:
        if _lacks_sound(data):
            return None
        return try_on_background(data, limits=limits, resources=resources, seconds=seconds)
    except (EvaluationImpossible, RuneError, ContainerError):
        return None


def _lacks_sound(data: bytes) -> bool:
    """Raises `ContainerError`."""
    graph = read_graph(data)
    capabilities = graph.get("capabilities") if isinstance(graph, dict) else None
    return isinstance(capabilities, dict) and SOUND.name.lower() not in json.dumps(capabilities).lower()


def _sound_format(data: bytes, limits: Limits, resources: Mapping[str, bytes]) -> tuple[int, float]:
    """The rate of the sound that a rune reads, and the seconds of a sound to try it on. Raises `EvaluationImpossible`
    and `RuneError`."""
    rune = CompiledRune(data, limits).start(resources=resources)
    try:
        fed = fed_capability(rune.capabilities)
        labels = AnswerReader(data, rune.outputs, resources).labels
    finally:
        rune.close()
    rate, milliseconds = (whole_parameter(fed.parameters, name) for name in ("hz", "sample_duration_ms"))
    if fed.kind is not SOUND or not rate or not milliseconds:
        raise EvaluationImpossible("the rune does not read sound")
    if all(map(is_background, labels)):
        raise EvaluationImpossible("the rune has no labels that it could call")
    if not ANOMALY_LABELS.isdisjoint(map(same_label, labels)):
        raise EvaluationImpossible("the rune tells anomalies, and a sound that is new to it is one")
    return rate, max(SOUND_SECONDS, _WINDOWS * milliseconds / 1000)
