"""Hints for beginners: a person puts one away, and nobody else's goes with it."""

from __future__ import annotations

import pytest

from forge.accounts.actions import dismiss_hint
from forge.accounts.models import User
from forge.accounts.people.hints import PageHint, shows
from forge.core.errors import NotFound
from forge.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_hint_that_was_put_away_is_gone_for_its_person_alone(developer: User, viewer: User) -> None:
    assert shows(developer, PageHint.FIRST_STEPS)
    dismiss_hint(developer, "first-steps")
    assert not shows(User.objects.get(pk=developer.pk), PageHint.FIRST_STEPS)
    assert shows(viewer, PageHint.FIRST_STEPS)


def test_it_is_in_the_log_of_the_account_once(developer: User) -> None:
    dismiss_hint(developer, "first-steps")
    dismiss_hint(developer, "first-steps")
    entries = AuditEntry.objects.filter(action="hint.away")
    assert [(each.person, each.data["hint"]) for each in entries] == [(developer.pk, "first-steps")]


def test_a_name_that_is_no_hint_is_refused(developer: User) -> None:
    with pytest.raises(NotFound):
        dismiss_hint(developer, "anything")
    assert User.objects.get(pk=developer.pk).dismissed_hints == []
