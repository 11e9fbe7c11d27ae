from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0011_teachers"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="start_digest",
            field=models.CharField(blank=True, max_length=71),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="start_path",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
