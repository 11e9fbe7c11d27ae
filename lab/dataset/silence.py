"""Sounds in which nothing is heard: they are left out, except of a label of silence. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.dataset.recording import Recording
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind
from rune.datasets.content.wav import sound_of
from rune.wording import alternatives, counted, listed

SILENT_RANGE = 32
"""All values of a silent sound are within so many of the 65,536 of 16 bits. A microphone that is on has more noise."""
SILENCE_LABELS = ("background", "noise", "nothing", "silence")
"""Labels that stand for silence, whose recordings may be silent."""


@dataclass(frozen=True)
class AudibleRecordings:
    """Recordings without silent ones, and a sentence about those that are left out, if there are any."""

    recordings: Sequence[Recording]
    notes: Sequence[str]


def without_silent(recordings: Sequence[Recording], labels: Sequence[str] | None = None) -> AudibleRecordings:
    """Leaves out the silent sounds of labels, of all for None, except of `SILENCE_LABELS`. Raises `Refused` where a
    label has nothing else."""
    audible, silent = list[Recording](), list[Recording]()
    for each in recordings:
        is_checked = (labels is None or each.label in labels) and not is_silence_label(each.label)
        (silent if is_checked and is_silent(each) else audible).append(each)
    if not silent:
        return AudibleRecordings(recordings, ())
    silent_labels = sorted({each.label for each in silent})
    remaining = {each.label for each in audible}
    if empty := [label for label in silent_labels if label not in remaining]:
        advice = "Check the microphone, and record them again, or remove them."
        hint = f"A label of silence itself is named {alternatives(SILENCE_LABELS)}."
        raise Refused(Reason.DATA, f"All recordings of {listed(empty)} are silent. {advice} {hint}")
    verb, pronoun = ("is silent and is", "it") if len(silent) == 1 else ("are silent and are", "them")
    advice = f"Record {pronoun} again, or remove {pronoun}."
    note = f"{counted(len(silent), 'recording')} of {listed(silent_labels)} {verb} left out. {advice}"
    return AudibleRecordings(audible, (note,))


def is_silence_label(label: str) -> bool:
    """Returns whether a label stands for silence itself."""
    return label.strip("_").casefold() in SILENCE_LABELS


def is_silent(recording: Recording) -> bool:
    """Returns whether a recording is a sound in which nothing is heard."""
    if recording.kind is not Kind.SOUND:
        return False
    values = np.frombuffer(sound_of(recording.data)[1], "<i2")
    return int(values.max()) - int(values.min()) < SILENT_RANGE
