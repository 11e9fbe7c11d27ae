from django.db import migrations, models
from django.db.models.deletion import SET_NULL


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0010_build_data"),
        ("datasets", "0007_purposes_and_removals"),
    ]

    operations = [
        migrations.AddField(
            model_name="build",
            name="data_version",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=SET_NULL, related_name="builds", to="datasets.dataversion"
            ),
        ),
    ]
