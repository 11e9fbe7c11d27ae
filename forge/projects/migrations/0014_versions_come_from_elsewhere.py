"""Versions that came with a history from elsewhere say by whom, as text."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0013_files_may_be_shared"),
    ]

    operations = [
        migrations.AddField("version", "made_by", models.JSONField(db_default=[], default=list)),
    ]
