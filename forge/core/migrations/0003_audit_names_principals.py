"""Entries of the audit log name what acted. Those of before name their person, or the installation where there is none."""

from django.db import migrations, models


def carry_over(apps, schema_editor):
    """What acted is not known of older entries: a token was written down as its owner."""
    entries = apps.get_model("core", "AuditEntry").objects
    entries.filter(actor__isnull=True).update(principal_kind="installation")
    for actor in entries.filter(actor__isnull=False).order_by().values_list("actor_id", flat=True).distinct():
        entries.filter(actor_id=actor).update(principal_kind="person", principal_id=str(actor))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_blobs_have_owners")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="principal_kind",
            field=models.CharField(default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="principal_id",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["principal_kind", "principal_id"], name="entries_of_principals"),
        ),
    ]
