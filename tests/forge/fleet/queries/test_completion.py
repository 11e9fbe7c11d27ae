"""Completion of queries: which range is replaced and by what, with values of the organisation alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.accounts.models import Organisation
from forge.fleet.queries.completion import complete
from forge.fleet.queries.matching import parse_query, scope_of
from tests.support.forge.factories.device_rows import device_row, group_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def devices(organisation: Organisation) -> None:
    device_row(organisation, "hall-1", {"site": "berlin", "board": "x"}, note="Depot 2")
    device_row(organisation, "hall-2", {"site": "berlin"}, board="pi", running_version="1.4", running_rune="sha256:1")
    device_row(organisation, "gate-1", {"site": "bern ost", "size": "2"}, board="pi")
    group_row(organisation, "berlin", "site=berlin")
    device_row(Organisation.objects.create(name="elsewhere"), "hall-9", {"secret": "berta", "site": "berta"})


@pytest.mark.usefixtures("devices")
@pytest.mark.parametrize(
    ("text", "start", "end", "texts"),
    [
        ("bo|", 0, 2, ["board=", "label:board="]),
        ("board=pi s|x", 9, 11, ["seen=", "self-test=", "site=", "size="]),
        ("-si|", 1, 3, ["site=", "size="]),
        ("secr|", 0, 4, []),
        ("seen|", 0, 4, ["seen=", "seen<", "seen>"]),
        ("seen<|", 5, 5, ["1h", "1d", "1w"]),
        ("seen=|", 5, 5, ["never"]),
        ("board=|", 6, 6, ["pi", "gateway"]),
        ("board=g|at name=x", 6, 9, ["gateway"]),
        ("site=berlin,b|", 12, 13, ["berlin", '"bern ost"']),
        ('site="ber|n" x', 5, 11, ["berlin", '"bern ost"']),
        ('site="bern o|', 5, 12, ['"bern ost"']),
        ("is:a|", 3, 4, ["away", "as-wanted"]),
        ("-is:away,re|", 9, 11, ["retired"]),
        ("running=|", 8, 8, ["1.4", "none"]),
        ("group=|", 6, 6, ["berlin", "none"]),
        ("self-test=f|", 10, 11, ["failed"]),
        ("site<b|", 5, 6, []),
        ("x-y=b|", 4, 5, []),
    ],
)
def test_suggestions_replace_what_is_being_written(
    organisation: Organisation, text: str, start: int, end: int, texts: list[str]
) -> None:
    completion = complete(text.replace("|", ""), text.index("|"), scope_of(organisation.pk))
    assert (completion.start, completion.end, [each.text for each in completion.items]) == (start, end, texts)


@pytest.mark.usefixtures("devices")
def test_suggestions_have_counts(organisation: Organisation) -> None:
    completion = complete("site=", 5, scope_of(organisation.pk))
    assert [(each.text, each.count) for each in completion.items] == [("berlin", 2), ('"bern ost"', 1)]


@pytest.mark.usefixtures("devices")
def test_a_field_that_was_chosen_can_be_completed_to_a_query(organisation: Organisation) -> None:
    scope = scope_of(organisation.pk)
    for item in complete("", 0, scope).items:
        for value in complete(item.text, len(item.text), scope).items:
            parse_query(item.text + value.text)


@pytest.mark.usefixtures("devices")
def test_any_text_can_be_completed(organisation: Organisation) -> None:
    scope = scope_of(organisation.pk)
    pieces = st.sampled_from(["board", "is", ":", "=", "<", '"', "\\", ",", " ", "-", "site", "label:", "b", "*"])

    @settings(max_examples=150)
    @given(st.lists(pieces, max_size=10).map("".join), st.integers(0, 30))
    def try_text(text: str, at: int) -> None:
        place = min(at, len(text))
        completion = complete(text, place, scope)
        assert 0 <= completion.start <= place <= completion.end <= len(text)

    try_text()
