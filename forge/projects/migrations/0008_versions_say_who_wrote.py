"""Versions say who wrote in the files since the one before; of those of today it is known who asked for them."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_who_asked(apps, schema_editor):
    versions = apps.get_model("projects", "Version").objects.exclude(author=None)
    for pk, author in versions.values_list("pk", "author").iterator():
        versions.filter(pk=pk).update(writers=[str(author)])


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_samples_have_splits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("version", "writers", models.JSONField(default=list)),
        migrations.RunPython(name_who_asked, migrations.RunPython.noop),
        migrations.CreateModel(
            "MergedAuthor",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "person"), name="one_last_update_a_person")]
            },
        ),
    ]
