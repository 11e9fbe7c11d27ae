"""Reduces what runs and conversions stored of single samples to labels and two decimals, and deletes what they stored
of samples that were deleted since. It also deletes texts that may have something of a sample."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import migrations
from django.db.models import Q

UNREAD = "No sample could be read: "
NO_WINDOW = "No sample could be read: they fill no window"
UNREADABLE = "No sample could be read by the stages in front of the model. Run one in the studio to see why."
FAILED = "It failed. Start it again to see why."
OF_SAMPLES = (
    " cannot be read: ",
    " has the columns ",
    " has the number ",
    "The converter's process ended without an answer: ",
    "the quantiser refused the model: ",
    "no interpreter can run what the quantiser made of the model: ",
    "Error: ",
)
"""Marks in sentences behind which text of a sample may follow."""
MOST_COUNTED = 999


def reduce_runs(apps: Any, schema_editor: Any) -> None:
    removed_numbers = _removed_numbers(apps)
    versions = dict(apps.get_model("datasets", "DataVersion").objects.values_list("pk", "data_set"))
    for run in apps.get_model("learning", "TrainingRun").objects.exclude(description={}).iterator():
        removed = removed_numbers.get(versions.get(run.data_version_id), set())
        recordings = run.description.get("recordings", [])
        if run.data_version_id is None:
            removed = set(recordings)  # the data was deleted
        places = {place for place, number in enumerate(recordings) if number in removed}
        if places:
            run.description["removed"] = sorted({recordings[place] for place in places})
            _drop_checkpoint(apps, run.job_id)
        labels = run.description.get("labels", [])
        run.answers = {
            name: rows if name == "epoch" else _answers(rows, len(recordings), len(labels), places)
            for name, rows in run.answers.items()
        }
        for judgement in run.report.get("judgements", {}).values():
            if "worst_counts" in judgement:
                judgement["worst_counts"] = _counts(judgement["worst_counts"], len(recordings), labels, places)
            if judgement.get("error"):
                judgement["error"]["largest"] = float(f"{judgement['error']['largest']:.4g}")
        run.save(update_fields=["description", "answers", "report"])


def reduce_forms(apps: Any, schema_editor: Any) -> None:
    removed_numbers = _removed_numbers(apps)
    data_sets = dict(apps.get_model("datasets", "DataSet").objects.values_list("project", "pk"))
    labels: dict[Any, set[str]] = {}
    for data_set, label in apps.get_model("datasets", "Sample").objects.order_by().values_list("data_set", "label"):
        labels.setdefault(data_set, set()).add(label)
    for row in apps.get_model("learning", "ModelConversion").objects.iterator():
        data_set = data_sets.get(row.project_id)
        samples = row.description.get("samples") or {}
        if samples.get("reason", "").startswith(UNREAD):
            samples["reason"] = _reason(samples["reason"])
            row.save(update_fields=["description"])
        for form in row.forms.all():
            classes, known_labels = samples.get("classes", []), labels.get(data_set, set())
            removed = removed_numbers.get(data_set, set())
            _reduce_figures(form.figures, classes, known_labels, removed, has_answers=True)
            form.save(update_fields=["figures"])


def replace_texts(apps: Any, schema_editor: Any) -> None:
    texts = (
        ("learning", "TrainingRun", "error", ""),
        ("learning", "ModelSearch", "error", ""),
        ("learning", "SearchTrial", "reason", ""),
        ("learning", "ModelConversion", "error", ""),
        ("learning", "ConvertedForm", "refusal", ""),
        ("jobs", "Job", "error", ""),
        ("jobs", "JobLogLine", "text", "job__"),
    )
    kinds = ("training", "model-search", "model-conversion")
    for app, model, field, job in texts:
        has_text = reduce(or_, (Q(**{f"{field}__contains": each}) for each in OF_SAMPLES))
        rows = apps.get_model(app, model).objects.filter(has_text)
        if app == "jobs":
            rows = rows.filter(**{f"{job}kind__in": kinds})
        rows.update(**{field: FAILED})


def _removed_numbers(apps: Any) -> dict[Any, set[int]]:
    """The numbers of deleted samples by data set."""
    numbers: dict[Any, set[int]] = {}
    rows = apps.get_model("datasets", "Sample").objects.filter(removed__isnull=False).order_by()
    for data_set, number in rows.values_list("data_set", "number"):
        numbers.setdefault(data_set, set()).add(number)
    return numbers


def _drop_checkpoint(apps: Any, job: Any) -> None:
    if job is not None:
        apps.get_model("jobs", "Job").objects.filter(pk=job).update(checkpoint=None)
        apps.get_model("core", "BlobLink").objects.filter(owner_kind="jobs.job", owner_id=job).delete()


def _answers(rows: Iterable[Any], recordings: int, labels: int, places: Collection[int]) -> list[list[float]]:
    answers: dict[int, list[float]] = {}
    for place, answer, sureness in (row for row in rows if len(row) == 3):
        if 0 <= place < recordings and int(place) not in places and 0 <= answer < labels:
            answers.setdefault(int(place), [int(place), int(answer), round(min(max(sureness, 0.0), 1.0), 2)])
    return list(answers.values())


def _counts(
    pictures: Iterable[Any], recordings: int, labels: Collection[str], places: Collection[int]
) -> list[dict[str, Any]]:
    return [
        {
            "recording": each["recording"],
            "labels": [
                {**label, "counted": min(label["counted"], MOST_COUNTED)}
                for label in each["labels"]
                if label["label"] in labels
            ],
        }
        for each in pictures
        if each["recording"] < recordings and each["recording"] not in places
    ]


def _reduce_figures(
    figures: dict[str, Any], classes: list[str], labels: Collection[str], removed: Collection[int], *, has_answers: bool
) -> None:
    """Reduces answers `[sample, class, sureness]` of the samples that are there to `[sample, label's class]`."""
    rows = figures.pop("answers", None)
    if rows is None:
        return
    numbers = [int(row[0]) for row in rows]
    figures["judged_on"] = numbers
    if gone := sorted(set(removed).intersection(numbers)):
        figures["removed"] = gone
    if has_answers:
        figures["answers"] = [
            [int(row[0]), _answer(int(row[1]), classes, labels)] for row in rows if int(row[0]) not in removed
        ]


def _answer(answer: int, classes: list[str], labels: Collection[str]) -> int:
    if not classes:
        return answer if 0 <= answer < len(labels) else -1
    name = classes[answer] if 0 <= answer < len(classes) else None
    return classes.index(name) if name is not None and name in labels else -1


def _reason(text: str) -> str:
    return f"{NO_WINDOW}." if text.startswith(NO_WINDOW) else UNREADABLE


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_chain"),
        ("datasets", "0012_nouns"),
        ("jobs", "0007_worker"),
        ("learning", "0016_second_board"),
    ]

    operations = [
        migrations.RunPython(reduce_runs, elidable=True),
        migrations.RunPython(reduce_forms, elidable=True),
        migrations.RunPython(replace_texts, elidable=True),
    ]
