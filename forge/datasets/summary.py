"""A summary of a project's data, in numbers and sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.datasets.access import names_of_groups
from forge.datasets.hooks import data_advice
from forge.datasets.models import DataSet
from forge.datasets.serializers import SPLIT_CHOICES, DataGroupJson
from forge.datasets.splits.warnings import LabelCounts, shortage_of, split_warnings
from forge.datasets.tally import SampleTally
from forge.datasets.versions.accuracy_uses import count_accuracy
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.splits import Split


def summary_of(actor: Actor, project: Project, tally: SampleTally) -> DataSummaryJson:
    """Describes the samples of a project that are not excluded. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    data_set = DataSet.objects.visible_to(actor).filter(project=project).first()
    rows, labels, of_splits = tally.included_rows, tally.labels, tally.split_groups
    groups = names_of_groups(tally.group_keys)
    shortage = shortage_of(labels, len(groups))
    return {
        "revision": 0 if data_set is None else data_set.revision,
        "restricted": data_set is not None and data_set.is_restricted,
        "samples": sum(row.count for row in rows),
        "unlabelled": sum(row.count for row in rows if not row.label),
        "disputed": sum(row.disputed for row in rows),
        "milliseconds": sum(row.milliseconds for row in rows),
        "labels": [_label_to_json(each) for each in labels],
        "groups": [{"number": number, "name": name} for number, name in groups.items()],
        "splits": [
            {
                "split": split.value,
                "samples": sum(each.splits.get(split, 0) for each in labels),
                "groups": of_splits.get(split.value, 0),
            }
            for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)
        ],
        "shortage": None if shortage is None else {"label": shortage.label, "sentence": shortage.sentence},
        "devices": tally.devices,
        "warnings": split_warnings(labels),
        "advice": [each for each in data_advice.call(actor, project, tally) if each],
        "accuracy_computed": count_accuracy(data_set).times,
    }


def _label_to_json(counts: LabelCounts) -> DataLabelJson:
    return {
        "label": counts.label,
        "train": counts.splits.get(Split.TRAIN, 0),
        "validation": counts.splits.get(Split.VALIDATION, 0),
        "test": counts.splits.get(Split.TEST, 0),
        "groups": len(counts.people),
        "milliseconds": counts.milliseconds,
    }


class DataLabelJson(TypedDict):
    """A label, with its samples by split."""

    label: str
    train: int
    validation: int
    test: int
    groups: Annotated[int, "people and devices"]
    milliseconds: Annotated[int, "of all sounds together"]


class DataSplitJson(TypedDict):
    """A split, with its labelled samples."""

    split: Annotated[str, SPLIT_CHOICES]
    samples: int
    groups: Annotated[int, "people and devices"]


class DataShortageJson(TypedDict):
    """The label of which there is too little, and that in words."""

    label: str
    sentence: str


class DataSummaryJson(TypedDict):
    """A summary of a data set."""

    revision: int
    restricted: Annotated[bool, "whether only those who manage the project play samples, and who gave one"]
    samples: int
    unlabelled: int
    disputed: Annotated[int, "samples that two people label otherwise"]
    milliseconds: int
    labels: list[DataLabelJson]
    groups: list[DataGroupJson]
    devices: list[str]
    splits: list[DataSplitJson]
    shortage: Annotated[DataShortageJson | None, "where to collect first"]
    warnings: Annotated[list[str], "what is weak about labels and splits"]
    advice: Annotated[list[str], "what is lacking for training, with what to do, such as sounds of background"]
    accuracy_computed: Annotated[int, "how often accuracy was computed on the test samples of its versions"]
