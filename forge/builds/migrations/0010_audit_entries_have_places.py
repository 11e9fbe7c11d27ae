"""Entries of the audit log of before get their places: by the project, the build, the account that they are about.

Here and not in `core`, since the tables of projects and builds say where something happened.
"""

from uuid import UUID

from django.db import migrations

CHUNK = 1000


def _id(key):
    """The id in a key like `project:<id>`; None where it is none."""
    try:
        return UUID(key.partition(":")[2])
    except ValueError:
        return None


def _places(apps, entries):
    """The fields of the place of each entry."""
    subjects = {entry.subject.partition(":")[0]: set() for entry in entries}
    for entry in entries:
        subjects[entry.subject.partition(":")[0]].add(_id(entry.subject))
    builds = dict(
        apps.get_model("builds", "Build")
        .objects.filter(pk__in=subjects.get("build", ()))
        .values_list("pk", "project_id")
    )
    wanted = subjects.get("project", set()) | set(builds.values())
    organisations = dict(
        apps.get_model("projects", "Project").objects.filter(pk__in=wanted).values_list("pk", "organisation_id")
    )
    for entry in entries:
        kind, key = entry.subject.partition(":")[0], _id(entry.subject)
        if kind == "organisation":
            yield entry, {"organisation": key}
        elif kind == "user":
            yield entry, {"person": key}
        elif kind == "token":
            yield entry, {"person": entry.actor_id}
        else:
            project = builds.get(key) if kind == "build" else key
            if project in organisations:
                yield entry, {"organisation": organisations[project], "project": project}


def carry_over(apps, schema_editor):
    objects = apps.get_model("core", "AuditEntry").objects
    keys = list(objects.order_by("at").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        changed = []
        for entry, place in _places(apps, list(objects.filter(pk__in=keys[start : start + CHUNK]))):
            for name, value in place.items():
                setattr(entry, name, value)
            changed.append(entry)
        objects.bulk_update(changed, ["organisation", "project", "person"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0009_previews_name_their_toolchain"),
        ("core", "0006_audit_entries_have_places"),
        ("projects", "0006_blobs_have_owners"),
        ("accounts", "0003_scopes_are_verbs"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
