"""How each tag came to be its build: not protected, past the gate, or overridden by an owner with a reason."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0013_builds_are_judged"),
        ("registry", "0003_names_and_versions_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tag", models.CharField(max_length=128)),
                (
                    "admission",
                    models.CharField(
                        choices=[
                            ("open", "Not protected"),
                            ("passed", "Passed the gate"),
                            ("overridden", "Overridden by an owner"),
                        ],
                        max_length=10,
                    ),
                ),
                ("missing", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True)),
                ("policy", models.JSONField()),
                ("created", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "build",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="builds.build"),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="registry.repository",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("admission", "overridden"), _negated=True)
                        | models.Q(("reason", ""), _negated=True),
                        name="an_override_has_a_reason",
                    )
                ],
            },
        ),
        migrations.AddField(
            "tag",
            "publication",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="registry.publication",
            ),
        ),
    ]
