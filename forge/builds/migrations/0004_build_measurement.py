from django.db import migrations, models


def take_from_reports(apps, schema_editor):
    """Until now a measurement stood in the report that builds of the same files share."""
    build = apps.get_model("builds", "Build")
    done = build.objects.filter(kind="numbered", state="succeeded", artefact__isnull=False).select_related("artefact")
    for each in done.iterator(chunk_size=100):
        measured = each.artefact.report.get("run")
        if measured is not None:
            build.objects.filter(pk=each.pk).update(measurement=measured)


class Migration(migrations.Migration):
    dependencies = [("builds", "0003_timed_watches")]

    operations = [
        migrations.AddField(model_name="build", name="measurement", field=models.JSONField(blank=True, null=True)),
        migrations.RunPython(take_from_reports, migrations.RunPython.noop),
    ]
