"""Projects may share the files of what they published, and duplicates keep what they have in common with their origin."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0012_taken_down_and_saved_by_themselves"),
    ]

    operations = [
        migrations.AddField("project", "files_shared", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("fork", "is_duplicate", models.BooleanField(db_default=False, default=False)),
    ]
