"""Checks that an event whose type is right says what a run or a search can have: its numbers and its names. Pure
functions.

The process that sends it learns from what strangers recorded. What is stored of it is shown on pages for as long as the
run is there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from forge.compute.pool.answer_reading import ModelNeedsJson
from forge.learning.training.running.lab_events import (
    BegunAgainEvent,
    CountingJson,
    DataEvent,
    EpochEvent,
    PictureMiscountsJson,
    ReportedErrorJson,
    RunNeedsJson,
    TrainedJson,
)
from rune.datasets.splits import Split
from rune.source.policy.sections.training import MAX_ARGUMENTS

MOST_EPOCHS = 100_000
LONGEST_NAME = 200
MOST_PICTURES = 10
"""Pictures with the worst counts."""
MOST_LABELS = 200
MOST_RECIPE_LABELS = 2
"""Names that a recipe gives: what is normal and what is not, a word and all else, or the column that is learned."""
MOST = 2**53
"""Bytes and instructions: what JavaScript reads exactly."""


def is_possible_data(event: DataEvent, data_labels: Collection[str]) -> bool:
    """Returns whether the data that a run read has labels of its version alone, besides those that the recipe gives."""
    labels, classes = set(event["labels"]), event["classes"]
    counted_labels = {label for counts in event["samples"].values() for label in counts}
    return (
        are_possible_labels(event["labels"], data_labels)
        and classes.keys() <= set(data_labels)
        and set(classes.values()) <= labels
        and event["samples"].keys() <= {split.value for split in Split}
        and counted_labels <= {*data_labels, *labels}
        and len(event["digest"]) <= LONGEST_NAME
    )


def are_possible_labels(labels: Collection[str], data_labels: Collection[str]) -> bool:
    """Returns whether these are labels of a version of data, and few names that a recipe gives."""
    return (
        len(labels) <= MOST_LABELS
        and len(set(labels) - set(data_labels)) <= MOST_RECIPE_LABELS
        and all(len(label) <= LONGEST_NAME for label in labels)
    )


def is_possible_epoch(event: EpochEvent) -> bool:
    """Returns whether the run can have come to this epoch, with a best one up to it."""
    return 1 <= event["epoch"] <= MOST_EPOCHS and 0 <= event["best_epoch"] <= event["epoch"]


def are_possible_values(event: BegunAgainEvent, arguments: Mapping[str, float]) -> bool:
    """Returns whether a run with these arguments can begin again with those of the event."""
    values = event["values"]
    return arguments.keys() <= values.keys() and len(values) <= MAX_ARGUMENTS and 1 <= values["epochs"] <= MOST_EPOCHS


def are_possible_needs(needs: ModelNeedsJson | Mapping[str, Any]) -> bool:
    """Returns whether a rune can need that much."""
    instructions = needs["instructions"]
    return 0 <= needs["flash"] < MOST and 0 <= needs["ram"] < MOST and 0 <= (instructions or 0) < MOST


def are_possible_run_needs(needs: RunNeedsJson) -> bool:
    """Returns whether the rune of a run can need that much, and before channels were removed."""
    before = needs.get("before_pruning")
    return are_possible_needs(needs) and (before is None or are_possible_needs(before))


def are_possible_answers(rows: Sequence[Sequence[float]]) -> bool:
    """Returns whether each row has a recording, a label and how sure the answer is."""
    return all(len(row) == 3 for row in rows)


def is_possible_result(answer: TrainedJson, arguments: Mapping[str, float]) -> bool:
    """Returns whether a run with these arguments can end with this."""
    report, answers = answer["report"], answer["answers"]
    return (
        answers.keys() <= {split.value for split in Split}
        and all(map(are_possible_answers, answers.values()))
        and all(is_possible_share(each["accuracy"]) for each in report["judgements"].values())
        and all(is_possible_error(each.get("error")) for each in report["judgements"].values())
        and all(is_possible_counting(each.get("counting")) for each in report["judgements"].values())
        and all(are_possible_miscounts(each.get("worst_counts", ())) for each in report["judgements"].values())
        and 0 <= report["best_epoch"] <= MOST_EPOCHS
        and 0 <= (report.get("pruned_after") or 0) <= MOST_EPOCHS
        and 0 <= report.get("accuracy_before", 0) <= 1
        and arguments.keys() <= answer["values"].keys()
    )


def is_possible_error(error: ReportedErrorJson | None) -> bool:
    """Returns whether errors are such of numbers, or None."""
    if error is None:
        return True
    ranges = [error["error"], error["baseline"], *([error["gain"]] if error["gain"] is not None else [])]
    figures = [figure for each in ranges for figure in (each["value"], each["low"], each["high"])]
    is_finite = all(map(math.isfinite, (*figures, error["largest"])))
    return (
        is_finite
        and error["error"]["low"] >= 0
        and error["windows"] >= 0
        and len(error["baseline_name"]) <= LONGEST_NAME
    )


def is_possible_counting(counting: CountingJson | None) -> bool:
    """Returns whether figures of counts are shares from 0 to 1 and finite errors, or None."""
    if counting is None:
        return True
    of_labels = list(counting["labels"].values())
    ranges = [each for each in (counting["precision"], counting["recall"], counting["f1"]) if each is not None]
    shares = [figure for each in ranges for figure in (each["value"], each["low"], each["high"])]
    shares += [own for each in of_labels for own in (each["precision"], each["recall"], each["f1"]) if own is not None]
    of_counts = (counting["count_error"], counting["baseline"])
    errors = [figure for each in of_counts for figure in (each["value"], each["low"], each["high"])]
    errors += [each["count_error"] for each in of_labels]
    return (
        all(0 <= share <= 1 for share in shares)
        and all(0 <= error < MOST for error in errors)
        and all(0 <= each["objects"] < MOST for each in (counting, *of_labels))
        and all(len(label) <= LONGEST_NAME for label in counting["labels"])
    )


def are_possible_miscounts(pictures: Sequence[PictureMiscountsJson]) -> bool:
    """Returns whether there are as many pictures as a run names, with counts of objects."""
    of_labels = [own for each in pictures for own in each["labels"]]
    return (
        len(pictures) <= MOST_PICTURES
        and all(each["recording"] >= 0 and len(each["labels"]) <= MOST_LABELS for each in pictures)
        and all(0 <= own[name] < MOST for own in of_labels for name in ("marked", "counted"))
        and all(len(own["label"]) <= LONGEST_NAME for own in of_labels)
    )


def is_possible_share(interval: list[float] | None) -> bool:
    """Returns whether it is a share with the bounds of its interval, or None."""
    return interval is None or (len(interval) == 3 and all(0 <= each <= 1 for each in interval))
