from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datasets", "0011_positions")]

    operations = [
        migrations.RemoveIndex("sample", "samples_by_tally"),
        migrations.RenameField("sample", "left_out", "is_excluded"),
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
                    "is_excluded",
                    "consent",
                    "milliseconds",
                    "is_disputed",
                    "revision",
                    "removed",
                ],
                name="samples_by_tally",
            ),
        ),
        migrations.RenameField("dataimport", "received", "received_bytes"),
        migrations.RenameField("dataimport", "added", "new_samples"),
        migrations.RenameField("dataimport", "known", "duplicates"),
        migrations.RenameField("dataimport", "omitted", "omission_count"),
    ]
