"""Every change of a table has its migration."""

from __future__ import annotations

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_migrations_make_the_tables_that_the_code_describes() -> None:
    call_command("makemigrations", check=True, dry_run=True)
