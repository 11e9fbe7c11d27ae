"""Turns the windows of a long recording into detections as an app would have them, and says which are right.

The definitions, which `docs/guides/evaluate.md` explains:

* A *window* ends each quarter of a window's length. The scores of the last `mean_of` windows are averaged, as P.
  Warden, "Speech Commands" (arXiv:1804.03209, 2018) and the preview in the page do.
* A *detection* is when the highest mean is above `threshold` and is another label than before. Labels that mean that
  nothing is there (`is_background`) are never detected. The same label is not detected again within `refractory`
  seconds.
* A *hit* is an event with a detection of its label between its start and `tolerance` seconds after its end. Further
  ones for the same event are *repeats*: neither hits nor false alarms.
* A *false alarm* is a detection that belongs to no event. Its rate is an hour of all recordings listened to, as NIST's
  evaluations of keyword search count them (OpenKWS).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rune.assessment.evaluation.labelled import RecordedEvent, same_label

_BACKGROUND = frozenset({"silence", "unknown", "noise", "background", "none", "nothing", "other", "negative"})
"""The labels of background, as in the preview (`frontend/src/preview/readings/quiet.ts`)."""


@dataclass(frozen=True)
class Listening:
    """The settings by which windows become detections. Times in seconds."""

    mean_of: int = 3
    threshold: float = 0.6
    refractory: float = 1.0
    tolerance: float = 1.0
    hops: int = 4
    """Windows that begin within the length of one."""


@dataclass(frozen=True)
class Detection:
    """A label that an app would have called `at` so many seconds into the recording, with its mean score, 0 to 1."""

    label: str
    at: float
    score: float


@dataclass(frozen=True)
class EventMatches:
    """The result of a recording: for each event whether it was hit, the detections of none, and repeats."""

    hits: tuple[bool, ...]
    false_alarms: tuple[Detection, ...]
    repeats: int


def is_background(label: str) -> bool:
    """Returns whether a label says that nothing of interest is there."""
    return same_label(label).strip("_") in _BACKGROUND


def detections(
    windows: Sequence[Mapping[str, float]], ends: Sequence[float], listening: Listening
) -> tuple[Detection, ...]:
    """The detections. `windows` are the scores of each, 0 to 1 by label; `ends` when each ends, in seconds.

    Of a recording of fewer windows than are averaged, the mean of all counts.
    """
    span = min(listening.mean_of, len(windows))
    detection_list: list[Detection] = []
    last: dict[str, float] = {}
    current: str | None = None
    for number in range(max(span - 1, 0), len(windows)):
        mean = _mean(windows[number - span + 1 : number + 1])
        label, score = max(mean.items(), key=lambda item: item[1], default=("", 0.0))
        called_label = label if score > listening.threshold and not is_background(label) else None
        at = ends[number]
        if called_label not in (None, current) and at - last.get(called_label, float("-inf")) >= listening.refractory:
            detection_list.append(Detection(called_label, at, score))
            last[called_label] = at
        current = called_label
    return tuple(detection_list)


def _mean(windows: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    labels = dict.fromkeys(label for window in windows for label in window)
    return {label: sum(window.get(label, 0.0) for window in windows) / len(windows) for label in labels}


def match_events(events: Sequence[RecordedEvent], detections: Sequence[Detection], tolerance: float) -> EventMatches:
    """Matches detections to events: each to the first event that fits it and is not hit yet."""
    hits = [False] * len(events)
    alarms: list[Detection] = []
    repeats = 0
    for detection in detections:
        fitting = [number for number, event in enumerate(events) if _fits(detection, event, tolerance)]
        if not fitting:
            alarms.append(detection)
        elif all(hits[number] for number in fitting):
            repeats += 1
        else:
            hits[next(number for number in fitting if not hits[number])] = True
    return EventMatches(tuple(hits), tuple(alarms), repeats)


def _fits(detection: Detection, event: RecordedEvent, tolerance: float) -> bool:
    is_label = same_label(detection.label) == same_label(event.label)
    return is_label and event.start <= detection.at <= event.end + tolerance
