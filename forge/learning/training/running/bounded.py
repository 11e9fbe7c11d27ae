"""Reduces what a run says of single recordings to what a person may know of each: a label of the data, and how sure the
answer is to two decimals. Pure functions.

The network may be one that a person brought, who may train on recordings and not play them. Whatever it makes of a
recording is that recording, until so little of it is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from forge.learning.training.running.lab_events import AnswerJson, PictureMiscountsJson
from rune.assessment.evaluation.trials.background import bounded_background
from rune.datasets.splits import Split

DECIMALS = 2
MOST_COUNTED = 999
"""Objects of a label in a picture: a count that is larger says no more."""
JUDGED = (Split.VALIDATION.value,)
"""The splits on which a run is judged: it has no recording of another one that it did not learn from."""
LARGEST_DIGITS = 4
"""Digits of the largest error, which is that of one recording."""


def bounded_answers(rows: Sequence[AnswerJson], recordings: int, labels: int) -> list[AnswerJson]:
    """The first answer for each recording. Answers for something else, and those that are no label, are left out."""
    answers: dict[int, AnswerJson] = {}
    for place, answer, sureness in rows:
        if 0 <= place < recordings and 0 <= answer < labels:
            answers.setdefault(int(place), [int(place), int(answer), round(min(max(sureness, 0.0), 1.0), DECIMALS)])
    return list(answers.values())


def bounded_report(report: Mapping[str, Any], recordings: int, labels: Collection[str]) -> dict[str, Any]:
    """The report of a run, judged on the validation split alone, with bounded counts of single pictures, a rounded
    largest error, and a trial on background that has built-in sounds and labels of the run alone."""
    judgements = {
        split: _judgement(each, recordings, labels) for split, each in report["judgements"].items() if split in JUDGED
    }
    others = {name: value for name, value in report.items() if name != "background"}
    background = bounded_background(report["background"], labels) if "background" in report else None
    return {**others, "judgements": judgements} | ({} if background is None else {"background": background})


def _judgement(judgement: Mapping[str, Any], recordings: int, labels: Collection[str]) -> dict[str, Any]:
    bounded = dict(judgement)
    if error := judgement.get("error"):
        bounded["error"] = {**error, "largest": float(f"{error['largest']:.{LARGEST_DIGITS}g}")}
    if pictures := judgement.get("worst_counts"):
        bounded["worst_counts"] = _miscounts(pictures, recordings, labels)
    return bounded


def _miscounts(
    pictures: Sequence[PictureMiscountsJson], recordings: int, labels: Collection[str]
) -> list[PictureMiscountsJson]:
    """The first counts of each picture, of each label one."""
    by_picture: dict[int, PictureMiscountsJson] = {}
    for each in pictures:
        own = {
            label["label"]: {**label, "counted": min(label["counted"], MOST_COUNTED)}
            for label in each["labels"]
            if label["label"] in labels
        }
        if own and each["recording"] < recordings:
            picture: Any = {"recording": each["recording"], "labels": list(own.values())}
            by_picture.setdefault(each["recording"], picture)
    return list(by_picture.values())
