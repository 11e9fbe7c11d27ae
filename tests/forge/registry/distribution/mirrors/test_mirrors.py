"""The people who set mirrors, the addresses that mirrors may have, and what becomes of the password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.core.models import AuditEntry
from forge.core.sealing import unseal
from forge.registry.distribution.mirrors.access import PASSWORD_PURPOSE
from forge.registry.distribution.mirrors.addresses import checked_registry, checked_repository
from forge.registry.distribution.mirrors.errors import BadMirror
from forge.registry.distribution.mirrors.models import Mirror
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published/mirrors"
API = "/api/v1/projects/acme/kitchen/mirrors"


@pytest.fixture
def browser(owner: Any, browser_of: Callable[[Any], Client]) -> Client:
    return browser_of(owner)


def post(browser: Client, **fields: str) -> Any:
    """Sends the form of the page as it is now."""
    cards = browser.get(PAGE).context["cards"]
    state = next(card["etag"] for card in cards if card["direction"] == fields.get("direction", "to"))
    return browser.post(PAGE, fields | {"etag": state})


def put(browser: Client, direction: str = "to", **values: Any) -> Any:
    """Sets a mirror, in place of the one that is there now."""
    body = {"registry": "https://registry.example", "repository": "team/door"} | values
    etag = browser.get(f"{API}/{direction}").headers.get("ETag")
    headers = {"If-Match": etag} if etag else {}
    return browser.put(f"{API}/{direction}", body, content_type="application/json", headers=headers)


@pytest.mark.protects("registry/mirror-addresses")
@each_case(
    "address",
    [
        "http://registry.example",
        "https://127.0.0.1",
        "https://[::1]:5000",
        "https://169.254.169.254",
        "https://localhost:5000",
        "https://user:password@registry.example",
        "https://registry.example/v2/team",
        "https://registry.example?x=1",
        "ftp://registry.example",
        "https://",
        "https://registry.example:99999",
        "https://registry.exämple",
        "https://registry.example/ path",
    ],
)
def test_an_address_that_is_none_of_a_public_registry_is_refused(address: str) -> None:
    with pytest.raises(BadMirror) as error:
        checked_registry(address)
    assert list(error.value.errors) == ["registry"]


def test_an_operator_allows_a_registry_of_the_own_network(settings: Any) -> None:
    settings.MIRROR_REGISTRIES = ("http://registry.lan:5000",)
    assert checked_registry("http://Registry.lan:5000/") == "http://registry.lan:5000"
    assert checked_registry("registry.example") == "https://registry.example"
    with pytest.raises(BadMirror, match="MIRROR_REGISTRIES"):
        checked_registry("http://registry.lan:5001")


@pytest.mark.parametrize("name", ["", "Team/door", "../door", "team//door", "team/door:1.0", "a" * 256, "team/do or"])
def test_a_name_outside_the_grammar_is_refused(name: str) -> None:
    with pytest.raises(BadMirror):
        checked_repository(name)


def test_who_manages_the_project_sets_and_removes_a_mirror(project: Any, browser: Client) -> None:
    assert put(browser, user="robot", password="secret").status_code == 200
    page = compact(browser.get(PAGE).content.decode())
    assert "registry.example/team/door" in page
    assert "secret" not in page
    response = browser.get(f"{API}/to")
    assert response.json()["has_password"] is True
    assert "secret" not in response.content.decode()
    body = {"registry": "https://other.example", "repository": "team/door"}
    wrong: list[tuple[dict[str, str], int]] = [({}, 428), ({"If-Match": "*"}, 428), ({"If-Match": '"stale"'}, 412)]
    for headers, refusal in (*wrong, ({"If-None-Match": "*"}, 412)):
        answer = browser.put(f"{API}/to", body, content_type="application/json", headers=headers)
        assert answer.status_code == refusal
    assert Mirror.objects.get().registry == "https://registry.example"
    assert browser.delete(f"{API}/to").status_code == 428
    assert browser.delete(f"{API}/to", headers={"If-Match": '"stale"'}).status_code == 412
    assert browser.delete(f"{API}/to", headers={"If-Match": response["ETag"]}).status_code == 204
    assert browser.get(f"{API}/to").status_code == 404
    again = browser.put(f"{API}/to", body, content_type="application/json", headers={"If-None-Match": "*"})
    assert again.status_code == 200
    actions = list(AuditEntry.objects.filter(action__startswith="mirror.").values_list("action", flat=True))
    assert sorted(actions) == ["mirror.remove", "mirror.set", "mirror.set"]
    assert not any("secret" in str(entry.data) for entry in AuditEntry.objects.all())


@pytest.mark.protects("registry/mirror-rights")
def test_a_developer_neither_sees_nor_sets_mirrors(
    project: Any, developer: Any, browser_of: Callable[[Any], Client]
) -> None:
    for person in (developer, None):
        client = browser_of(person)
        assert put(client).status_code in (401, 403, 404)
        assert client.get(API).status_code in (401, 403, 404)
        assert client.get(PAGE).status_code in (302, 403, 404)
    assert not Mirror.objects.exists()


@pytest.mark.protects("registry/mirror-passwords")
def test_a_password_is_kept_for_the_same_registry_and_user_alone(project: Any, browser: Client) -> None:
    def stored() -> str | None:
        ciphertext = Mirror.objects.get().sealed_password
        return unseal(ciphertext, PASSWORD_PURPOSE) if ciphertext else None

    put(browser, user="robot", password="secret")
    assert stored() == "secret"
    put(browser, user="robot", repository="team/window")
    assert stored() == "secret"
    put(browser, user="robot", registry="https://other.example")
    assert stored() is None
    put(browser, user="robot", password="secret")
    put(browser, user="somebody")
    assert stored() is None
    assert put(browser, password="secret").json()["errors"] == {
        "user": ["Enter the user that the password is for. Registries with tokens take any name."]
    }


def test_a_form_that_is_wrong_comes_back_with_its_direction_and_what_was_typed(project: Any, browser: Client) -> None:
    fields = {"direction": "from", "from_registry": "http://10.0.0.7", "from_repository": "team/door"}
    response = post(browser, **fields)
    page = compact(response.content.decode())
    assert response.status_code == 400
    assert 'value="http://10.0.0.7"' in page
    assert page.count("An operator can allow http://10.0.0.7 in MIRROR_REGISTRIES.") >= 1
    assert not Mirror.objects.exists()


@pytest.mark.slow
def test_the_page_sets_copies_and_removes(project: Any, browser: Client) -> None:
    fields = {"direction": "to", "to_registry": "registry.example", "to_repository": "team/door"}
    assert post(browser, **fields).status_code == 302
    assert "Nothing was copied yet." in compact(browser.get(PAGE).content.decode())
    assert browser.post(PAGE, {"do": "copy"}).status_code == 302
    assert browser.post(PAGE, {"do": "remove", "direction": "to"}).status_code == 412
    assert post(browser, do="remove", direction="to").status_code == 302
    assert not Mirror.objects.exists()
