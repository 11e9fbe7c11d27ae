"""Samples get a split; those of today are tested on, as builds were verified on them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_blobs_have_owners")]

    operations = [
        migrations.AddField(
            "sample",
            "split",
            models.CharField(
                max_length=10, choices=[("train", "Train"), ("test", "Test"), ("kept", "Kept")], default="test"
            ),
        ),
        migrations.AddField("sample", "events", models.JSONField(blank=True, null=True)),
    ]
