"""Notices of what was taken down."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_change_requests"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("review-asked", "review-asked"),
                    ("review-closed", "review-closed"),
                    ("verdict", "verdict"),
                    ("comment", "comment"),
                    ("mention", "mention"),
                    ("build-failed", "build-failed"),
                    ("published", "published"),
                    ("changes", "changes"),
                    ("webhook-stopped", "webhook-stopped"),
                    ("taken-down", "taken-down"),
                ],
                max_length=20,
            ),
        ),
    ]
