from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datasets", "0009_tables")]

    operations = [
        migrations.AddIndex(
            "sample",
            models.Index(
                condition=models.Q(removed=None),
                fields=[
                    "data_set",
                    "label",
                    "split",
                    "group",
                    "device",
                    "left_out",
                    "consent",
                    "milliseconds",
                    "is_disputed",
                    "revision",
                    "removed",
                ],
                name="samples_by_tally",
            ),
        )
    ]
