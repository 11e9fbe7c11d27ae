"""Versions that open or closed change requests would make name them, and are proposed where a branch elsewhere made
them."""

from __future__ import annotations

from django.db import migrations


def name_requests(apps, schema_editor):
    """Names the results by the message that they are stored with, and what was brought from elsewhere."""
    requests = apps.get_model("reviews", "ChangeRequest").objects.exclude(state="merged")
    versions = apps.get_model("projects", "Version").objects
    for request in requests.order_by("number").iterator():
        results = versions.filter(project=request.project_id, is_proposed=True)
        results.filter(message=f"What change request {request.number} would make").update(proposed_in=request.number)
        if request.outside_place:
            # A version of the project's own files has the number of an edit.
            offered = versions.filter(offerround__request=request, project=request.project_id, sequence=0)
            keys = list(offered.values_list("pk", flat=True))
            versions.filter(pk__in=keys).update(is_proposed=True, proposed_in=request.number)


class Migration(migrations.Migration):
    """Changes rows of earlier versions alone."""

    dependencies = [("reviews", "0011_nouns"), ("projects", "0007_proposed_in")]

    operations = [migrations.RunPython(name_requests, migrations.RunPython.noop, elidable=True)]
