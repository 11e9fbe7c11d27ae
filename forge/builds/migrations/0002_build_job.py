from django.db import migrations, models
from django.db.models.deletion import RESTRICT


class Migration(migrations.Migration):
    dependencies = [("builds", "0001_initial"), ("jobs", "0002_builds_are_jobs")]

    operations = [
        migrations.AddField(
            model_name="build",
            name="job",
            field=models.OneToOneField(blank=True, null=True, on_delete=RESTRICT, related_name="build", to="jobs.job"),
        ),
    ]
