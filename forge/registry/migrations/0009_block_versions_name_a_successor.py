"""Versions of blocks say what to take in their place, and keep what their function says of itself."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0014_versions_come_from_elsewhere"),
        ("registry", "0008_blocks_are_published"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="blockversion", name="a_deprecated_block_has_a_reason"),
        migrations.AddField(
            model_name="blockversion", name="interface", field=models.JSONField(default=None, null=True)
        ),
        migrations.AddField(
            model_name="blockversion",
            name="successor",
            field=models.CharField(blank=True, db_default="", max_length=250),
        ),
        migrations.AddConstraint(
            model_name="blockversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deprecated", None), ("deprecation", ""), ("successor", "")),
                    models.Q(("deprecated__isnull", False), models.Q(("deprecation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_deprecated_block_has_a_reason",
            ),
        ),
    ]
