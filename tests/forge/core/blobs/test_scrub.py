"""The scrub reads each stored blob once a week, and logs what is damaged with what it affects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from forge.core.blobs.damage import count_damaged
from forge.core.blobs.dependents import names_of_users
from forge.core.blobs.links import link_blobs
from forge.core.blobs.scrub import HOURS, part_of, scrub
from forge.core.blobs.store import blob_name, blob_storage, put_bytes
from forge.core.models import Thread

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_parts_of_a_week_cover_every_digest_once() -> None:
    parts = [part_of(hour) for hour in range(HOURS)]
    assert parts[0].first == "sha256:0000"
    assert [part.end for part in parts[:-1]] == [part.first for part in parts[1:]]
    assert all(part.first < part.end for part in parts)
    assert parts[-1].first < f"sha256:{'f' * 64}" < parts[-1].end


@pytest.mark.django_db
@pytest.mark.protects("uploads/damaged-bytes")
def test_damage_is_logged_in_its_hour_with_what_it_affects(caplog: Any, monkeypatch: Any) -> None:
    owner = Thread.objects.create(subject="owner")
    digests = [put_bytes(f"blob {number}".encode()).digest for number in range(20)]
    link_blobs(owner, digests, owner.pk)
    bad = digests[7]
    blob_storage().delete(blob_name(bad))
    blob_storage().save(blob_name(bad), ContentFile(b"blob 6"))
    monkeypatch.setattr(names_of_users, "_functions", [lambda digest: [f"the cat of {digest[-4:]}"]])
    hour = next(hour for hour in range(HOURS) if part_of(hour).first <= bad < part_of(hour).end)
    assert scrub(MONDAY + timedelta(hours=(hour + 1) % HOURS)).problems == 0
    assert count_damaged() == 0
    report = scrub(MONDAY + timedelta(hours=hour))
    assert (report.blobs >= 1, report.size >= len(b"blob 6"), report.problems) == (True, True, 1)
    (message,) = [each.getMessage() for each in caplog.records if "Affected" in each.getMessage()]
    assert bad in message
    assert f"the cat of {bad[-4:]}" in message
    assert count_damaged() == 1
