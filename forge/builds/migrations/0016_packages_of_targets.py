"""A build makes packages for the targets that its project chose."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0015_what_projects_are_found_by"),
        ("projects", "0011_forks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChosenTargets",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="chosen_targets",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("targets", models.JSONField(default=list)),
            ],
        ),
        migrations.AlterField(
            model_name="artefactfile",
            name="role",
            field=models.CharField(
                choices=[
                    ("rune", "Rune"),
                    ("package", "Package"),
                    ("report", "Report"),
                    ("evaluation", "Evaluation"),
                    ("certificate", "Certificate"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="BuildPackage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=40)),
                ("refusal", models.TextField(blank=True)),
                ("needs", models.JSONField(blank=True, null=True)),
                (
                    "artefact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="builds.artefact",
                    ),
                ),
                (
                    "build",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="packages", to="builds.build"
                    ),
                ),
            ],
            options={
                "ordering": ["target"],
                "constraints": [
                    models.UniqueConstraint(fields=("build", "target"), name="one_package_a_target"),
                    models.CheckConstraint(
                        condition=models.Q(("artefact__isnull", True), ("refusal", ""), _connector="OR"),
                        name="a_package_is_made_or_refused",
                    ),
                ],
            },
        ),
    ]
