from django.db import migrations


def link_all(apps, schema_editor):
    """What a repository gives, and each manifest's own bytes. A blob's type stands in the manifest that names it."""
    link = apps.get_model("core", "BlobLink")
    linked = apps.get_model("registry", "RepositoryBlob").objects.values_list(
        "repository_id", "blob_id", "repository__project__organisation_id"
    )
    manifests = apps.get_model("registry", "Manifest").objects.values_list(
        "pk", "blob_id", "repository__project__organisation_id"
    )
    for kind, found in (("repository", linked), ("manifest", manifests)):
        rows = [
            link(owner_kind=f"registry.{kind}", owner_id=owner, blob_id=digest, organisation=organisation)
            for owner, digest, organisation in found.iterator(chunk_size=500)
        ]
        link.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("core", "0002_blobs_have_owners")]

    operations = [
        migrations.RunPython(link_all, migrations.RunPython.noop),
        migrations.DeleteModel(name="RepositoryBlob"),
    ]
