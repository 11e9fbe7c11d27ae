"""Projects whose public page was taken down, and versions that saved themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0011_forks"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="taken_down",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="version",
            name="automatic",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
