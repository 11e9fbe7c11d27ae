"""What was offered before rounds were remembered is one round, of the time when it was offered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forge.accounts.models import Organisation
from forge.projects.models import Project
from forge.projects.versions.store import snapshot
from forge.reviews.models import OfferRound
from forge.serving.database import migrate_if_needed
from tests.forge.each_migration import go_back

THEN = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_a_request_of_before_has_one_round_and_one_whose_fork_is_gone_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UPGRADE_BACKUPS", "0")
    acme = Organisation.objects.create(name="acme")
    origin, fork = (Project.objects.create(organisation=acme, name=name) for name in ("origin", "fork"))
    offered = snapshot(fork)
    requests = go_back([("reviews", "0010_change_requests")]).get_model("reviews", "ChangeRequest").objects
    try:
        for number, version in ((1, offered.pk), (2, None)):
            made = requests.create(
                project_id=origin.pk, number=number, title="x", source_id=fork.pk, base_id=version, offered_id=version
            )
            requests.filter(pk=made.pk).update(created=THEN)
    finally:
        migrate_if_needed()
    (only,) = OfferRound.objects.all()
    assert (only.request.number, only.number, only.version, only.created) == (1, 1, offered, THEN)
