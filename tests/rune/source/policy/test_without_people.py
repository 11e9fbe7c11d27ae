"""The text of a `forge.yml` for a copy: nobody of the original is named in it, however their address is spelt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rune.source.policy.read import read_policy
from rune.source.policy.without_people import NOTE, without_people
from rune.source.runefile.yaml.values import Map, Value, YamlScalar
from tests.support.cases import each_case

LIMITS = "limits: {size: 1 kB}\n"

SPELLINGS = {
    "plain": "groups:\n  product: [chief@acme.example]\n",
    "hexadecimal": 'groups:\n  product: ["chief\\x40acme.example"]\n',
    "unicode": 'groups:\n  product: ["chief\\u0040acme.example"]\n',
    "long unicode": 'groups:\n  product: ["chief\\U00000040acme.example"]\n',
    "quoted local part": "groups:\n  product: ['\"chief\"@acme.example']\n",
    "comma before the sign": "groups:\n  product: ['chief,@acme.example']\n",
    "continued line": 'groups:\n  product: ["chief\\\n    @acme.example"]\n',
    "quoted key": '"groups":\n  product: ["chief\\x40acme.example"]\n',
    "complex key": '? groups\n: product: ["chief\\x40acme.example"]\n',
    "flow map": '{"groups": {"product": ["chief\\x40acme.example"]}}\n',
    "alias": "groups:\n  product: &chief [chief@acme.example]\nowners:\n  '*': *chief\n",
    "comment": "limits: {size: 1 kB}\n# Ask chief@acme.example\n",
    "comment after a value": "limits: {size: 1 kB} # ask chief@acme.example\n",
    "robot": "checks:\n  lab: chief@acme.example/lab rig\n",
    "not YAML": 'groups: [: {"chief\\x40acme.example"\n',
    "carriage returns": "limits: {size: 1 kB}\rgroups:\r  product: [chief@acme.example]\r",
}

TEAMS = {
    "plain": "owners:\n  '*': [team:audio]\n",
    "escaped colon": 'owners:\n  "*": ["team\\x3aaudio"]\n',
    "escaped letter": 'owners:\n  "*": ["\\x74eam:audio"]\n',
    "continued line": 'owners:\n  "*": ["team:\\\n    audio"]\n',
    "quoted key": '"owners":\n  "*": [team:audio]\n',
}


def words_of(value: Value | None) -> Iterator[str]:
    match value:
        case YamlScalar():
            yield value.text
        case Map():
            for key, item in value.entries:
                yield from words_of(key)
                yield from words_of(item)
        case None:
            return
        case _:
            for item in value.items:
                yield from words_of(item)


def read_by_anyone(text: str) -> str:
    """Returns the text and all that a reader of YAML makes of it."""
    return "\n".join((text, *words_of(read_policy(text).root)))


@pytest.mark.protects("registry/copied-addresses")
@each_case("spelling", SPELLINGS)
def test_an_address_is_left_out_however_it_is_spelt(spelling: str) -> None:
    text = without_people(SPELLINGS[spelling])
    assert text.startswith(NOTE)
    for secret in ("chief", "acme.example"):
        assert secret not in read_by_anyone(text)


@pytest.mark.protects("registry/copied-addresses")
@each_case("spelling", TEAMS)
def test_a_team_is_left_out_however_it_is_spelt(spelling: str) -> None:
    text = without_people(TEAMS[spelling])
    assert text.startswith(NOTE)
    assert "audio" not in read_by_anyone(text)


def test_an_escape_that_is_no_character_is_not_read() -> None:
    text = LIMITS + 'groups: {"\\U00110000@acme.example": []}\n'
    assert without_people(text) == NOTE + LIMITS


def test_the_other_rules_stay() -> None:
    text = f"{LIMITS}groups:\n  product: ['\"chief\"@acme.example']\nprotected-tags: [latest]\n"
    assert without_people(text) == f"{NOTE}{LIMITS}protected-tags: [latest]\n"


@each_case("text", ["", LIMITS, "approvals: [owner]\n", "groups: {}\n# no one @ all\n", 'limits: {"\\x41": 1}\n'])
def test_a_text_that_names_nobody_stays_as_it_is(text: str) -> None:
    assert without_people(text) == text
