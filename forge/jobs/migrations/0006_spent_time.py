"""Adds the time that a job ran before it was retried."""

from __future__ import annotations

from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0005_plain_names")]
    operations = [migrations.AddField("job", "spent", models.DurationField(default=timedelta))]
