"""A numbered build remembers what is said of the limits that its forge.yml states."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0012_builds_are_evaluated")]

    operations = [migrations.AddField("build", "judgements", models.JSONField(default=list))]
