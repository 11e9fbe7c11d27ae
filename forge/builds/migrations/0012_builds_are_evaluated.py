"""A numbered build remembers on which samples it was run, and how it did; an artefact may have a file for each set."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0011_builds_remember_programs")]

    operations = [
        migrations.AddField("build", "samples", models.CharField(blank=True, max_length=71)),
        migrations.AddField("build", "evaluation", models.JSONField(blank=True, null=True)),
        migrations.RemoveConstraint("artefactfile", "one_file_a_role"),
        migrations.AddField("artefactfile", "subject", models.CharField(blank=True, max_length=71)),
        migrations.AlterField(
            "artefactfile",
            "role",
            models.CharField(
                max_length=20, choices=[("rune", "Rune"), ("report", "Report"), ("evaluation", "Evaluation")]
            ),
        ),
        migrations.AddConstraint(
            "artefactfile",
            models.UniqueConstraint(fields=["artefact", "role", "subject"], name="one_file_a_role_and_subject"),
        ),
    ]
