from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_builds_are_jobs")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="required_job",
            field=models.ForeignKey(blank=True, null=True, on_delete=CASCADE, related_name="dependents", to="jobs.job"),
        ),
    ]
