"""Lets blocks that were published with a statement alone get their bill of materials and README.

What completes publications makes the statement again, which then names them.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_statements(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Deletes the records of statements; the statements and signatures stay."""
    apps.get_model("registry", "BlockProvenanceRecord").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_signed_blocks")]

    operations = [migrations.RunPython(forget_statements, migrations.RunPython.noop)]
