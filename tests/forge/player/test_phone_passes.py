"""Letting a phone in: a link that works once, a pass for one project's player, and its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import remove_member, set_password
from forge.accounts.models import Organisation, User
from forge.accounts.tokens.secrets import hash_secret
from forge.builds.models import Preview
from forge.core.models import AuditEntry
from forge.core.processes.periodic import run_once, tasks
from forge.player.actions import LINK_LIFE, PASS_LIFE, make_phone_link
from forge.player.models import PhonePass
from forge.projects.actions import update_project
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
HERE = "/player/acme/kitchen"


def token_of(link: str) -> str:
    return link.partition("#token=")[2]


def enter(phone: Client, token: str, here: str = HERE) -> Any:
    return phone.post(f"{here}/enter", {"token": token}, content_type="application/json")


@pytest.fixture
def phone(browser_of: Browser, user: User, project: Project) -> Client:
    """A phone that the developer let in."""
    client = browser_of(None)
    assert enter(client, token_of(make_phone_link(user, project))).status_code == 200
    return client


@pytest.mark.slow
def test_a_link_lets_one_phone_in_and_the_pass_runs_what_its_person_sees(
    client: Client, browser_of: Browser, user: User, project: Project
) -> None:
    build = built(user, project)
    Preview.objects.update_or_create(project=project, defaults={"build": build, "state": "ready"})
    response = client.post("/api/v1/projects/acme/kitchen/phones", content_type="application/json")
    link, code = response.json()["url"], response.json()["code"]
    assert link.startswith("http://127.0.0.1:8000/player/acme/kitchen#token=")
    assert len(code) == len(code[0]) > 20
    assert set("".join(code)) == {"0", "1"}
    phone = browser_of(None)
    assert phone.get(f"{HERE}/state").status_code == 401
    entry = enter(phone, token_of(link))
    assert entry.json()["person"]["name"] == "Jo Okafor"
    (cookie,) = entry.cookies.values()
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/player/")
    state = phone.get(f"{HERE}/state").json()
    assert (state["by"], state["may_pair"], state["person"]["name"]) == ("pass", True, "Jo Okafor")
    rune: Any = phone.get(state["now"]["url"])
    assert b"".join(rune.streaming_content) == RUNE
    assert client.get("/api/v1/projects/acme/kitchen/phones").json() == {"phones": 1}


def test_a_link_brings_the_public_key_of_a_studio_that_wants_sensors(client: Client, project: Project) -> None:
    address, key = "/api/v1/projects/acme/kitchen/phones", "B" * 87
    link = client.post(address, {"studio_key": key}, content_type="application/json").json()["url"]
    # Behind the #, which a browser sends to no server.
    assert link.partition("#")[2].partition("&")[2] == f"studio={key}"
    for wrong in ("B" * 86, "B" * 86 + "&", "<script>"):
        assert client.post(address, {"studio_key": wrong}, content_type="application/json").status_code == 400


@pytest.mark.protects("sign-in/phone-codes")
def test_a_phone_link_works_once_and_for_five_minutes(browser_of: Browser, user: User, project: Project) -> None:
    token = token_of(make_phone_link(user, project))
    assert enter(browser_of(None), token).status_code == 200
    again = enter(browser_of(None), token)
    late_token = token_of(make_phone_link(user, project))
    PhonePass.objects.filter(used__isnull=True).update(link_expires=timezone.now() - timedelta(seconds=1))
    late = enter(browser_of(None), late_token)
    never = enter(browser_of(None), "made-up")
    assert again.status_code == late.status_code == never.status_code == 400
    assert again.content == late.content == never.content
    assert "Show a new code" in again.json()["detail"]
    assert timedelta(minutes=5) == LINK_LIFE


def test_links_and_passes_that_ended_are_deleted_and_others_stay(
    browser_of: Browser, user: User, project: Project
) -> None:
    now = timezone.now()
    tokens = [token_of(make_phone_link(user, project)) for _ in range(4)]
    fresh, waiting, active, old = (PhonePass.objects.get(link_hash=hash_secret(token)) for token in tokens)
    for each, token in ((active, tokens[2]), (old, tokens[3])):
        assert enter(browser_of(None), token).status_code == 200, each
    PhonePass.objects.filter(pk__in=[fresh.pk, active.pk]).update(link_expires=now - timedelta(seconds=1))
    PhonePass.objects.filter(pk=old.pk).update(expires=now - timedelta(seconds=1))
    assert run_once(tasks["phones"]) == ""
    assert set(PhonePass.objects.values_list("pk", flat=True)) == {waiting.pk, active.pk}


@pytest.mark.protects("sign-in/phone-codes")
def test_a_link_is_of_no_use_at_another_project(
    browser_of: Browser, user: User, project: Project, organisation: Organisation
) -> None:
    Project.objects.create(organisation=organisation, name="cellar", created_by=user)
    token = token_of(make_phone_link(user, project))
    assert enter(browser_of(None), token, "/player/acme/cellar").status_code == 400


@pytest.mark.protects("sign-in/phone-passes")
def test_a_pass_opens_its_projects_player_and_nothing_else(
    phone: Client, user: User, project: Project, organisation: Organisation
) -> None:
    Project.objects.create(organisation=organisation, name="cellar", created_by=user)
    assert phone.get(f"{HERE}/state").status_code == 200
    assert phone.get("/player/acme/cellar/state").status_code == 401
    # Its cookie is sent below /player/ alone; sent elsewhere by hand, it identifies nobody.
    for path in (
        "/api/v1/me",
        "/api/v1/projects/acme/kitchen/state",
        "/api/v1/projects/acme/kitchen/phones",
        "/api/v1/projects/acme/kitchen/files/Runefile.yml",
    ):
        assert phone.get(path).status_code == 401, path
    for path in ("/acme", "/acme/kitchen/studio", "/accounts/tokens"):
        assert phone.get(path).status_code == 302, path


@pytest.mark.protects("sign-in/phone-forgery")
def test_what_a_phone_changes_carries_the_csrf_token(browser_of: Browser, user: User, project: Project) -> None:
    strict = Client(enforce_csrf_checks=True)
    token = token_of(make_phone_link(user, project))
    assert enter(strict, token).status_code == 403
    strict.get(HERE)
    csrf = strict.cookies["csrftoken"].value
    response = strict.post(
        f"{HERE}/enter", json.dumps({"token": token}), content_type="application/json", headers={"X-CSRFToken": csrf}
    )
    assert response.status_code == 200
    leave, kind = f"{HERE}/leave", "application/json"
    assert strict.post(leave, content_type=kind).status_code == 403
    assert strict.post(leave, content_type=kind, headers={"X-CSRFToken": csrf}).status_code == 204
    assert strict.get(f"{HERE}/state").status_code == 401


@pytest.mark.slow
@pytest.mark.protects("sign-in/phone-passes")
def test_a_pass_ends_with_its_time_the_password_or_the_role(
    phone: Client, user: User, owner: User, project: Project, organisation: Organisation
) -> None:
    def opens() -> bool:
        return bool(phone.get(f"{HERE}/state").status_code == 200)

    assert opens()
    PhonePass.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert not opens()
    PhonePass.objects.update(expires=timezone.now() + PASS_LIFE)
    assert opens()
    before = user.password
    set_password(user, "another good horse")
    assert not opens()
    User.objects.filter(pk=user.pk).update(password=before)
    assert opens()
    remove_member(owner, organisation, user.pk)
    assert not opens()


@pytest.mark.protects("sign-in/phone-passes")
def test_a_person_ends_the_phones_of_their_own(
    client: Client, phone: Client, owner: User, browser_of: Browser, project: Project
) -> None:
    other = browser_of(None)
    enter(other, token_of(make_phone_link(owner, project)))
    assert client.delete("/api/v1/projects/acme/kitchen/phones").json() == {"phones": 1}
    assert phone.get(f"{HERE}/state").status_code == 401
    assert other.get(f"{HERE}/state").json()["person"]["name"] == "Mika Kallio"


def test_the_audit_log_says_when_a_phone_comes_and_when_it_leaves(phone: Client, user: User, project: Project) -> None:
    phone_pass = PhonePass.objects.get()
    assert phone.post(f"{HERE}/leave", content_type="application/json").status_code == 204
    entries = AuditEntry.objects.filter(subject=f"project:{project.pk}", action__startswith="phone.").order_by("at")
    assert [(entry.action, entry.actor, entry.principal_kind, entry.principal_id) for entry in entries] == [
        ("phone.enter", user, "phone-pass", str(phone_pass.pk)),
        ("phone.leave", user, "phone-pass", str(phone_pass.pk)),
    ]


def test_a_phone_is_led_on_when_its_project_has_another_name(phone: Client, user: User, project: Project) -> None:
    update_project(user, project, name="pantry")
    led = phone.get(f"{HERE}/state")
    assert (led.status_code, led["Location"]) == (307, "/player/acme/pantry/state")
    assert phone.get(led["Location"]).json()["project"]["url"] == "/player/acme/pantry"


@pytest.mark.slow
def test_a_visitor_runs_what_a_public_project_published_and_nothing_else(
    browser_of: Browser, user: User, project: Project
) -> None:
    build = built(user, project)
    draft = Preview.objects.update_or_create(project=project, defaults={"build": build, "state": "ready"})[0]
    visitor = browser_of(None)
    assert build.artefact is not None
    rune = f"{HERE}/runes/{build.artefact.digest}"
    assert visitor.get(f"{HERE}/state").status_code == visitor.get(rune).status_code == 401
    Project.objects.update(visibility="public")
    state = visitor.get(f"{HERE}/state").json()
    assert (state["now"], state["tags"], state["person"], state["may_pair"]) == (None, [], None, False)
    assert visitor.get(rune).status_code == 404
    assert draft.build_id == build.pk
    publish_build(user, build, "1.0")
    (tag,) = visitor.get(f"{HERE}/state").json()["tags"]
    assert (tag["tag"], tag["url"]) == ("1.0", rune)
    assert visitor.get(rune).status_code == 200


def test_a_token_cannot_let_a_phone_in(user: User, project: Project) -> None:
    from forge.accounts.actions import create_token

    _, secret = create_token(user, "x", ["write"], None)
    answer = Client().post("/api/v1/projects/acme/kitchen/phones", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_only_hashes_of_links_and_passes_are_kept(phone: Client, user: User, project: Project) -> None:
    token = token_of(make_phone_link(user, project))
    (cookie,) = [morsel for name, morsel in phone.cookies.items() if name.startswith("phone_")]
    text = json.dumps(list(PhonePass.objects.values("link_hash", "secret_hash")))
    assert token not in text
    assert cookie.value not in text
