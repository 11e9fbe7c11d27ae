"""A project chooses what its builds are optimised for and whose bits they give, and a build remembers what was chosen.

Builds of before were balanced, with LiteRT's bits.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

AIMS = [("size", "size"), ("balanced", "balanced"), ("speed", "speed")]
MATCHES = [("litert", "LiteRT"), ("tflm", "TFLite Micro")]


def aim() -> models.CharField[str, str]:
    return models.CharField(choices=AIMS, db_default="balanced", default="balanced", max_length=10)


def match() -> models.CharField[str, str]:
    return models.CharField(choices=MATCHES, db_default="litert", default="litert", max_length=10)


class Migration(migrations.Migration):
    dependencies = [("builds", "0017_builds_have_firmware")]

    operations = [
        migrations.RenameModel("ChosenTargets", "BuildChoices"),
        migrations.AlterField(
            "buildchoices",
            "project",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="build_choices",
                serialize=False,
                to="projects.project",
            ),
        ),
        migrations.AddField("buildchoices", "optimize", aim()),
        migrations.AddField("buildchoices", "optimize_packages", aim()),
        migrations.AddField("buildchoices", "match", match()),
        migrations.AddField("build", "optimize", aim()),
        migrations.AddField("build", "optimize_packages", aim()),
        migrations.AddField("build", "match", match()),
    ]
