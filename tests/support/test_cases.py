from __future__ import annotations

import pytest

from tests.support.cases import each_case


def test_each_case_is_tried_with_the_fixtures_of_the_test(tmp_path: object) -> None:
    calls = []

    @each_case("text", "ab")
    @each_case(("number", "name"), [pytest.param(1, "one", id="first"), (2, "two")])
    def it(text: str, number: int, name: str, tmp_path: object) -> None:
        calls.append((text, number, name, tmp_path))

    it(tmp_path=tmp_path)
    assert calls == [(*each, tmp_path) for each in (("a", 1, "one"), ("a", 2, "two"), ("b", 1, "one"), ("b", 2, "two"))]


@each_case("expected, ids", [("0", None), ("zero", ("zero", "one")), ("<0>", "<{}>".format)])
def test_a_failure_names_its_case(expected: str, ids: object) -> None:
    @each_case("number", (0, 1), ids=ids)  # type: ignore[arg-type]
    def it(number: int) -> None:
        assert number

    with pytest.raises(AssertionError) as error:
        it()
    assert error.value.__notes__ == [f"In the case {expected}"]


def test_no_cases_and_a_case_with_a_mark_are_refused() -> None:
    with pytest.raises(ValueError, match="no cases"):
        each_case("number", [])
    with pytest.raises(ValueError, match="a test of its own: long"):
        each_case("number", [pytest.param(1, id="long", marks=pytest.mark.slow)])
