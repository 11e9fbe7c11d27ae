"""How many characters a field takes is declared by the app that checks it, and no template says it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from forge.accounts.organisations.names import MAXIMUM_LENGTH
from forge.web.lengths import LENGTHS

TEMPLATES = Path(__file__).resolve().parents[4] / "templates"
_NUMBER = re.compile(r"""maxlength="?[0-9]""")
_KEY = re.compile(r"""\blength(?:=| )"(?P<key>[a-z_]+)""")


def stated_lengths(text: str) -> list[str]:
    return _NUMBER.findall(text)


def test_a_number_in_a_template_is_found() -> None:
    numbers = '<input maxlength="60">{% field "name" "Name" maxlength=60 %}'
    assert stated_lengths(numbers) == ['maxlength="6', "maxlength=6"]
    assert stated_lengths('<input maxlength="{% length "name" %}">{% field "name" "Name" length="name" %}') == []


def test_no_template_states_a_length() -> None:
    texts = {str(each.relative_to(TEMPLATES)): each.read_text("utf-8") for each in TEMPLATES.rglob("*.html")}
    assert [path for path, text in texts.items() if stated_lengths(text)] == []


def test_every_length_is_used() -> None:
    used = {key for each in TEMPLATES.rglob("*.html") for key in _KEY.findall(each.read_text("utf-8"))}
    assert used == set(LENGTHS)


@pytest.mark.parametrize("text", ['<input maxlength="{% length "name" %}">', '{% field "name" "Name" length="name" %}'])
def test_a_field_stops_at_the_length(text: str) -> None:
    assert f'maxlength="{MAXIMUM_LENGTH}"' in Template(text).render(Context())


def test_a_hint_of_several_lines_is_that_of_one() -> None:
    start = '{% field_with_hint "name" "Name" required=True length="name" %}'
    page = Template(start + "\n  Acme's name\n  & {{ sign }}\n{% endfield_with_hint %}").render(
        Context({"sign": "<b>"})
    )
    assert '<p class="small muted">Acme\'s name & &lt;b&gt;</p>' in page
    assert page == Template('{% field "name" "Name" required=True length="name" hint=hint %}').render(
        Context({"hint": mark_safe("Acme's name & &lt;b&gt;")})
    )
