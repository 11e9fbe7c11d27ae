from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datasets", "0010_tally")]

    operations = [
        migrations.AddField("sample", "positions", models.JSONField(blank=True, null=True)),
        migrations.AddIndex(
            "sample",
            models.Index(
                fields=["data_set"],
                condition=models.Q(("positions__isnull", False)),
                name="samples_with_positions",
            ),
        ),
    ]
