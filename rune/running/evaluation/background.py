"""Tries a rune on silence, noise and tones (`rune.datasets.background`): which labels an app would call in them.

A rune that learned two words and nothing else answers with one of both, whatever it hears. Its accuracy on recordings
of these words says nothing about that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from rune.capabilities.sound import SOUND
from rune.datasets.background import SECONDS as SOUND_SECONDS
from rune.datasets.background import SILENCE, background_sounds
from rune.running.container import ContainerError, read_graph
from rune.running.evaluation.answers import AnswerReader
from rune.running.evaluation.errors import EvaluationImpossible
from rune.running.evaluation.evaluating import EvaluationEffort, called_each
from rune.running.evaluation.labelled import LabelledSample, same_label
from rune.running.evaluation.streams import is_background
from rune.running.evaluation.windows import fed_capability
from rune.running.runtime import CompiledRune, Limits
from rune.running.runtime.errors import RuneError
from rune.running.runtime.inputs.readers import whole_parameter
from rune.wording import counted, listed, plain

TRIAL_SECONDS: Final = 20.0
"""The longest that a trial takes; sounds that are not reached by then do not count."""
ADVICE: Final = (
    "Record background, such as the empty room where the app will run, label it background, and train again."
)
_ANOMALY_LABELS = frozenset({"normal", "anomaly"})
"""Labels of a rune that learned what is normal: for it a sound that is new is an anomaly, and rightly so."""
_DIGITS = 2
_WINDOWS = 2
"""Windows of a rune that a sound is at least as long as."""
_NO_RESOURCES: Mapping[str, bytes] = {}


@dataclass(frozen=True)
class CalledSound:
    """A sound in which a label was called. `share` is how sure the rune was, 0 to 1; None where it sends no scores."""

    sound: str
    label: str
    share: float | None


@dataclass(frozen=True)
class BackgroundTrial:
    """The labels that a rune calls in so many sounds of silence, noise and tones."""

    sounds: int
    called: tuple[CalledSound, ...]

    @property
    def sentence(self) -> str:
        """What the rune calls, with its plainest example and what to do."""
        sounds = f"{counted(self.sounds, 'sound')} of silence, noise and tones"
        if not self.called:
            return f"It calls no label in {sounds}."
        example = self._example
        sureness = "" if example.share is None else f", {100 * example.share:.0f} % sure"
        labels = listed(list(dict.fromkeys(each.label for each in self.called)))
        count = f"In {len(self.called)} of {sounds} it calls {labels}."
        return f"It calls {example.sound} {example.label}{sureness}. {count} {ADVICE}"

    @property
    def _example(self) -> CalledSound:
        """The call in silence, or else the surest one."""
        silence = next((each for each in self.called if each.sound == SILENCE), None)
        return silence or max(self.called, key=lambda each: each.share or 0.0)

    def to_json(self) -> dict[str, Any]:
        """The figures with their sentence."""
        return {
            "sounds": self.sounds,
            "called": [asdict(each) for each in self.called],
            "sentence": self.sentence,
        }

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> BackgroundTrial:
        """Restores a trial from the JSON of `to_json`. The sentence is written anew."""
        called = tuple(CalledSound(each["sound"], each["label"], each["share"]) for each in fields["called"])
        return BackgroundTrial(fields["sounds"], called)


def bounded_background(fields: Mapping[str, Any], labels: Collection[str] | None = None) -> dict[str, Any] | None:
    """Returns the JSON of a trial that another process sent, with built-in sounds and these labels alone, each sound
    once, and shares of two decimals; None where it speaks of something else. Without `labels` all are kept, as those of
    a rune of a person's own."""
    names = {each.name for each in background_sounds()}
    called: dict[str, CalledSound] = {}
    for each in fields["called"]:
        if each["sound"] not in names or (labels is not None and each["label"] not in labels):
            return None
        share = each["share"]
        bounded_share = None if share is None else round(min(1.0, max(0.0, share)), _DIGITS)
        called.setdefault(each["sound"], CalledSound(each["sound"], plain(each["label"]), bounded_share))
    if not len(called) <= fields["sounds"] <= len(names):
        return None
    return BackgroundTrial(fields["sounds"], tuple(called.values())).to_json()


def try_on_background(
    data: bytes,
    *,
    limits: Limits | None = None,
    resources: Mapping[str, bytes] = _NO_RESOURCES,
    seconds: float = TRIAL_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
) -> BackgroundTrial:
    """Runs a rune on each sound as an app does: windows, the mean of their scores, and the threshold of
    `rune.running.evaluation.streams`. Calls `progress` with the number of finished sounds.

    Raises `EvaluationImpossible` where the trial says nothing about a rune: one that reads no sound, that has no
    labels, or that tells anomalies. Raises `RuneError` for a rune that does not load.
    """
    effort = EvaluationEffort(seconds, limits or Limits())
    rate, length = _sound_format(data, effort.limits, resources)
    sounds = [LabelledSample(each.name, "", partial(each.wav, rate, length)) for each in background_sounds()]
    count = 0
    called: list[CalledSound] = []
    for name, answer in called_each(data, sounds, effort=effort, resources=resources):
        count += 1
        if answer is not None:
            share = answer.scores.get(answer.label)
            called.append(CalledSound(name, plain(answer.label), None if share is None else round(share, _DIGITS)))
        progress(count)
    if not count:
        raise EvaluationImpossible("the rune could be run on none of the sounds")
    return BackgroundTrial(count, tuple(called))


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
    if not _ANOMALY_LABELS.isdisjoint(map(same_label, labels)):
        raise EvaluationImpossible("the rune tells anomalies, and a sound that is new to it is one")
    return rate, max(SOUND_SECONDS, _WINDOWS * milliseconds / 1000)
