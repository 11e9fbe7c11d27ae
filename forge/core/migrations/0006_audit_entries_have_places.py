"""Entries of the audit log say in which organisation, project or account they happened; `builds` carries over those of before."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_blobs_may_be_damaged"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditentry",
            name="entries_of_principals",
        ),
        migrations.AddField(
            model_name="auditentry",
            name="organisation",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="person",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="project",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="at",
            field=models.DateTimeField(auto_now_add=True, db_index=True),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organisation", "at"], name="entries_of_organisations"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organisation", "actor", "at"], name="entries_of_actors"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["person", "at"], name="entries_of_people"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["principal_kind", "principal_id", "at"], name="entries_of_principals"),
        ),
    ]
