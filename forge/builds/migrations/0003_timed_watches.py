from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("builds", "0002_watch")]

    operations = [
        migrations.AddField(model_name="watch", name="timed", field=models.BooleanField(default=False)),
    ]
