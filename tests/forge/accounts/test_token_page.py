"""The page Tokens offers each declared scope, so that what a message or a guide asks for can be had there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.test import Client

from forge.accounts.models import ApiToken
from forge.accounts.scopes import (
    SCOPE_GROUPS,
    SCOPE_NAMES,
    SCOPE_TEXTS,
    SHORT,
    Scope,
    excluded_scopes,
    expand_scopes,
)
from forge.accounts.tokens.serializers import NewTokenSerializer
from forge.projects.models import Project
from tests.support.forge.named_scopes import named_scopes, texts_with_scopes

_ROOT = Path(__file__).parents[3]
_BOX = re.compile(r'<input type="checkbox" name="scopes" value="([^"]+)"')

IN_NO_SHORT_NAME = {
    Scope.CHECK_WRITE: "results of checks count at a gate, so the token of a robot asks for it by its own name",
}
"""The scopes that no short name has, each with the reason."""

RESTRICTED = [
    ("push.md", "restricted to the project", "project", ("registry:push",)),
    (
        "ci.md",
        "restricted to your organisation",
        "organisation",
        ("project:create", "project:write", "build:run", "rune:publish"),
    ),
    ("sign.md", "restricted to the project", "project", ("registry:push",)),
]
"""Guides that have a token restricted: with which words, to what, and with the scopes that they name."""


def offered_scopes(client: Client) -> list[str]:
    return _BOX.findall(client.get("/accounts/tokens").content.decode())


@pytest.mark.protects("sign-in/offered-scopes")
@pytest.mark.django_db
def test_the_page_offers_each_declared_scope_once(client: Client) -> None:
    assert sorted(offered_scopes(client)) == sorted(Scope)


@pytest.mark.protects("sign-in/offered-scopes")
@pytest.mark.django_db
@pytest.mark.parametrize("group", SCOPE_GROUPS)
def test_a_token_with_the_scopes_of_a_group_is_made_on_the_page(client: Client, project: Project, group: str) -> None:
    form = {"name": group, "scopes": list(SCOPE_GROUPS[group]), "life": "30"}
    page = client.post("/accounts/tokens", form).content.decode()
    assert ApiToken.objects.get().scopes == expand_scopes(list(SCOPE_GROUPS[group]))
    assert page.count('value="hf_') == 1
    for text in SCOPE_GROUPS[group].values():
        assert text in page


def test_each_scope_is_in_one_group_with_a_sentence_of_its_own() -> None:
    grouped_scopes = [scope for texts in SCOPE_GROUPS.values() for scope in texts]
    assert sorted(grouped_scopes) == sorted(Scope)
    assert len(set(SCOPE_TEXTS.values())) == len(Scope)


def test_the_api_takes_each_scope_and_each_short_name() -> None:
    scopes = NewTokenSerializer().fields["scopes"]
    assert list(scopes.child.choices) == list(SCOPE_NAMES)  # type: ignore[attr-defined]
    assert set(Scope) - {scope for scopes in SHORT.values() for scope in scopes} == set(IN_NO_SHORT_NAME)


def test_the_reference_lists_each_scope_with_its_description() -> None:
    lines = (_ROOT / "docs" / "reference" / "api.md").read_text().splitlines()
    rows = dict(re.findall(r"^\| `([a-z]+:[a-z]+)` \| (.+) \|$", "\n".join(lines), re.MULTILINE))
    assert sorted(rows) == sorted(Scope)


@pytest.mark.slow
@pytest.mark.protects("sign-in/offered-scopes")
@pytest.mark.django_db
def test_each_scope_that_a_message_a_guide_or_a_page_names_is_offered(client: Client) -> None:
    scopes_of_page = set(offered_scopes(client))
    texts = list(texts_with_scopes(_ROOT))
    assert {place.parts[0] for place, _ in texts} >= {"docs", "forge", "rune"}
    missing = {f"{place}: {scope}" for place, text in texts for scope in named_scopes(text) - scopes_of_page}
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.slow
@pytest.mark.protects("sign-in/offered-scopes")
def test_nobody_is_sent_to_the_code_of_rune_login_for_more_than_it_gives() -> None:
    """The token of a code may only pull. Where a text names another scope, it says how such a token is handed over."""
    wrong = [
        f"{place}: {text}"
        for place, text in texts_with_scopes(_ROOT)
        if "rune login" in text and "--token-stdin" not in text and named_scopes(text) - {"registry:pull"}
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize(("guide", "words", "restriction", "scopes"), RESTRICTED)
def test_a_guide_restricts_a_token_to_what_its_scopes_mean_something_for(
    guide: str, words: str, restriction: str, scopes: Iterable[str]
) -> None:
    (paragraph,) = (text for place, text in texts_with_scopes(_ROOT) if place.name == guide and words in text)
    assert named_scopes(paragraph) == set(scopes)
    assert not excluded_scopes(list(scopes), [f"{restriction}:1"])
