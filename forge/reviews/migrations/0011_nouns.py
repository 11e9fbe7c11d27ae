from django.db import migrations


def rename_keys(apps, schema_editor):
    for name in ("AnchoredThread", "Verdict"):
        for row in apps.get_model("reviews", name).objects.filter(kind="result").iterator():
            if "said" in row.place:
                row.place["answer"] = row.place.pop("said")
                row.save(update_fields=["place"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_awaited_review_token")]

    operations = [
        migrations.RenameField("suggestion", "said", "sentences"),
        migrations.RunPython(rename_keys, elidable=True),
    ]
