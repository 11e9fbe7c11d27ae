"""An organisation may require a second factor of its members. None of today does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_tokens_of_write_make_no_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="requires_second_factor",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
