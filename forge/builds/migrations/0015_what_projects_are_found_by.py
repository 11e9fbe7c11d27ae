"""Projects are found by what they read and by their files: what is known of those of before is carried over.

The sensors are those of the newest preview, the files those of the newest version; the next edit corrects both.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

PLAIN = "sha256:64c50eb9adc9f24da7391e80d735d2a3d9c5a0e4c2e90829ff568a0eeee58767"
"""The digest of the default options of a preview."""
SENSORS = frozenset({"RAND", "SOUND", "ACCEL", "IMAGE", "RAW", "FLOAT_IMAGE"})
LONGEST_PATHS = 20_000


def carry_over(apps: Any, schema_editor: Any) -> None:
    """Writes a row for each project with a preview, and leaves those alone that have one."""
    previews = apps.get_model("builds", "Preview").objects.filter(key=PLAIN, project__contents=None)
    versions = apps.get_model("projects", "Version").objects
    contents = apps.get_model("builds", "ProjectContents").objects
    for project, outline in previews.values_list("project", "outline").iterator():
        newest = versions.filter(project=project).order_by("-number").values_list("manifest", flat=True).first()
        contents.create(project_id=project, sensors=_sensors(outline or {}), paths=_paths(newest or {}))


def _sensors(outline: dict[str, Any]) -> str:
    nodes = outline.get("nodes", ())
    known = (node for node in nodes if isinstance(node, dict) and node.get("kind") == "capability")
    named = {str(node.get("detail")).partition(" ")[0] for node in known}
    words = " ".join(sorted(named & SENSORS))
    return f" {words} " if words else ""


def _paths(manifest: dict[str, Any]) -> str:
    text = "\n".join(sorted(manifest))
    return text if len(text) <= LONGEST_PATHS else text[:LONGEST_PATHS].rpartition("\n")[0]


class Migration(migrations.Migration):
    dependencies = [("builds", "0014_builds_are_certified"), ("projects", "0009_favourites")]

    operations = [
        migrations.CreateModel(
            name="ProjectContents",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="contents",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("sensors", models.CharField(blank=True, max_length=200)),
                ("paths", models.TextField(blank=True)),
            ],
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
