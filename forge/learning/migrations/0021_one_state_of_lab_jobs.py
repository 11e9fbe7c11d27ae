import django.db.models.deletion
from django.db import migrations, models

STATES = {"converting": "running", "ready": "finished"}
"""The states of conversions that had words of their own. The API and pages still say these."""


def rename_states(apps, schema_editor):
    rows = apps.get_model("learning", "ModelConversion").objects
    for before, now in STATES.items():
        rows.filter(state=before).update(state=now)


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0020_needed_packages"),
        ("projects", "0007_proposed_in"),
    ]

    operations = [
        migrations.AlterField(
            model_name="modelconversion",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
            ),
        ),
        migrations.AlterField(
            model_name="modelconversion",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("paused", "Paused"),
                    ("finished", "Finished"),
                    ("needs", "Needs packages"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="modelsearch",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
            ),
        ),
        migrations.AlterField(
            model_name="modelsearch",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("paused", "Paused"),
                    ("finished", "Finished"),
                    ("needs", "Needs packages"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="trainingrun",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
            ),
        ),
        migrations.RunPython(rename_states, elidable=True),
    ]
