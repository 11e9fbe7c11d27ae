"""A thread names the verdict that it began with. A step of its own: PostgreSQL adds no constraint after rows."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0012_proposed_in")]

    operations = [
        migrations.AddField(
            model_name="anchoredthread",
            name="verdict",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="thread",
                to="reviews.verdict",
            ),
        ),
    ]
