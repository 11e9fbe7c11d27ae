"""Versions have notes and may be deprecated; uses are counted by day."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0017_builds_have_firmware"),
        ("registry", "0005_runes_are_listed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UseOfDay",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("uses", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="listing",
            name="uses",
            field=models.BigIntegerField(db_default=0, db_index=True, default=0),
        ),
        migrations.AddField(
            model_name="tag",
            name="deprecated",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tag",
            name="deprecation",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="tag",
            name="notes",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="tag",
            name="successor",
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deprecated", None), ("deprecation", ""), ("successor", "")),
                    models.Q(("deprecated__isnull", False), models.Q(("deprecation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_deprecation_has_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="useofday",
            name="repository",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="days_of_use", to="registry.repository"
            ),
        ),
        migrations.AddConstraint(
            model_name="useofday",
            constraint=models.UniqueConstraint(fields=("repository", "day"), name="one_row_a_day_of_use"),
        ),
    ]
