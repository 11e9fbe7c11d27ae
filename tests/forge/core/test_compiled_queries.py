"""A query that is composed once gives each thing its own rows, and is asked once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from forge.accounts.models import Membership, Organisation, User
from forge.core.database.compiled_queries import CompiledQuery, id_of


def _memberships(person: UUID) -> QuerySet[Any, Any]:
    return Membership.objects.filter(user=person).order_by("role").values_list("organisation", "role")


def test_each_thing_has_its_own_rows(
    organisation: Organisation, owner: User, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    composed: list[UUID] = []

    def compose(person: UUID) -> QuerySet[Any, Any]:
        composed.append(person)
        return _memberships(person)

    query = CompiledQuery(compose)
    for person, role in ((owner, "owner"), (viewer, "viewer"), (owner, "owner")):
        with django_assert_num_queries(1):
            ((actual_id, actual_role),) = query.rows(person.pk)
        assert (id_of(actual_id), actual_role) == (organisation.pk, role)
    assert query.rows(uuid4()) == []
    assert len(composed) == 1


def test_a_query_that_does_not_ask_for_the_id_would_give_everyone_the_same_and_is_refused(db: None) -> None:
    query = CompiledQuery(lambda _: Membership.objects.values_list("pk"))
    with pytest.raises(ValueError, match="does not ask for the id"):
        query.rows(uuid4())


def test_an_id_is_the_same_from_any_database() -> None:
    key = uuid4()
    assert id_of(key.hex) == id_of(str(key)) == id_of(key) == key
