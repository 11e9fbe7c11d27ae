"""Counts runs on protected samples, and bounds what is stored of samples: answers, scores and reasons of analyses."""

from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from rune.assessment.evaluation.bounded import AnswerBounds
from rune.assessment.evaluation.reasons import as_fixed_reason

MAX_SCORES = 2


def bound_answers(apps: Any, schema_editor: Any) -> None:
    """An answer that is no label of the data was text of a rune, and may have been the recording itself."""
    samples, answers, analyses = (
        apps.get_model("datasets", name).objects for name in ("Sample", "SampleAnswer", "SampleAnalysis")
    )
    for data_set in apps.get_model("datasets", "DataSet").objects.order_by("pk"):
        labels = samples.filter(data_set=data_set, removed=None).order_by().values_list("label", flat=True).distinct()
        bounds = AnswerBounds.of(label for label in labels if label)
        rows = []
        for row in answers.filter(sample__data_set=data_set).iterator(2000):
            row.label = bounds.answer(row.label) if row.label else ""
            row.scores = bounds.scores(row.scores, MAX_SCORES)
            row.reason = as_fixed_reason(row.reason) if row.reason else ""
            rows.append(row)
        answers.bulk_update(rows, ["label", "scores", "reason"], batch_size=500)
        shown_rows = []
        for row in analyses.filter(sample__data_set=data_set).defer("features", "words").iterator(2000):
            row.answer = bounds.answer(row.answer) if row.answer else ""
            row.score = None if row.score is None else round(row.score, 2)
            shown_rows.append(row)
        analyses.bulk_update(shown_rows, ["answer", "score"], batch_size=500)


def erase_again(apps: Any, schema_editor: Any) -> None:
    """The server deletes within a minute what evaluations of builds still say of deleted samples."""
    apps.get_model("datasets", "Sample").objects.filter(removed__isnull=False).update(erased=None)


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0012_nouns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProtectedRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("job", models.UUIDField(unique=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="datasets.dataset"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "created"], name="protected_runs_of_people")],
            },
        ),
        migrations.RunPython(bound_answers, elidable=True),
        migrations.RunPython(erase_again, elidable=True),
    ]
