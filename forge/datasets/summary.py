"""A summary of a project's data, in numbers and sentences."""

from __future__ import annotations

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.datasets.access import names_of_groups
from forge.datasets.hooks import data_advice
from forge.datasets.models import DataSet
from forge.datasets.serializers import DataLabelJson, DataSummaryJson
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
