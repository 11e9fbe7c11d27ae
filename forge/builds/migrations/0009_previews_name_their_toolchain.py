from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0008_previews_are_leased")]

    operations = [migrations.AddField("preview", "toolchain", models.CharField(blank=True, max_length=71))]
