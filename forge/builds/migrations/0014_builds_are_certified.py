"""An artefact may have a certificate."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0013_builds_are_judged")]

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
                ],
                max_length=20,
            ),
        )
    ]
