"""Gives each day of documents a partition on PostgreSQL. The documents that are there come along.

A partition has to be found by the primary key, so the day is in it. Django changes no primary key to one of several
columns: the rows move to a new table.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLE = "telemetry_devicecounts"
FORMER = "telemetry_formerdevicecounts"
COLUMNS = "device_id, watched_id, day, hour, document, received, is_merged"


def is_postgresql(schema_editor):
    return schema_editor.connection.vendor == "postgresql"


def set_constraints_apart(apps, schema_editor):
    rename_constraints(schema_editor, TABLE, FORMER)


def set_constraints_back(apps, schema_editor):
    rename_constraints(schema_editor, FORMER, TABLE)


def rename_constraints(schema_editor, old, new):
    """Constraints keep their names when their table gets another, and the new table needs them."""
    if is_postgresql(schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [FORMER])
            names = [name for (name,) in cursor.fetchall() if name.startswith(f"{old}_")]
        for name in names:
            schema_editor.execute(
                f"ALTER TABLE {FORMER} RENAME CONSTRAINT {name} TO {new}_{name.removeprefix(f'{old}_')}"
            )


def partition(apps, schema_editor):
    """Makes the empty table anew, as one of partitions, with the one for days that have none."""
    if is_postgresql(schema_editor):
        model = apps.get_model("telemetry", "DeviceCounts")
        schema_editor.delete_model(model)
        statement, parameters = schema_editor.table_sql(model)
        schema_editor.execute(f"{statement} PARTITION BY RANGE (day)", parameters or None)
        schema_editor.execute(f"CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT")
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))


def copy_rows(apps, schema_editor):
    schema_editor.execute(f"INSERT INTO {TABLE} ({COLUMNS}) SELECT {COLUMNS} FROM {FORMER}")  # noqa: S608


def copy_rows_back(apps, schema_editor):
    schema_editor.execute(f"INSERT INTO {FORMER} ({COLUMNS}) SELECT {COLUMNS} FROM {TABLE}")  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("telemetry", "0004_alert_owners_and_snoozes"),
        ("fleet", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="devicecounts", name="device_counts_by_age"),
        migrations.RemoveIndex(model_name="devicecounts", name="device_counts_by_rune"),
        migrations.RemoveIndex(model_name="devicecounts", name="device_counts_to_merge"),
        migrations.RemoveConstraint(model_name="devicecounts", name="one_document_a_device_and_day"),
        migrations.AlterField(
            model_name="devicecounts",
            name="device",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="fleet.device"),
        ),
        migrations.AlterField(
            model_name="devicecounts",
            name="watched",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="telemetry.watchedrune"
            ),
        ),
        migrations.RenameModel(old_name="DeviceCounts", new_name="FormerDeviceCounts"),
        migrations.RunPython(set_constraints_apart, set_constraints_back, elidable=True),
        migrations.CreateModel(
            name="DeviceCounts",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "device_id",
                        "day",
                        "hour",
                        "watched_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="fleet.device",
                    ),
                ),
                (
                    "watched",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="telemetry.watchedrune",
                    ),
                ),
                ("day", models.DateField()),
                ("hour", models.PositiveSmallIntegerField(default=24)),
                ("document", models.BinaryField(max_length=256)),
                ("received", models.DateTimeField()),
                ("is_merged", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-day", "-hour"],
                "indexes": [
                    models.Index(fields=["watched", "day"], name="device_counts_by_rune"),
                    models.Index(
                        condition=models.Q(("is_merged", False)), fields=["received"], name="device_counts_to_merge"
                    ),
                ],
            },
        ),
        migrations.RunPython(partition, migrations.RunPython.noop),
        migrations.RunPython(copy_rows, copy_rows_back, elidable=True),
        migrations.DeleteModel(name="FormerDeviceCounts"),
    ]
