from django.db import migrations


def rename(apps, schema_editor):
    previews = apps.get_model("builds", "Preview").objects.filter(options__has_key="copy")
    for preview in previews.only("options").iterator():
        copy = preview.options["copy"]
        copy["overrides"] = copy.pop("wishes")
        previews.filter(pk=preview.pk).update(options=preview.options)


class Migration(migrations.Migration):
    dependencies = [("builds", "0007_packages_are_jobs")]

    operations = [
        migrations.AlterModelOptions(name="preview", options={"ordering": ["-requested"]}),
        migrations.RenameField(model_name="preview", old_name="asked", new_name="requested"),
        migrations.RunPython(rename, elidable=True),
    ]
