"""An artefact may have firmware."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0016_packages_of_targets")]

    operations = [
        migrations.AlterField(
            "artefactfile",
            "role",
            models.CharField(
                choices=[
                    ("rune", "Rune"),
                    ("package", "Package"),
                    ("report", "Report"),
                    ("evaluation", "Evaluation"),
                    ("certificate", "Certificate"),
                    ("firmware", "Firmware"),
                ],
                max_length=20,
            ),
        )
    ]
