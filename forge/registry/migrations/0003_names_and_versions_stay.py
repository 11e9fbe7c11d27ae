import re
import uuid

from django.db import migrations, models

VERSION = re.compile(r"v?[0-9].*")
"""Which tags are versions, as `forge.registry.distribution.manifests` had it then."""


def mark_moving(apps, schema_editor):
    tags = apps.get_model("registry", "Tag").objects
    words = [pk for pk, name in tags.values_list("pk", "name") if not VERSION.fullmatch(name)]
    for start in range(0, len(words), 500):
        tags.filter(pk__in=words[start : start + 500]).update(moves=True)


def record_versions(apps, schema_editor):
    """Each version means what was published under it first, at all names that lead to its project."""
    former = {}
    for project, name in apps.get_model("projects", "FormerProjectName").objects.values_list("project_id", "name"):
        former.setdefault(project, []).append(name)
    published = apps.get_model("registry", "PublishedVersion")
    tags = apps.get_model("registry", "Tag").objects.filter(moves=False).order_by("created")
    rows = [
        published(
            organisation=tag.repository.project.organisation_id,
            project_name=name,
            tag=tag.name,
            digest=tag.manifest.blob_id,
            published=tag.created,
        )
        for tag in tags.select_related("repository__project", "manifest")
        for name in [tag.repository.project.name, *former.get(tag.repository.project_id, [])]
    ]
    published.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def hold_names(apps, schema_editor):
    """The names of the organisations that published anything."""
    tags = apps.get_model("registry", "Tag").objects.order_by()
    publishing = set(tags.values_list("repository__project__organisation_id", flat=True))
    names = [
        *apps.get_model("accounts", "Organisation").objects.values_list("name", "pk"),
        *apps.get_model("accounts", "FormerOrganisationName").objects.values_list("name", "organisation_id"),
    ]
    held = apps.get_model("accounts", "HeldName")
    rows = [held(name=name, organisation=organisation) for name, organisation in names if organisation in publishing]
    held.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_names_are_held"),
        ("projects", "0006_blobs_have_owners"),
        ("registry", "0002_blobs_have_owners"),
    ]

    operations = [
        migrations.AddField(
            model_name="tag", name="moves", field=models.BooleanField(default=False), preserve_default=False
        ),
        migrations.CreateModel(
            name="PublishedVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("project_name", models.CharField(max_length=60)),
                ("tag", models.CharField(max_length=128)),
                ("digest", models.CharField(max_length=71)),
                ("published", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "project_name", "tag"), name="one_meaning_a_version"
                    )
                ],
            },
        ),
        migrations.RunPython(mark_moving, migrations.RunPython.noop),
        migrations.RunPython(record_versions, migrations.RunPython.noop),
        migrations.RunPython(hold_names, migrations.RunPython.noop),
    ]
