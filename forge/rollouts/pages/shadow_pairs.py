"""The disagreement of both versions in the shadow stage, as a card: a sentence, and a row for each pair.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.rollouts.label_pairs import disagreement_from_json
from forge.rollouts.machine import ENDED
from forge.rollouts.pages.facts import RolloutFacts, StageFacts
from rune.assessment.guards.disagreement import CountedWindows, Disagreement, LabelPair
from rune.wording import counted

SCALE: Final = 100.0
"""The length of the drawing of a range."""
_SHOWN: Final = 8
"""The most pairs that have a row."""


@dataclass(frozen=True)
class RangeLine:
    """The range of a share as a line with a dot, from 0 to `SCALE`."""

    low: float
    value: float
    high: float


@dataclass(frozen=True)
class PairRow:
    """The windows that the former version gave one label and the new one another."""

    former: str
    new: str
    windows: str
    share: str
    devices: str
    line: RangeLine | None


@dataclass(frozen=True)
class ShadowCard:
    """The disagreement of both versions. Without rows, the sentence says why."""

    sentence: str
    rows: Sequence[PairRow]
    notes: Sequence[str]


def shadow_card(facts: RolloutFacts) -> ShadowCard | None:
    """Returns where both versions disagree; None of a rollout whose shadow stage has not begun, or that has none."""
    stage = next((each for each in facts.stages if each.planned.is_shadow), None)
    if stage is None:
        return None
    row = stage.row.disagreement
    disagreement = None if row is None else disagreement_from_json(row)
    if disagreement is None or not disagreement.windows:
        return ShadowCard(_reason(facts, stage, disagreement), (), ())
    former, new = facts.rollout.former.version, facts.rollout.release.version
    return ShadowCard(
        _sentence(disagreement, former, new), _rows(disagreement), tuple(_notes(facts, stage, disagreement))
    )


def _sentence(disagreement: Disagreement, former: str, new: str) -> str:
    windows, differing = disagreement.windows, disagreement.differing
    if not differing.windows:
        return f"{former} and {new} gave the same label to all {_windows(windows)} of {_devices(disagreement.devices)}."
    share = "" if differing.share is None else f" ({share_text(differing)})"
    return (
        f"{former} and {new} gave different labels to {differing.windows:,} of {_windows(windows)}{share}, "
        f"on {differing.devices:,} of {_devices(disagreement.devices)}."
    )


def _reason(facts: RolloutFacts, stage: StageFacts, disagreement: Disagreement | None) -> str:
    """Returns why there are no pairs."""
    if not facts.is_counting:
        return "Telemetry is off, so devices count no labels."
    if disagreement is not None and disagreement.missed:
        new = facts.rollout.release.version
        return f"None of {_windows(disagreement.missed)} was compared: {new} was not ready, or had no answer."
    if stage.row.passed is not None or facts.state in ENDED:
        return "No device sent pairs of labels while it ran both versions."
    return "No device has sent pairs of labels yet. Each sends those of an hour once the hour is over."


def _rows(disagreement: Disagreement) -> Sequence[PairRow]:
    pairs = disagreement.pairs[:_SHOWN]
    longest = max((each.counted.share.high for each in pairs if each.counted.share), default=1.0)
    return tuple(_row(each, disagreement, longest) for each in pairs)


def _row(pair: LabelPair, disagreement: Disagreement, longest: float) -> PairRow:
    share = pair.counted.share
    return PairRow(
        pair.former,
        pair.new,
        f"{pair.counted.windows:,} of {disagreement.windows:,}",
        share_text(pair.counted),
        f"{pair.counted.devices:,} of {disagreement.devices:,}",
        None
        if share is None
        else RangeLine(*(round(SCALE * each / longest, 1) for each in (share.low, share.value, share.high))),
    )


def share_text(windows: CountedWindows) -> str:
    """Returns a share with its range, never without one: `5.2 %, 4.6 to 5.9 %`."""
    share = windows.share
    if share is None:
        return f"{_devices(windows.devices)}: too few for a range"
    return f"{percent_text(share.value)} %, {percent_text(share.low)} to {percent_text(share.high)} %"


def percent_text(share: float) -> str:
    """Returns a share, 0 to 1, in percent: with one digit after the point, or the first one that is not 0."""
    percent = 100 * share
    return f"{percent:.1f}" if percent >= 0.1 or not percent else f"{percent:.1g}"


def _notes(facts: RolloutFacts, stage: StageFacts, disagreement: Disagreement) -> Sequence[str]:
    notes = []
    if rest := disagreement.pairs[_SHOWN:]:
        pairs = f"{len(rest)} other {'pairs' if len(rest) > 1 else 'pair'}"
        notes.append(f"{pairs} of labels: {_windows(sum(each.counted.windows for each in rest))}.")
    if disagreement.missed:
        new, were = facts.rollout.release.version, "was" if disagreement.missed == 1 else "were"
        notes.append(f"{_windows(disagreement.missed)} {were} not compared: {new} was not ready, or had no answer.")
    if stage.row.passed is None and facts.state not in ENDED:
        notes.append("The table has the hours until the last look.")
    return notes


def _windows(count: int) -> str:
    return f"{count:,} window{'' if count == 1 else 's'}"


def _devices(count: int) -> str:
    return counted(count, "device")
