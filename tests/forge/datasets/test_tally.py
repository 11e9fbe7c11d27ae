"""Counts of a project's samples: one query without reading rows, and the same numbers as the filters find."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forge.accounts.models import User
from forge.datasets.consent_terms import Purpose
from forge.datasets.models import Consent, Sample
from forge.datasets.sample_uses import covers_split
from forge.datasets.samples.filters import ENDS_SOON, IS_UNCOVERED
from forge.datasets.tally import tally_of
from forge.projects.models import Project
from rune.datasets.splits import Split
from tests.support.forge.factories.recordings import consent_of, sample_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_counts_are_those_of_the_samples(user: User, project: Project) -> None:
    consent = consent_of(user, project)
    for label, device in (("knock", "phone"), ("knock", ""), ("glass", ""), ("", "")):
        sample_of(consent, user, label=label, device=device)
    last = Sample.objects.get(number=3)
    Sample.objects.filter(pk=last.pk).update(is_excluded=True)
    tally = tally_of(user, project)
    assert sum(row.count for row in tally.rows) == 4
    assert sum(row.count for row in tally.included_rows) == 3
    assert tally.devices == ["phone"]
    assert [(each.label, each.total) for each in tally.labels] == [("knock", 2)]
    assert tally.revision == Sample.objects.get(number=4).revision
    Sample.objects.filter(number=1).update(removed=timezone.now())
    assert sum(row.count for row in tally_of(user, project).rows) == 3


def test_consents_are_counted_as_the_filters_find_them(user: User, project: Project) -> None:
    """A sample may come to have a consent that does not cover its split, when its person agrees anew to less."""
    consents = [
        consent_of(user, project, days, frozenset(purposes))
        for days in (10, 300)
        for purposes in ({Purpose.TESTS}, {Purpose.TRAINING}, {Purpose.TESTS, Purpose.TRAINING})
    ]
    rows = [sample_of(consents[-1], user, pseudonym=f"Guest {index}") for index in range(12)]
    for index, sample in enumerate(rows):
        split = (Split.TEST, Split.TRAIN)[index % 2]
        Sample.objects.filter(pk=sample.pk).update(consent=consents[index // 2], split=split.value)
    soon = timezone.now() + ENDS_SOON
    counts = tally_of(user, project).consent_counts(project, soon)
    assert counts.ends_soon == Sample.objects.filter(consent__ends__lt=soon).count() == 6
    assert counts.uncovered_count == Sample.objects.filter(IS_UNCOVERED).count() == 4
    assert tally_of(user, project).consent_counts(project, timezone.now() + timedelta(days=1)).ends_soon == 0


@pytest.mark.parametrize("split", Split)
def test_the_rule_for_a_row_is_that_for_a_query(user: User, project: Project, split: Split) -> None:
    consents = [
        consent_of(user, project, purposes=frozenset(purposes))
        for purposes in ({Purpose.TESTS}, {Purpose.TRAINING}, {Purpose.TESTS, Purpose.TRAINING})
    ]
    sample = sample_of(consents[-1], user)
    for consent in consents:
        Sample.objects.filter(pk=sample.pk).update(consent=consent, split=split.value)
        is_covered = Sample.objects.filter(covers_split()).exists()
        assert Consent.objects.get(pk=consent.pk).covers(split) is is_covered


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the words of SQLite's plans")
def test_no_row_of_a_sample_is_read(user: User, project: Project) -> None:
    sample_of(consent_of(user, project), user)
    with CaptureQueriesContext(connection) as queries:
        tally_of(user, project)
    statement = next(each["sql"] for each in queries if "datasets_sample" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        plan = [row[3] for row in cursor.fetchall()]
    assert any("datasets_sample USING COVERING INDEX samples_by_tally" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
