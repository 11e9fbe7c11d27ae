from django.db import migrations, models
from django.db.models.deletion import RESTRICT


class Migration(migrations.Migration):
    dependencies = [("builds", "0006_jobs_of_packages")]

    operations = [
        migrations.RemoveConstraint(model_name="buildpackage", name="a_package_is_made_or_refused"),
        migrations.RemoveField(model_name="buildpackage", name="refusal"),
        migrations.AlterField(
            model_name="buildpackage",
            name="job",
            field=models.OneToOneField(on_delete=RESTRICT, related_name="package", to="jobs.job"),
        ),
    ]
