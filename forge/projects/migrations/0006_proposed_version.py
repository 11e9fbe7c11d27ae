from django.db import migrations, models


def mark_proposed(apps, schema_editor):
    """The results that are not merged yet: their message is the one that they are stored with."""
    versions = apps.get_model("projects", "Version").objects
    proposed = versions.filter(message__startswith="What change request ", message__endswith=" would make")
    proposed.update(is_proposed=True)


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_delete_sample"),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="is_proposed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark_proposed, migrations.RunPython.noop),
    ]
