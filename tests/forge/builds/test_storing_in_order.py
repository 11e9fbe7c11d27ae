"""A transaction that stores an artefact locks the organisation's figure last, so that no two wait for each other."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from forge.accounts.models import Organisation
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_bytes
from forge.core.blobs.usage import organisation_bytes, recount, stored_bytes
from forge.core.models import StoredBytes
from forge.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.protects("operation/deadlocks")
@pytest.mark.parametrize("is_counted", [True, False])
def test_what_is_made_is_counted_once_and_only_after_its_transaction(
    project: Project, organisation: Organisation, is_counted: bool
) -> None:
    blob = put_bytes(b"a rune" * 100)
    if is_counted:
        StoredBytes.objects.get_or_create(pk=organisation.pk, defaults={"size": 0})
        recount(organisation.pk)
    else:
        StoredBytes.objects.all().delete()
    with (
        CaptureQueriesContext(
            connection,
        ) as inside,
        transaction.atomic(),
    ):
        link_derived(project, [blob.digest], organisation.pk)
        link_derived(organisation, [blob.digest], organisation.pk)
        statements = [query["sql"] for query in inside.captured_queries]
    assert not [sql for sql in statements if "core_storedbytes" in sql]
    assert stored_bytes(organisation.pk) == organisation_bytes(organisation.pk) > 0
