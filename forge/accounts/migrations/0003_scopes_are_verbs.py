"""A token's scopes become verbs on resources. Each token may do afterwards what it could do before, and no more."""

from django.db import migrations

READ = ["account:read", "organisation:read", "project:read", "registry:pull"]
WRITE = [
    *READ,
    "account:write",
    "project:create",
    "project:write",
    "build:run",
    "review:write",
    "rune:publish",
    "project:manage",
    "organisation:create",
    "organisation:write",
    "member:manage",
]
BECOME = {"read": READ, "write": WRITE, "registry": ["registry:pull"]}


def carry_over(apps, schema_editor):
    """A token of before with `write` could invite members: it still can, and its owner sees so now."""
    for token in apps.get_model("accounts", "ApiToken").objects.order_by("pk").iterator(chunk_size=1000):
        before = token.scopes
        # In the order of the scopes, without repetition.
        token.scopes = list(dict.fromkeys(new for old in before for new in BECOME.get(old, [old])))
        if token.scopes != before:
            token.save(update_fields=["scopes"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_device_sign_in")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
