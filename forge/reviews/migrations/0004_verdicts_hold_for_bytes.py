"""Each verdict gets its build's project. Of one member's verdicts on equal bytes, the newest one holds."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def hold_for_bytes(apps: Any, _schema_editor: Any) -> None:
    verdicts = apps.get_model("reviews", "Verdict").objects
    held = set()
    for verdict in verdicts.select_related("build").order_by("-created", "-pk"):
        key = (verdict.build.project_id, verdict.rune_digest, verdict.user_id)
        is_older = not verdict.replaced and verdict.user_id is not None and key in held
        verdicts.filter(pk=verdict.pk).update(
            project_id=verdict.build.project_id, replaced=verdict.replaced or is_older
        )
        if not verdict.replaced:
            held.add(key)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_reviews_are_asked_for")]
    operations = [migrations.RunPython(hold_for_bytes, migrations.RunPython.noop)]
