"""A summary of a project's data, in numbers and sentences."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.datasets.access import groups_of, label_counts, samples_of, split_groups
from forge.datasets.models import DataSet
from forge.datasets.serializers import DataLabelJson, DataSummaryJson
from forge.datasets.splits.warnings import LabelCounts, shortage_of, split_warnings
from forge.datasets.versions.accuracy_uses import count_accuracy
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.splits import Split


def summary_of(actor: Actor, project: Project) -> DataSummaryJson:
    """Counts the samples of a project that are not left out. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    data_set = DataSet.objects.visible_to(actor).filter(project=project).first()
    samples = samples_of(actor, project)
    included = samples.filter(left_out=False)
    labels = label_counts(included)
    totals = (
        included.select_related(None)
        .order_by()
        .aggregate(
            samples=Count("pk"),
            unlabelled=Count("pk", filter=Q(label="")),
            disputed=Count("pk", filter=Q(is_disputed=True)),
            milliseconds=Sum("milliseconds"),
        )
    )
    devices = samples.exclude(device="").select_related(None).order_by("device")
    groups = groups_of(samples)
    shortage = shortage_of(labels, len(groups))
    of_splits = split_groups(included.exclude(label=""))
    return {
        "revision": 0 if data_set is None else data_set.revision,
        "restricted": data_set is not None and data_set.is_restricted,
        "samples": totals["samples"],
        "unlabelled": totals["unlabelled"],
        "disputed": totals["disputed"],
        "milliseconds": totals["milliseconds"] or 0,
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
        "devices": list(devices.values_list("device", flat=True).distinct()),
        "warnings": split_warnings(labels),
        "accuracy_computed": count_accuracy(data_set).times,
    }


def _label_to_json(counts: LabelCounts) -> DataLabelJson:
    return {
        "label": counts.label,
        "train": counts.splits.get(Split.TRAIN, 0),
        "validation": counts.splits.get(Split.VALIDATION, 0),
        "test": counts.splits.get(Split.TEST, 0),
        "groups": len(counts.groups),
        "milliseconds": counts.milliseconds,
    }
