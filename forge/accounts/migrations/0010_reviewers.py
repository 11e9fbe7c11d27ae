"""Reviewers give verdicts, and viewers no longer do. Whoever was a viewer could, and becomes a reviewer."""

from typing import Any

from django.db import migrations, models

_ROLES = [
    ("owner", "Owner"),
    ("maintainer", "Maintainer"),
    ("developer", "Developer"),
    ("reviewer", "Reviewer"),
    ("viewer", "Viewer"),
]


def viewers_become_reviewers(apps: Any, schema_editor: Any) -> None:
    """Members, and those who are invited and have not come yet."""
    for name in ("Membership", "Invitation"):
        apps.get_model("accounts", name).objects.filter(role="viewer").update(role="reviewer")


def reviewers_become_viewers(apps: Any, schema_editor: Any) -> None:
    for name in ("Membership", "Invitation"):
        apps.get_model("accounts", name).objects.filter(role="reviewer").update(role="viewer")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_maintainers")]

    operations = [
        migrations.AlterField("invitation", "role", models.CharField(choices=_ROLES, max_length=10)),
        migrations.AlterField("membership", "role", models.CharField(choices=_ROLES, max_length=10)),
        migrations.RunPython(viewers_become_reviewers, reviewers_become_viewers),
    ]
