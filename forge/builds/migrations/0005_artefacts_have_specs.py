import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def plain_options():
    return {"watched": [], "timed": False}


class Migration(migrations.Migration):
    """Room for what 0006 fills in; 0007 takes away what it was filled from."""

    dependencies = [
        ("builds", "0004_build_measurement"),
        ("accounts", "0001_initial"),
        ("core", "0002_blobs_have_owners"),
    ]

    operations = [
        migrations.AddField(
            "artefact",
            "organisation",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="artefacts",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField("artefact", "spec", models.JSONField(null=True)),
        migrations.AddField("artefact", "spec_digest", models.CharField(default="", max_length=71)),
        migrations.RemoveConstraint("artefact", "one_artefact_a_source"),
        migrations.CreateModel(
            name="ArtefactFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[("rune", "Rune"), ("report", "Report")], max_length=20)),
                (
                    "artefact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="builds.artefact"
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.blob"),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("artefact", "role"), name="one_file_a_role")]},
        ),
        migrations.AddField("watch", "options", models.JSONField(default=plain_options)),
        migrations.AddField("watch", "diagnostics", models.JSONField(default=list)),
        migrations.AddField("watch", "outline", models.JSONField(default=dict)),
        migrations.AddField("watch", "changed", models.DateTimeField(auto_now=True)),
        migrations.AlterField("watch", "asked", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AlterField(
            "watch",
            "wires",
            models.JSONField(default=list),
        ),
    ]
