"""Rules that delete artifacts are gone, and the time of the last pull, which they alone read."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Removes the table and the column."""

    dependencies = [("registry", "0015_fixed_manifests")]

    operations = [
        migrations.DeleteModel("RetentionRules"),
        migrations.RemoveField(model_name="manifest", name="pulled"),
    ]
