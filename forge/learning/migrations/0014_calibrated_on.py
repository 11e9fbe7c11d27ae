from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0013_training_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="convertedform",
            name="calibrated_on",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
