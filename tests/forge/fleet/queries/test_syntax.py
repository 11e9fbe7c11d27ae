"""The form of queries over devices: what is read, what is refused and where, and that writing a query is safe."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.syntax import (
    LONGEST_QUERY,
    MOST_TERMS,
    TEXT_FIELD,
    DeviceQuery,
    QueryOperator,
    QueryTerm,
    parse,
)

_EQUALS, _FITS = QueryOperator.EQUALS, QueryOperator.FITS


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("board=gateway", [QueryTerm("board", _EQUALS, ("gateway",))]),
        ("  site=berlin,hamburg ", [QueryTerm("site", _EQUALS, ("berlin", "hamburg"))]),
        ("running!=1.4", [QueryTerm("running", _EQUALS, ("1.4",), is_negated=True)]),
        ("-running=1.4", [QueryTerm("running", _EQUALS, ("1.4",), is_negated=True)]),
        ("-running!=1.4", [QueryTerm("running", _EQUALS, ("1.4",))]),
        ("name!~hall*", [QueryTerm("name", _FITS, ("hall*",), is_negated=True)]),
        ("seen<1d", [QueryTerm("seen", QueryOperator.LESS, ("1d",))]),
        ("-is:away,retired", [QueryTerm("is", QueryOperator.IS, ("away", "retired"), is_negated=True)]),
        ("label:board=x", [QueryTerm("label:board", _EQUALS, ("x",))]),
        ('"hall 3" -gate', [QueryTerm("", _FITS, ("hall 3",)), QueryTerm("", _FITS, ("gate",), is_negated=True)]),
        (r'note="a \"b\" \\"', [QueryTerm("note", _EQUALS, ('a "b" \\',))]),
        ("running=door-knock@1.4", [QueryTerm("running", _EQUALS, ("door-knock@1.4",))]),
        ("site=a:b/c+d", [QueryTerm("site", _EQUALS, ("a:b/c+d",))]),
    ],
)
def test_terms_are_read(text: str, terms: list[QueryTerm]) -> None:
    assert parse(text) == DeviceQuery(tuple(terms))


@pytest.mark.parametrize(
    ("text", "start", "end", "detail"),
    [
        ("site= board=x", 5, 6, "Write a value after site=."),
        ("board=", 6, 6, "Write a value after board=."),
        ("site=a,,b", 7, 8, "Write a value after ,."),
        ("=x", 0, 1, "Write a field before =, as in board=gateway."),
        ('note="x', 5, 7, "The closing quote is missing."),
        ('note="x"y', 8, 9, "Put a space between two terms."),
        ("a=b=c", 3, 4, "Put a value that has = into quotes."),
        ("a,b", 1, 2, "A comma stands between the values of a field, as in site=berlin,hamburg."),
        ("Board=x", 0, 5, "Board is neither a field nor the key of a label, which have small letters. Write board."),
        ("bürö=x", 0, 4, "bürö is neither a field nor the key of a label, which have small letters."),
        ('""', 0, 2, "A text to look for has at least one character."),
        ("a\x00", 1, 2, "A query has no control characters."),
    ],
)
def test_an_error_has_its_place(text: str, start: int, end: int, detail: str) -> None:
    with pytest.raises(BadQuery) as error:
        parse(text)
    assert (error.value.start, error.value.end, error.value.detail) == (start, end, detail)


def test_long_queries_are_refused() -> None:
    with pytest.raises(BadQuery, match="at most 400 characters"):
        parse("x" * (LONGEST_QUERY + 1))
    with pytest.raises(BadQuery, match="at most 20 terms"):
        parse("x " * (MOST_TERMS + 1))


_PIECES = st.sampled_from(
    ["board", "is:", "=", "!=", "!~", "<", '"', "\\", ",", " ", "-", "label:", "é", "1d", "*", "\t"]
)


def _read(text: str) -> tuple[DeviceQuery | None, tuple[int, int]]:
    try:
        return parse(text), (0, 0)
    except BadQuery as error:
        return None, (error.start, error.end)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join)))
@example("-")
@example("is:")
@example('"\\')
@example("-is:-")
def test_any_text_is_read_or_refused_with_a_place_inside_of_it(text: str) -> None:
    query, place = _read(text)
    assert 0 <= place[0] <= place[1] <= len(text)
    assert query is None or parse(str(query)) == query


_VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)
_TERMS = st.one_of(
    st.builds(
        QueryTerm,
        st.from_regex(r"(label:)?[a-z][a-z0-9_-]{0,9}", fullmatch=True),
        st.sampled_from([each for each in QueryOperator if each is not QueryOperator.IS]),
        st.lists(_VALUES, min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
    ),
    st.builds(
        QueryTerm,
        st.just("is"),
        st.just(QueryOperator.IS),
        st.lists(_VALUES, min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
    ),
    st.builds(
        QueryTerm, st.just(TEXT_FIELD), st.just(_FITS), _VALUES.filter(bool).map(lambda text: (text,)), st.booleans()
    ),
)


@given(st.lists(_TERMS, max_size=4).map(tuple).map(DeviceQuery))
def test_a_query_that_was_written_is_read_as_itself(query: DeviceQuery) -> None:
    assert parse(str(query)) == query
