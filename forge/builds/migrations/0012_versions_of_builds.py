"""Gives each build the version of the data whose digest it named."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def name_versions(apps: Any, schema_editor: Any) -> None:
    versions = apps.get_model("datasets", "DataVersion").objects.order_by()
    named = versions.filter(data_set__project=OuterRef("project"), digest=OuterRef("data"))
    builds = apps.get_model("builds", "Build").objects.order_by().exclude(data="")
    builds.annotate(named=Subquery(named.values("pk")[:1])).update(data_version=F("named"))


class Migration(migrations.Migration):
    dependencies = [("builds", "0011_version_of_data")]

    operations = [migrations.RunPython(name_versions, elidable=True)]
