"""Explore shows the stages of a rune's pipeline, and how often it was right."""

from collections.abc import Mapping
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was listed before says the same of the builds that its tags name."""
    listings = apps.get_model("registry", "Listing").objects
    for row in listings.select_related("tag__build__artefact").iterator(100):
        build = row.tag.build
        if build.artefact is None:
            continue
        row.stages = stages_of(build.artefact.report.get("pipeline") or {})
        row.accuracy = build.evaluation["accuracy"] if build.evaluation else None
        row.save(update_fields=["stages", "accuracy"])


def stages_of(outline: Mapping[str, Any]) -> list[list[str]]:
    """As `forge.registry.listings.stages_of` did when this was written."""
    stages = [[str(node["kind"]), str(node["detail"])[:60]] for node in outline.get("nodes", ())]
    return sorted(stages, key=lambda stage: {"capability": 0, "output": 2}.get(stage[0], 1))[:100]


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_versions_have_notes")]

    operations = [
        migrations.AddField(model_name="listing", name="stages", field=models.JSONField(db_default=[], default=list)),
        migrations.AddField(model_name="listing", name="accuracy", field=models.FloatField(blank=True, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
