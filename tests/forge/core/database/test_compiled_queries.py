"""A query that is composed once gives each thing its own rows, and is asked once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import F, QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from forge.accounts.models import Membership, Organisation, User
from forge.core.database.compiled_queries import CompiledLookup, CompiledQuery, id_of


def _memberships(person: UUID) -> QuerySet[Any, Any]:
    return Membership.objects.filter(user=person).order_by("role").values_list("organisation", "role")


def test_each_thing_has_its_own_rows(
    organisation: Organisation, owner: User, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    calls: list[UUID] = []

    def compose(person: UUID) -> QuerySet[Any, Any]:
        calls.append(person)
        return _memberships(person)

    query = CompiledQuery(compose)
    for person, role in ((owner, "owner"), (viewer, "viewer"), (owner, "owner")):
        with django_assert_num_queries(1):
            ((actual_id, actual_role),) = query.rows(person.pk)
        assert (id_of(actual_id), actual_role) == (organisation.pk, role)
    assert query.rows(uuid4()) == []
    assert len(calls) == 1


def test_a_query_that_does_not_ask_for_the_id_would_give_everyone_the_same_and_is_refused(db: None) -> None:
    query = CompiledQuery(lambda _: Membership.objects.values_list("pk"))
    with pytest.raises(ValueError, match="does not ask for the id"):
        query.rows(uuid4())


def test_an_id_is_the_same_from_any_database() -> None:
    key = uuid4()
    assert id_of(key.hex) == id_of(str(key)) == id_of(key) == key


def test_models_come_with_what_the_query_selects_of_related_ones_and_with_annotations(
    organisation: Organisation, owner: User, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lookup = CompiledLookup(
        lambda person, role: (
            Membership.objects.filter(user=person, role=role)
            .select_related("organisation")
            .annotate(mail=F("user__email"))
            .order_by("created")[:1]
        ),
        UUID,
        str,
    )
    for person, role in ((owner, "owner"), (viewer, "viewer"), (owner, "owner")):
        with django_assert_num_queries(1):
            membership = lookup.first(person.pk, role)
            assert membership is not None
            assert membership.organisation == organisation
        expected = Membership.objects.get(user=person)
        assert membership == expected
        for field in Membership._meta.concrete_fields:
            assert getattr(membership, field.attname) == getattr(expected, field.attname)
        assert (membership.mail, membership.pk) == (person.email, expected.pk)  # type: ignore[attr-defined]
    assert lookup.first(viewer.pk, "owner") is None
    assert lookup.all(uuid4(), "owner") == []


def test_all_models_of_a_lookup_keep_their_order(organisation: Organisation, owner: User, viewer: User) -> None:
    lookup = CompiledLookup(lambda whose: Membership.objects.filter(organisation=whose).order_by("-role"), UUID)
    expected = list(Membership.objects.filter(organisation=organisation).order_by("-role"))
    assert len(expected) > 1
    assert lookup.all(organisation.pk) == expected


def test_a_lookup_that_leaves_a_key_out_is_refused(db: None) -> None:
    lookup = CompiledLookup(lambda person, _role: Membership.objects.filter(user=person), UUID, str)
    with pytest.raises(ValueError, match="does not ask for all of its keys"):
        lookup.first(uuid4(), "owner")


def test_a_lookup_that_would_keep_the_time_of_its_first_use_is_refused(db: None) -> None:
    lookup = CompiledLookup(lambda person: Membership.objects.filter(user=person, created__lt=timezone.now()), UUID)
    with pytest.raises(ValueError, match="something that changes"):
        lookup.first(uuid4())


@pytest.mark.parametrize("text", ["", "it's", "%s", "⟨the key 0 of a compiled query⟩", "a" * 5000])
def test_a_key_is_a_value_and_never_a_part_of_the_statement(owner: User, text: str) -> None:
    lookup = CompiledLookup(lambda mail: User.objects.filter(email=mail)[:1], str)
    assert lookup.first(text) is None
    assert lookup.first(owner.email) == owner
