"""Sentences about the label and the person of whom a run is right least often, and advice. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from forge.learning.training.results.judgement import RunJudgementJson, ShareJson
from rune.statistics.intervals import WIDEST, wilson
from rune.wording import counted


@dataclass(frozen=True)
class PersonAdvice:
    """Advice about the person of whom a run is right least often. `group` is that person's number. `is_sure` says that
    the run is surely less often right than for the others."""

    group: str
    count: str
    text: str
    is_sure: bool


def label_advice(judgement: RunJudgementJson) -> str:
    """The label that is right least often, how it is mixed up, and how to improve it; "" for fewer than two labels."""
    shares = judgement["by_label"]
    if len(shares) < 2:
        return ""
    if not judgement["wrong"]:
        widest = max(shares, key=lambda each: each["high"] - each["low"])
        if not _is_wide(widest):
            return "All recordings are right."
        few = counted(widest["samples"], "recording")
        return f"All recordings are right, but {widest['name']} has only {few}: more of it narrow its range."
    weakest = min(shares, key=lambda each: (each["share"], -each["samples"]))
    wrong = weakest["samples"] - weakest["right"]
    first = (
        f"{weakest['name']} is right least often: {wrong} of {weakest['samples']} wrong{_mixed_up(judgement, weakest)}."
    )
    if _is_wide(weakest):
        few = counted(weakest["samples"], "recording")
        return f"{first} Its range is wide, with {few}: more of {weakest['name']} say more than more epochs."
    return f"{first} Check the labels of these mistakes, and record more of what is mixed up."


def person_advice(judgement: RunJudgementJson, names: Mapping[int, str]) -> PersonAdvice | None:
    """The person of whom the run is right least often, on which label, and how to improve it; None where no person
    stands out: there is one alone, or nothing is wrong. `names` are those of the persons by number."""
    shares = judgement["by_group"]
    if len(shares) < 2:
        return None
    worst = min(shares, key=lambda each: (each["share"], -each["samples"]))
    wrong = worst["samples"] - worst["right"]
    if not wrong:
        return None
    right, samples = (sum(each[key] for each in shares) - worst[key] for key in ("right", "samples"))
    is_sure = worst["high"] < wilson(right, samples).low
    labels = Counter(each["label"] for each in judgement["mistakes"] if str(each["group"]) == worst["name"])
    (label, count), *_ = labels.most_common(1) or [("", 0)]
    of_label = f"{count} of them {'are' if count > 1 else 'is'} {label}. " if label else ""
    if is_sure:
        advice = "Listen to or look at them: more people who do it like this help most."
    else:
        advice = "That may be chance: recordings of more people narrow the ranges."
    name = names.get(int(worst["name"]), f"Person {worst['name']}")
    return PersonAdvice(worst["name"], f"{name}: {wrong} of {worst['samples']} wrong.", f"{of_label}{advice}", is_sure)


def _mixed_up(judgement: RunJudgementJson, share: ShareJson) -> str:
    """Returns how many recordings of a label are taken for one other, where that are several."""
    own = judgement["labels"].index(share["name"])
    row = judgement["confusion"][own]
    count, place = max((count, place) for place, count in enumerate(row) if place != own)
    return f", {count} of them taken for {judgement['labels'][place]}" if count > 1 else ""


def _is_wide(share: ShareJson) -> bool:
    return share["high"] - share["low"] > WIDEST
