from django.db import migrations, models
from django.db.models.deletion import RESTRICT


class Migration(migrations.Migration):
    dependencies = [("builds", "0004_builds_are_jobs"), ("jobs", "0003_required_jobs")]

    operations = [
        migrations.AddField(
            model_name="buildpackage",
            name="job",
            field=models.OneToOneField(null=True, on_delete=RESTRICT, related_name="package", to="jobs.job"),
        ),
    ]
