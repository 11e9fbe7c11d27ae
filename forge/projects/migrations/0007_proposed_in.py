"""A version that a change request would make names that change request."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column that needs no value of earlier rows."""

    dependencies = [("projects", "0006_proposed_version")]

    operations = [
        migrations.AddField(
            model_name="version",
            name="proposed_in",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
