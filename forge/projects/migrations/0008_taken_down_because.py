"""Why a project is taken down stands in its row; the tables of reports and moderators go."""

from __future__ import annotations

from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

first = import_module("forge.projects.migrations.0001_initial")
TABLES = ("moderation_report", "moderation_takedown", "moderation_moderator")


def keep_reasons(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Copies the reasons of what is down, and drops the tables, where an earlier version made them."""
    with editor.connection.cursor() as cursor:
        if not set(TABLES) <= set(editor.connection.introspection.table_names(cursor)):
            return
        cursor.execute(
            "UPDATE projects_project SET taken_down_because = substr(moderation_takedown.text, 1, 500) "
            "FROM moderation_takedown WHERE moderation_takedown.project_id = projects_project.id AND ended IS NULL"
        )
    for table in TABLES:
        editor.execute(f"DROP TABLE {editor.quote_name(table)}")


class Migration(migrations.Migration):
    """Adds a column, and leaves no table of an app that is gone."""

    dependencies = [("projects", "0007_proposed_in")]

    operations = [
        # SQLite makes the table anew, which the trigger names.
        migrations.RunPython(first.drop_trigger, elidable=True),
        migrations.AddField("project", "taken_down_because", models.CharField(blank=True, max_length=500)),
        migrations.RunPython(first.create_trigger, elidable=True),
        migrations.RunPython(keep_reasons, elidable=True),
    ]
