import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def put_when_created(apps, schema_editor):
    """The apps above link what they need in migrations of their own, before anything is swept."""
    apps.get_model("core", "Blob").objects.update(put_at=F("created"))


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AddField("blob", "put_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField("blob", "synced", models.BooleanField(default=True)),
        migrations.AlterField("blob", "created", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.RunPython(put_when_created, migrations.RunPython.noop),
        migrations.CreateModel(
            name="BlobLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner_kind", models.CharField(max_length=60)),
                ("owner_id", models.UUIDField()),
                ("organisation", models.UUIDField(blank=True, null=True)),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="core.blob"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "blob"], name="blobs_of_organisations")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_kind", "owner_id", "blob"), name="one_link_a_blob_of_an_owner"
                    )
                ],
            },
        ),
    ]
