from django.db import migrations, models

KINDS = [("sound", "Sound"), ("picture", "Picture"), ("motion", "Motion"), ("table", "Table")]


class Migration(migrations.Migration):
    dependencies = [("datasets", "0008_labelling")]

    operations = [
        migrations.AlterField(name, "kind", models.CharField(choices=KINDS, max_length=10))
        for name in ("sample", "collectinglink", "submission")
    ]
