from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0010_backbones"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="teacher_files",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="teacher_number",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
