"""Which hints for beginners a person put away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_roles_in_projects"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="hints_away",
            field=models.JSONField(default=list),
        ),
    ]
