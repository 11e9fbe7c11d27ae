"""The labels that a rune calls in silence, noise and tones, as figures, a sentence and JSON.

A rune that learned two words and nothing else answers with one of both, whatever it hears. Its accuracy on recordings
of these words says nothing about that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypedDict

from rune.datasets.background import SILENCE, background_sounds
from rune.wording import counted, listed, plain

ADVICE: Final = (
    "Record background, such as the empty room where the app will run, label it background, and train again."
)
ANOMALY_LABELS = frozenset({"normal", "anomaly"})
"""Labels of a rune that learned what is normal: for it a sound that is new is an anomaly, and rightly so."""
DIGITS = 2


class CalledSoundJson(TypedDict):
    """A sound in which a label was called."""

    sound: Annotated[str, 'such as "silence" or "white noise at -40 dB"']
    label: str
    share: Annotated[float | None, "how sure the rune was, 0 to 1; null where it sends no scores"]


class BackgroundTrialJson(TypedDict):
    """The labels that a rune calls in built-in silence, noise and tones, each sound once."""

    sounds: Annotated[int, "how many it was tried on"]
    called: list[CalledSoundJson]
    sentence: str


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
    calls: tuple[CalledSound, ...]

    @property
    def sentence(self) -> str:
        """The plainest example of a call, how many there are, and what to do."""
        sounds = f"{counted(self.sounds, 'sound')} of silence, noise and tones"
        if not self.calls:
            return f"The model calls no label in {sounds}."
        example = self._example
        sureness = "" if example.share is None else f", {100 * example.share:.0f} % sure"
        labels = listed(list(dict.fromkeys(each.label for each in self.calls)))
        count = f"In {len(self.calls)} of {sounds} it calls {labels}."
        return f"The model calls {example.sound} {example.label}{sureness}. {count} {ADVICE}"

    @property
    def _example(self) -> CalledSound:
        """The call in silence, or else the surest one."""
        silence = next((each for each in self.calls if each.sound == SILENCE), None)
        return silence or max(self.calls, key=lambda each: each.share or 0.0)

    def to_json(self) -> BackgroundTrialJson:
        """The figures with their sentence."""
        calls: list[CalledSoundJson] = [
            {"sound": each.sound, "label": each.label, "share": each.share} for each in self.calls
        ]
        return {"sounds": self.sounds, "called": calls, "sentence": self.sentence}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> BackgroundTrial:
        """Restores a trial from the JSON of `to_json`. The sentence is written anew."""
        calls = tuple(CalledSound(each["sound"], each["label"], each["share"]) for each in fields["called"])
        return BackgroundTrial(fields["sounds"], calls)


def bounded_background(fields: Mapping[str, Any], labels: Collection[str] | None = None) -> BackgroundTrialJson | None:
    """Returns the JSON of a trial that another process sent, with built-in sounds and these labels alone, each sound
    once, and shares of two decimals; None where it speaks of something else. Without `labels` all are kept, as those of
    a rune of a person's own."""
    names = {each.name for each in background_sounds()}
    calls: dict[str, CalledSound] = {}
    for each in fields["called"]:
        if each["sound"] not in names or (labels is not None and each["label"] not in labels):
            return None
        share = each["share"]
        bounded_share = None if share is None else round(min(1.0, max(0.0, share)), DIGITS)
        calls.setdefault(each["sound"], CalledSound(each["sound"], plain(each["label"]), bounded_share))
    if not len(calls) <= fields["sounds"] <= len(names):
        return None
    return BackgroundTrial(fields["sounds"], tuple(calls.values())).to_json()
