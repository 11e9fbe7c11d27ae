"""Tokens that were made as `write`, before scopes were verbs on resources, no longer invite, delete or publish projects.

They were carried over with all that `write` meant then: a script that uploads files could make an owner. Who needs
that says so with a new token. Tokens of afterwards, for which each scope was chosen, stay as they are.
"""

from django.db import migrations
from django.db.migrations.recorder import MigrationRecorder

POWERFUL = {"project:manage", "organisation:create", "organisation:write", "member:manage"}


def take_power(apps, schema_editor):
    recorder = MigrationRecorder(schema_editor.connection)
    carried_over = recorder.migration_qs.filter(app="accounts", name="0003_scopes_are_verbs").first()
    tokens = apps.get_model("accounts", "ApiToken").objects.order_by("pk")
    if carried_over is not None:
        tokens = tokens.filter(created__lt=carried_over.applied)
    for token in tokens.iterator(chunk_size=1000):
        kept = [scope for scope in token.scopes if scope not in POWERFUL]
        if kept != token.scopes:
            token.scopes = kept
            token.save(update_fields=["scopes"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_sessions_are_listed_and_tokens_have_a_reach")]

    operations = [migrations.RunPython(take_power, migrations.RunPython.noop)]
