from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0007_one_table_of_previews")]

    operations = [
        migrations.AddField("preview", "leased_sequence", models.BigIntegerField(default=0)),
        migrations.AddField("preview", "lease_until", models.DateTimeField(blank=True, null=True)),
    ]
