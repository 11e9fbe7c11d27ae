import django.db.models.deletion
from django.db import migrations, models

import forge.builds.models


class Migration(migrations.Migration):
    dependencies = [("builds", "0006_carry_over")]

    operations = [
        migrations.RemoveField("artefact", "version_digest"),
        migrations.RemoveField("artefact", "toolchain"),
        migrations.RemoveField("artefact", "name"),
        migrations.AlterField(
            "artefact",
            "organisation",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="artefacts", to="accounts.organisation"
            ),
        ),
        migrations.AlterField("artefact", "spec", models.JSONField()),
        migrations.AlterField("artefact", "spec_digest", models.CharField(max_length=71)),
        migrations.AddConstraint(
            "artefact",
            models.UniqueConstraint(fields=("organisation", "spec_digest"), name="one_artefact_a_spec"),
        ),
        migrations.DeleteModel("Preview"),
        migrations.RemoveField("watch", "wires"),
        migrations.RemoveField("watch", "timed"),
        migrations.RemoveConstraint("watch", "one_watch_a_set_of_wires"),
        migrations.RenameModel("Watch", "Preview"),
        migrations.AlterField(
            "preview",
            "build",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="previews",
                to="builds.build",
            ),
        ),
        migrations.AlterField(
            "preview",
            "project",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="previews", to="projects.project"
            ),
        ),
        migrations.AlterField("preview", "key", models.CharField(default=forge.builds.models.PLAIN, max_length=71)),
        migrations.AlterField("preview", "options", models.JSONField(default=forge.builds.models.plain_options)),
        migrations.AlterField(
            "preview",
            "state",
            models.CharField(
                choices=[
                    ("checking", "Checking"),
                    ("building", "Building"),
                    ("ready", "Ready"),
                    ("broken", "Broken"),
                    ("failed", "Failed"),
                ],
                default="checking",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "preview",
            models.UniqueConstraint(fields=("project", "key"), name="one_preview_a_set_of_options"),
        ),
    ]
