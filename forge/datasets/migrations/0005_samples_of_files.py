"""Moves the samples that were files of projects into data sets, where a withdrawal reaches all copies."""

from __future__ import annotations

from typing import Any

import pycrdt
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

MEDIA_TYPES = {"sound": "audio/wav", "picture": "image/png", "motion": "text/csv"}
SPLITS = {"train": "train", "test": "test", "holdout": "validation"}
REASONS = {"taken back": "withdrawn", "removed": "deleted", "ended": "ended"}
MOVED = "moved"
"""The reason why they are no files any more, as the list of deleted files shows it."""


def move_samples(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Gives each sample that is a file of a project a row in the project's data, for tests alone, and takes its bytes
    from the project's files and versions."""
    files = apps.get_model("projects", "Sample")
    for project in apps.get_model("projects", "Project").objects.filter(samples__isnull=False).distinct():
        rows = list(files.objects.filter(project=project).order_by("consented", "pk"))
        current = _leave_document(apps, project, {row.digest for row in rows if row.removed_at is None})
        _leave_versions(apps, project, {row.digest for row in rows})
        _add_to_data(apps, project, rows, current)


def _leave_document(apps: Any, project: Any, digests: set[str]) -> set[str]:
    """Marks the files with these bytes as moved; returns the digests of those that were not deleted before."""
    states, updates = (apps.get_model("projects", name).objects for name in ("DocumentState", "DocumentUpdate"))
    state = states.filter(project=project).first()
    merged = state.sequence if state else 0
    later = list(updates.filter(project=project, sequence__gt=merged).order_by("sequence"))
    if state is None and not later:
        return set()
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for stored in [*([state.state] if state else []), *(each.update for each in later)]:
        doc.apply_update(bytes(stored))
    current: set[str] = set()
    for value in doc.get("files", type=pycrdt.Map).values():
        if isinstance(value, pycrdt.Map) and value.get("kind") == "binary" and value.get("digest") in digests:
            if value.get("deleted") is not True and "gone" not in value:
                current.add(value["digest"])
            value["deleted"], value["gone"] = True, MOVED
    # As of the last update: no number is taken, and the updates stay until they are merged with their authors.
    sequence = later[-1].sequence if later else merged
    states.update_or_create(project=project, defaults={"sequence": sequence, "state": doc.get_update()})
    return current


def _leave_versions(apps: Any, project: Any, digests: set[str]) -> None:
    links = apps.get_model("core", "BlobLink").objects.filter(blob__in=digests)
    versions = apps.get_model("projects", "Version").objects.filter(project=project)
    links.filter(owner_kind="projects.version", owner_id__in=versions.values("pk")).delete()
    links.filter(owner_kind="projects.project", owner_id=project.pk).delete()


def _add_to_data(apps: Any, project: Any, rows: list[Any], current: set[str]) -> None:
    data_set, _ = apps.get_model("datasets", "DataSet").objects.get_or_create(project=project)
    samples, consents = (apps.get_model("datasets", name).objects for name in ("Sample", "Consent"))
    links = apps.get_model("core", "BlobLink").objects
    agreed: dict[tuple[Any, ...], Any] = {}
    data_set.revision += 1
    for row in rows:
        terms = (row.owner_id, row.consent, row.ends, row.removed_at)
        if terms not in agreed:
            agreed[terms] = consents.create(
                data_set=data_set,
                person_id=row.owner_id,
                text=row.consent,
                for_tests=True,
                for_training=False,
                for_readers=False,
                for_other_projects=False,
                ends=row.ends,
                withdrawn=row.removed_at,
            )
            consents.filter(pk=agreed[terms].pk).update(agreed=row.consented)
        is_known = samples.filter(data_set=data_set, digest=row.digest, removed=None).exists()
        removed = row.removed_at or (timezone.now() if is_known else None)
        data_set.last_number += 1
        sample = samples.create(
            pk=row.pk,
            data_set=data_set,
            number=data_set.last_number,
            kind=row.kind,
            media_type=MEDIA_TYPES[row.kind],
            digest=row.digest,
            size=row.size,
            quality="unchecked",
            label=row.label,
            events=row.events,
            labelled_by_id=row.owner_id,
            split=SPLITS[row.split],
            source="file",
            consent=agreed[terms],
            left_out=removed is not None or row.digest not in current,
            revision=data_set.revision,
            created=row.consented,
            removed=removed,
            removal_reason=REASONS.get(row.removal_reason, "deleted") if removed else "",
            erased=row.erased_at or (removed if is_known else None),
        )
        link = links.filter(owner_kind="projects.sample", owner_id=row.pk)
        if removed is None:
            link.update(owner_kind="datasets.sample", owner_id=sample.pk)
        else:
            link.delete()
    data_set.save()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_chain"),
        ("datasets", "0004_submissions"),
        ("projects", "0004_commit_of_a_branch"),
    ]

    operations = [
        migrations.AddField(
            model_name="sample",
            name="events",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="sample",
            name="source",
            field=models.CharField(
                choices=[
                    ("upload", "Uploaded"),
                    ("import", "Imported"),
                    ("phone", "Recorded with a phone"),
                    ("guest", "Sent by a guest"),
                    ("file", "Was a file of the project"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(move_samples, migrations.RunPython.noop, elidable=True),
    ]
