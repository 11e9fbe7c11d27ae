from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="joblogline",
            name="milliseconds",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="joblogline",
            name="step",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting"),
                    ("running", "Running"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("lost", "Lost"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["kind", "state", "created"], name="jobs_by_state"),
        ),
    ]
