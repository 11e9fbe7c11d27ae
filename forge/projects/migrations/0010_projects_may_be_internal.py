"""A third visibility: everyone with an account on this installation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0009_favourites"),
    ]

    operations = [
        migrations.AlterField(
            model_name="project",
            name="visibility",
            field=models.CharField(
                choices=[("private", "Private"), ("internal", "Internal"), ("public", "Public")],
                default="private",
                max_length=10,
            ),
        ),
    ]
