"""A short row for what each project published last, by which Explore finds it."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from forge.builds.contents import sensors_of


def list_what_is_published(apps: Any, schema_editor: Any) -> None:
    """A row for the newest tag of each repository. Its licence is known from its next publication on.

    What was built before reports had a plan of the memory is listed when something newer is published.
    """
    listing = apps.get_model("registry", "Listing")
    tags = apps.get_model("registry", "Tag").objects.select_related("build__artefact").order_by("created")
    for tag in tags.exclude(build__artefact=None).iterator(chunk_size=100):
        report = tag.build.artefact.report
        memory = report.get("memory")
        if memory is None:
            continue
        words = " ".join(sensors_of(report.get("pipeline", {})))
        listing.objects.update_or_create(
            repository_id=tag.repository_id,
            defaults={
                "tag_id": tag.pk,
                "rune_digest": tag.build.artefact.digest,
                "size": tag.build.artefact.size,
                "memory": memory["arena"] + memory["serial"],
                "sensors": f" {words} " if words else "",
                "published": tag.created,
            },
        )


def forget(apps: Any, schema_editor: Any) -> None:
    """The rows go with their table."""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_squashed_0004_publications_are_admitted"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "repository",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="registry.repository",
                    ),
                ),
                ("rune_digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("memory", models.BigIntegerField()),
                ("sensors", models.CharField(blank=True, max_length=120)),
                ("licence", models.CharField(blank=True, max_length=40)),
                ("published", models.DateTimeField(db_index=True)),
                (
                    "tag",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.tag"),
                ),
            ],
            options={
                "ordering": ["-published"],
            },
        ),
        migrations.RunPython(list_what_is_published, forget),
    ]
