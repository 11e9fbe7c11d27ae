"""An artefact may have firmware."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0015_what_projects_are_found_by")]

    operations = [
        migrations.AlterField(
            "artefactfile",
            "role",
            models.CharField(
                choices=[
                    ("rune", "Rune"),
                    ("report", "Report"),
                    ("evaluation", "Evaluation"),
                    ("certificate", "Certificate"),
                    ("firmware", "Firmware"),
                ],
                max_length=20,
            ),
        )
    ]
