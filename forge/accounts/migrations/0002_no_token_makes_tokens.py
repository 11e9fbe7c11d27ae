"""Takes the scope `token:create`, which no longer exists, from the tokens that have it."""

from typing import Any

from django.db import migrations


def drop_scope(apps: Any, schema_editor: Any) -> None:
    """A token that could do nothing else keeps its row, which its person deletes, and does nothing."""
    tokens = apps.get_model("accounts", "ApiToken").objects
    for token in tokens.only("pk", "scopes").iterator():
        if "token:create" in token.scopes:
            tokens.filter(pk=token.pk).update(scopes=[scope for scope in token.scopes if scope != "token:create"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(drop_scope, migrations.RunPython.noop, elidable=True)]
