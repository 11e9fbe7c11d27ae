import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_stored_bytes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlobHold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=60)),
                ("until", models.DateTimeField()),
            ],
        ),
    ]
