"""A person's page alone is not taken down any more: the operator disables the person."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Removes the column."""

    dependencies = [("accounts", "0003_created_by_token")]

    operations = [migrations.RemoveField(model_name="user", name="page_taken_down")]
