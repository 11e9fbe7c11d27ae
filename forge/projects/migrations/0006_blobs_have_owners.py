from django.db import migrations


def link_all(apps, schema_editor):
    """Each project, version and sample gets a link to each blob that it needs and that is still stored."""
    blob, link = apps.get_model("core", "Blob"), apps.get_model("core", "BlobLink")
    sample = apps.get_model("projects", "Sample")

    def write(kind, owner, digests, organisation):
        rows = [
            link(owner_kind=f"projects.{kind}", owner_id=owner, blob_id=digest, organisation=organisation)
            for digest in sorted(digests)
        ]
        link.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)

    for each in apps.get_model("projects", "Project").objects.iterator(chunk_size=100):
        own = apps.get_model("projects", "ProjectBlob").objects.filter(project=each)
        write("project", each.pk, set(own.values_list("blob_id", flat=True)), each.organisation_id)
        samples = sample.objects.filter(project=each)
        kept = {one.digest: one.pk for one in samples.filter(gone_at__isnull=True)}
        for digest in blob.objects.filter(pk__in=list(kept)).values_list("pk", flat=True):
            write("sample", kept[digest], [digest], each.organisation_id)
        # A recording whose consent was taken back stays gone, whoever else has the same bytes.
        gone = set(samples.filter(gone_at__isnull=False).values_list("digest", flat=True)) - kept.keys()
        for version in apps.get_model("projects", "Version").objects.filter(project=each).iterator(chunk_size=100):
            digests = {file["digest"] for file in version.manifest.values()} - gone
            stored = blob.objects.filter(pk__in=digests).values_list("pk", flat=True)
            write("version", version.pk, set(stored), each.organisation_id)


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_a_keystroke_changes_one_index"), ("core", "0002_blobs_have_owners")]

    operations = [
        migrations.RunPython(link_all, migrations.RunPython.noop),
        migrations.DeleteModel(name="ProjectBlob"),
    ]
