"""The length of a field is declared by the app that checks it, and no template repeats it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView
from django.template import Context, Template
from django.utils.safestring import mark_safe
from rest_framework.serializers import CharField

from forge.accounts.models import User
from forge.accounts.names import MAXIMUM_LENGTH
from forge.accounts.people.checks import MAX_EMAIL_LENGTH
from forge.accounts.sign_in.passkey_forms import NewPasskeyForm, PasskeyNameForm
from forge.accounts.tokens.actions.device import shown_code
from forge.core.errors import Invalid
from forge.learning.pages.lists import check_list
from forge.learning.pages.shapes import parsed_shapes
from forge.repositories.request_refs import FORMS, request_refs
from forge.repositories.serializers import PullStartSerializer
from forge.reviews.rounds.invitees import MOST_INVITED
from forge.web import lengths
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
    keys = {key for each in TEMPLATES.rglob("*.html") for key in _KEY.findall(each.read_text("utf-8"))}
    assert keys == set(LENGTHS)


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


def test_each_length_comes_from_what_checks_it() -> None:
    tree = ast.parse(Path(lengths.__file__).read_text("utf-8"))
    (table,) = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    assert len(table.values) == len(LENGTHS)
    numbers = (node for value in table.values for node in ast.walk(value) if isinstance(node, ast.Constant))
    assert [ast.unparse(number) for number in numbers] == []


@pytest.mark.django_db
def test_a_code_of_either_kind_is_as_long_as_its_field(user: User) -> None:
    codes = RecoveryCodes.activate(user).get_unused_codes()
    assert {len(code) for code in codes} == {LENGTHS["code"]}


def test_the_field_of_a_device_takes_what_is_read_of_a_code() -> None:
    code = " ".join("BCDF-GHJK")
    gap = " " * (LENGTHS["device_code"] - len(code))
    assert shown_code(gap + code) == "BCDF-GHJK"
    assert shown_code(f"{gap} {code}") == "BCDF-GHJ"


def test_the_field_of_invitations_takes_the_most_of_the_longest_addresses() -> None:
    assert len(" ".join(["x" * MAX_EMAIL_LENGTH] * MOST_INVITED)) <= LENGTHS["invitations"]


def test_a_list_that_is_longer_than_its_field_is_refused() -> None:
    limit = LENGTHS["list"]
    check_list("x" * limit, "vary-rate")
    with pytest.raises(Invalid) as error:
        check_list("x" * (limit + 1), "vary-rate")
    assert list(error.value.errors) == ["vary-rate"]
    with pytest.raises(Invalid, match=f"at most {limit} characters"):
        parsed_shapes("a=1 " * (limit // 4 + 1))


@pytest.mark.parametrize("form", [EditWebAuthnView, AddWebAuthnView])
def test_the_name_of_a_passkey_that_is_longer_than_its_field_is_refused(form: type[EditWebAuthnView]) -> None:
    own = form().get_form_class()
    assert own in (NewPasskeyForm, PasskeyNameForm)
    assert own.base_fields["name"].max_length == LENGTHS["passkey_name"]
    passkey = Authenticator(type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})
    names = [PasskeyNameForm({"name": "x" * count}, instance=passkey) for count in (60, 61)]
    assert [each.is_valid() for each in names] == [True, False]


def test_the_field_of_a_request_is_that_of_the_api_and_takes_the_longest_ref() -> None:
    field, limit = PullStartSerializer().fields["request"], LENGTHS["request_number"]
    assert isinstance(field, CharField)
    assert field.max_length == limit
    refs = [form.format(999_999_999) for form in FORMS]
    assert [request_refs(ref) for ref in refs] == [(ref,) for ref in refs]
    assert max(map(len, refs)) <= limit
