"""Fixes what was published before: runes and blocks, what the server wrote beside them, and their signatures.

Statements, bills of materials and READMEs beside a version are taken for the server's, whoever pushed them.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

DOCUMENTS = ("application/vnd.in-toto+json", "application/vnd.cyclonedx+json", "text/markdown")


def fix_published_manifests(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Marks them, takes them out of the trash, and deletes tags that hide them."""
    alias = schema_editor.connection.alias
    manifests = apps.get_model("registry", "Manifest").objects.using(alias)
    artifact_tags = apps.get_model("registry", "ArtifactTag").objects.using(alias)
    documents = set()
    for name, field in (
        ("ProvenanceRecord", "statement"),
        ("BlockProvenanceRecord", "statement"),
        ("Signature", "manifest"),
        ("PublishedBlockSignature", "manifest"),
    ):
        documents |= set(apps.get_model("registry", name).objects.using(alias).values_list(field, flat=True))
    versions = set(manifests.filter(Q(tags__isnull=False) | Q(blocks__isnull=False)).values_list("pk", flat=True))
    for document in manifests.filter(pk__in=documents):
        subjects = manifests.filter(repository=document.repository_id, blob=document.subject)
        versions |= set(subjects.values_list("pk", flat=True))
    for version in manifests.filter(pk__in=versions):
        beside = manifests.filter(repository=version.repository_id, subject=version.blob_id)
        documents |= set(beside.filter(artifact_type__in=DOCUMENTS).values_list("pk", flat=True))
        name = version.blob_id.replace(":", "-")
        tags = artifact_tags.filter(repository=version.repository_id)
        documents |= set(tags.filter(name=f"{name}.sig").values_list("manifest", flat=True))
        tags.filter(name__in=[name, f"{name}.att", f"{name}.sbom"]).delete()
    manifests.filter(pk__in=versions | documents).update(fixed=True, trashed=None)


class Migration(migrations.Migration):
    dependencies = [("registry", "0014_nouns")]

    operations = [
        migrations.AddField("manifest", "fixed", models.BooleanField(default=False, db_default=False)),
        migrations.RunPython(fix_published_manifests, migrations.RunPython.noop, elidable=True),
    ]
