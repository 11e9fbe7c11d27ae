"""Lists that an address narrows: pages ignore what is not valid, the API refuses it by name."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django_filters import ChoiceFilter

from forge.accounts.models import User
from forge.core.errors import Invalid
from forge.core.http.filters import ListFilter, SortFilter, ViewFilter, WordsFilter

pytestmark = pytest.mark.django_db


class PeopleFilter(ListFilter):
    q = WordsFilter("name", "email")
    is_active = ChoiceFilter(choices=[("True", "Active"), ("False", "Disabled")], help_text="whether they sign in")
    sort = SortFilter({"": ("Name", ("name",)), "email": ("Address", ("-email",))})


@pytest.fixture
def people() -> None:
    for name, email, active in (("Ann Lee", "z@x.org", True), ("Ben Lee", "y@x.org", True), ("Cy", "lee@x.org", False)):
        User.objects.create(name=name, email=email, is_active=active)


def names(query: str) -> list[str]:
    return [each.name for each in PeopleFilter(QueryDict(query), User.objects.all()).qs]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Ann Lee", "Ben Lee", "Cy"]),
        ("q=LEE", ["Ann Lee", "Ben Lee", "Cy"]),
        ("q=lee+b", ["Ben Lee"]),
        ("q=lee&is_active=False", ["Cy"]),
        ("sort=email", ["Ann Lee", "Ben Lee", "Cy"]),
        ("sort=email&q=n+lee", ["Ann Lee", "Ben Lee"]),
        ("other=1", ["Ann Lee", "Ben Lee", "Cy"]),
    ],
)
@pytest.mark.usefixtures("people")
def test_rows_are_narrowed_and_ordered(query: str, expected: list[str]) -> None:
    assert names(query) == expected
    rows = PeopleFilter.narrow(QueryDict(query), User.objects.all())
    assert [each.name for each in rows] == expected


@pytest.mark.parametrize(
    ("query", "name"),
    [("is_active=maybe", "is_active"), ("sort=age", "sort"), ("q=%00", "q"), (f"q={'a' * 101}", "q")],
)
@pytest.mark.usefixtures("people")
def test_a_wrong_value_is_ignored_by_a_page_and_refused_by_the_api(query: str, name: str) -> None:
    page = PeopleFilter(QueryDict(query), User.objects.all())
    assert [each.name for each in page.qs] == ["Ann Lee", "Ben Lee", "Cy"]
    assert (page.values, page.is_narrowed) == ({"q": "", "is_active": "", "sort": ""}, False)
    with pytest.raises(Invalid) as error:
        PeopleFilter.narrow(QueryDict(query), User.objects.all())
    assert list(error.value.errors) == [name]
    assert str(error.value).startswith(f"`{name}`: ")


def test_the_form_shows_what_was_chosen() -> None:
    page = PeopleFilter(QueryDict("q=+a++b+&sort=email"), User.objects.all())
    assert page.values == {"q": "a++b".replace("+", " "), "is_active": "", "sort": "email"}
    assert page.is_narrowed
    assert page.sorts == {"": "Name", "email": "Address"}
    assert not PeopleFilter(QueryDict("sort=email"), User.objects.all()).is_narrowed


def test_the_description_names_each_filter() -> None:
    filters = {each.name: (each.enum, each.description) for each in PeopleFilter.parameters()}
    assert filters == {
        "q": (None, ""),
        "is_active": (["True", "False"], "whether they sign in"),
        "sort": (["email"], ""),
    }


class RankedFilter(ListFilter):
    q = WordsFilter("name", max_words=2)
    sort = SortFilter({"": ("Name", ("name",)), "email": ("Address", ("-email",))})
    view = ViewFilter(choices=[("cards", "Cards")])


@pytest.mark.usefixtures("people")
def test_words_after_the_limit_are_ignored() -> None:
    assert [each.name for each in RankedFilter(QueryDict("q=lee+ann+ben"), User.objects.all()).qs] == ["Ann Lee"]


@pytest.mark.usefixtures("people")
def test_a_view_keeps_all_rows_and_stays_in_the_addresses() -> None:
    page = RankedFilter(QueryDict("view=cards&page=3&other=1&sort=age"), User.objects.all())
    assert (page.qs.count(), page.is_narrowed) == (3, False)
    assert page.address() == "?view=cards"
    assert page.address(q="a b", page="2") == "?q=a+b&view=cards&page=2"
    assert page.address(view="") == "?"
