"""The name of the worker that runs a job."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0006_spent_time")]
    operations = [migrations.AddField("job", "worker", models.CharField(blank=True, default="", max_length=40))]
