from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0009_shared_trials"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="backbone_digest",
            field=models.CharField(blank=True, max_length=71),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="backbone_path",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
