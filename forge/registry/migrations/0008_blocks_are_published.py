"""Projects publish blocks that other projects use."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0014_versions_come_from_elsewhere"),
        ("registry", "0007_listings_show_their_pipeline"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("path", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, max_length=200)),
                ("created", models.DateTimeField()),
                ("notes", models.TextField(blank=True)),
                ("deprecated", models.DateTimeField(blank=True, null=True)),
                ("deprecation", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="blocks", to="registry.manifest"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="registry.repository"
                    ),
                ),
                (
                    "source_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="projects.version"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("repository", "name", "version"), name="one_meaning_a_block_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deprecated", None), ("deprecation", "")),
                            models.Q(("deprecated__isnull", False), models.Q(("deprecation", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_deprecated_block_has_a_reason",
                    ),
                ],
            },
        ),
    ]
