from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0018_unread_tests"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelconversion",
            name="samples_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=71),
        ),
        migrations.AddField(
            model_name="modelconversion",
            name="samples_size",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
