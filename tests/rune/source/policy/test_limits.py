"""Each limit of a `forge.yml` is declared in one row, which the check, the editor and the pages read."""

from __future__ import annotations

from rune.source.policy.limits import LimitKind, Names
from rune.source.policy.read import read_policy
from tests.conftest import REPOSITORY
from tests.support.cases import each_case

PAGE = (REPOSITORY / "docs" / "reference" / "forge-yml.md").read_text(encoding="utf-8")


@each_case("kind", LimitKind)
def test_a_limit_takes_each_of_its_suggestions(kind: LimitKind) -> None:
    for suggestion in kind.declaration.suggestions:
        value = suggestion if kind.declaration.names is None else f"{{name: {suggestion}}}"
        result = read_policy(f"limits: {{{kind.value}: {value}}}\n")
        assert result.diagnostics == (), suggestion
        assert result.policy is not None
        assert [limit.kind for limit in result.policy.limits] == [kind]


@each_case("kind", LimitKind)
def test_a_limit_has_a_row_in_the_reference(kind: LimitKind) -> None:
    assert f"| `{kind.value}` |" in PAGE


def test_a_limit_for_names_says_how_it_is_written() -> None:
    assert all(bool(each.declaration.example) is (each.declaration.names is not None) for each in LimitKind)
    assert {each for each in LimitKind if each.is_of_target} == {
        each for each in LimitKind if each.declaration.names is Names.TARGET
    }
