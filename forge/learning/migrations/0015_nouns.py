from django.db import migrations


def rename_keys(apps, schema_editor):
    for row in apps.get_model("learning", "ModelConversion").objects.iterator():
        samples = row.description.get("samples") or {}
        if "left_out" in samples:
            samples["skipped_samples"] = samples.pop("left_out")
            row.save(update_fields=["description"])


class Migration(migrations.Migration):
    dependencies = [("learning", "0014_calibrated_on")]

    operations = [
        migrations.RenameField("convertedform", "refused", "refusal"),
        migrations.RenameField("modelsearch", "ended", "end_reason"),
        migrations.RunPython(rename_keys, elidable=True),
    ]
