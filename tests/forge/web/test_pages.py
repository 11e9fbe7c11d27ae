"""The pages: the first minutes of a newcomer, forms that come back with what was wrong, and the studio's shell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import make_sign_in_link
from forge.accounts.models import Membership, Organisation, User
from forge.builds.models import Preview
from forge.projects.models import Project
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.source.runefile.schema import schema
from rune.source.templates import list_templates
from tests.forge.web.test_page_policies import policy_of
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built, set_job
from tests.support.forge.factories.preconditions import etag_form

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


def test_from_the_link_it_is_one_press_to_a_project_that_runs(browser_of: Browser) -> None:
    template = list_templates()[0]
    browser = browser_of(None)
    browser.post("/sign-in", {"token": make_sign_in_link().partition("#token=")[2]})
    home = browser.get("/").content.decode()
    organisation = Organisation.objects.get().name
    # With one organisation nobody is asked where.
    assert f'<input type="hidden" name="organisation" value="{organisation}">' in home
    assert "<select" not in home
    assert f'name="template" value="{template.name}"' in home
    for name in (template.name, f"{template.name}-2"):
        response = browser.post("/new", {"organisation": organisation, "template": template.name})
        assert response["Location"] == f"/{organisation}/{name}/studio"


def _organisation_options(page: str) -> list[tuple[str, str]]:
    """The options of the question in which organisation, and whether one is chosen."""
    match = re.search(r'<select id="[^"]*organisation"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert match is not None
    return re.findall(r"<option( selected|(?: value=\"\")?)>([^<]*)</option>", match[1])


@pytest.mark.slow
def test_with_several_organisations_one_is_asked_where_and_the_last_is_offered_first(
    browser_of: Browser, organisation: Organisation, owner: User
) -> None:
    for name, role in (("aardvark", "owner"), ("zebra", "developer"), ("looked-at", "viewer")):
        other = Organisation.objects.create(name=name)
        Membership.objects.create(organisation=other, user=owner, role=role)
    browser = browser_of(owner)
    nothing_yet = [(' value=""', "Choose one"), ("", "aardvark"), ("", "acme"), ("", "zebra")]
    for path in ("/", "/new", "/new?template=sine"):
        assert _organisation_options(browser.get(path).content.decode()) == nothing_yet
    assert browser.get("/new/places").json()["places"]["usual"] == ""
    template = list_templates()[0].name
    assert browser.post("/new", {"organisation": "", "template": template}).status_code == 404
    browser.post("/new", {"organisation": "zebra", "template": template})
    for path in ("/", "/new"):
        assert _organisation_options(browser.get(path).content.decode()) == [
            ("", "aardvark"),
            ("", "acme"),
            (" selected", "zebra"),
        ]
    assert (" selected", "acme") in _organisation_options(browser.get("/new?organisation=acme").content.decode())
    places = browser.get("/new/places").json()["places"]
    assert (places["organisations"], places["usual"]) == (["aardvark", "acme", "zebra"], "zebra")


@pytest.mark.slow
def test_an_organisation_in_which_one_may_make_nothing_any_more_is_not_offered(
    browser_of: Browser, organisation: Organisation, owner: User
) -> None:
    for name in ("aardvark", "zebra"):
        Membership.objects.create(organisation=Organisation.objects.create(name=name), user=owner, role="owner")
    browser = browser_of(owner)
    browser.post("/new", {"organisation": "zebra", "template": list_templates()[0].name})
    Membership.objects.filter(organisation__name="zebra", user=owner).update(role="viewer")
    assert _organisation_options(browser.get("/").content.decode()) == [
        (' value=""', "Choose one"),
        ("", "aardvark"),
        ("", "acme"),
    ]


def test_a_visitor_is_told_no_places(browser_of: Browser) -> None:
    assert browser_of(None).get("/new/places").json() == {"places": None}


def test_the_studio_is_served_with_its_state_and_a_nonce_for_styles(client: Client, project: Project) -> None:
    page = client.get("/acme/kitchen/studio")
    content = page.content.decode()
    match = re.search(r'<script id="studio-state" type="application/json">(.*?)</script>', content)
    assert match is not None
    state = json.loads(match[1])
    assert state["project"]["name"] == "kitchen"
    assert state["csrf"]
    nonce = re.search(r'<meta name="csp-nonce" content="([^"]+)">', content)
    assert nonce is not None
    policy = policy_of(page)
    assert policy["style-src"] == ["'self'", f"'nonce-{nonce[1]}'"]
    assert policy["script-src"] == ["'self'"]


def test_a_form_comes_back_with_what_was_typed_and_what_was_wrong(client: Client, project: Project) -> None:
    answer = client.post("/new", {"organisation": "acme", "name": "New", "template": ""})
    content = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="New"' in content
    assert "new is reserved" in content
    settings_page = client.post("/acme/kitchen/settings", {"name": "members", "description": ""})
    assert settings_page.status_code == 400
    assert "Settings of kitchen" in settings_page.content.decode()


@each_case(
    ("text", "name"),
    [
        ("Shake Alarm", "shake-alarm"),
        ("  Größe & Gewicht! ", "grosse-gewicht"),
        ("a_b.c-2", "a_b.c-2"),
        ("Über " * 20, "-".join(["uber"] * 12)),
    ],
)
def test_a_project_is_called_what_was_typed(client: Client, project: Project, text: str, name: str) -> None:
    answer = client.post("/new", {"organisation": "acme", "name": text, "template": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"/acme/{name}/studio")


def test_a_name_of_which_nothing_is_left_is_refused(client: Client, project: Project) -> None:
    assert client.post("/new", {"organisation": "acme", "name": "★ ★", "template": ""}).status_code == 400


@pytest.mark.slow
def test_a_project_is_renamed_deleted_and_restored_in_pages(project: Project, owner: User, browser_of: Browser) -> None:
    browser = browser_of(owner)
    fields = {"name": "pantry", "description": "Hears taps", "visibility": "public"}
    response = browser.post("/acme/kitchen/settings", etag_form("/acme/kitchen/settings", **fields))
    assert response["Location"] == "/acme/pantry/settings?saved"
    assert browser.post("/acme/pantry/delete", etag_form("/acme/pantry/delete"))["Location"] == "/acme/-/deleted"
    assert "pantry" in browser.get("/acme/-/deleted").content.decode()
    assert browser.post("/acme/-/deleted/pantry/restore")["Location"] == "/acme/pantry/studio"
    project.refresh_from_db()
    assert (project.name, project.visibility, project.deleted_at) == ("pantry", "public", None)


def test_an_invitation_shows_its_link_once_and_says_when_nobody_else_can_open_it(
    owner: User, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    page = browser.post("/acme/-/invitations", {"role": "developer"}).content.decode()
    assert re.search(r'data-copy="http://127\.0\.0\.1:8000/join#token=[\w-]{40,}"', page)
    assert "make run-lan" in page
    assert "join#token=" not in browser.get("/acme").content.decode()


def test_a_public_address_says_nothing_of_loopback(owner: User, browser_of: Browser, settings: Any) -> None:
    settings.PUBLIC_URL_IS_LOOPBACK = False
    assert "make run-lan" not in browser_of(owner).get("/acme").content.decode()


@pytest.mark.slow
def test_members_change_roles_and_the_last_owner_stays(owner: User, reviewer: User, browser_of: Browser) -> None:
    browser = browser_of(owner)
    form = f"/acme/-/members/{reviewer.pk}"
    browser.post(form, etag_form(form, role="developer"))
    assert Membership.objects.get(user=reviewer).role == "developer"
    response = browser.post(f"/acme/-/members/{owner.pk}", {"remove": "1"})
    assert response.status_code == 409
    assert "Make someone else an owner first" in response.content.decode()


@pytest.mark.slow
def test_home_and_the_organisation_ask_the_database_as_often_for_many_projects_as_for_few(
    client: Client, user: User, organisation: Organisation
) -> None:
    def count(path: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    for number in range(2):
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=user)
    few = {path: count(path) for path in ("/?view=cards", "/acme")}
    for number in range(2, 25):
        Project.objects.create(organisation=organisation, name=f"p{number}", created_by=user)
    assert {path: count(path) for path in ("/?view=cards", "/acme")} == few
    # Two are for change requests, those that wait for the person and those of their own.
    assert few["/?view=cards"] <= 21
    # Two are for the tab of devices: how many there are, and whether the person sees them.
    assert few["/acme"] <= 19


def test_a_viewer_is_offered_nothing_that_they_cannot_do(reviewer: User, project: Project, browser_of: Browser) -> None:
    content = browser_of(reviewer).get("/").content.decode()
    assert "kitchen" in content
    assert "New project" not in content
    assert "Start from something that works" not in content


def test_an_unknown_project_and_a_hidden_one_have_one_page_that_says_who_is_signed_in(
    stranger: User, project: Project, browser_of: Browser
) -> None:
    browser = browser_of(stranger)
    for address in (f"/{project.full_name}", "/nosuch/thing"):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert "It does not exist, or you have no access to it." in answer.content.decode()
        assert f"You are signed in as {stranger.email}." in answer.content.decode()


def test_unknown_addresses_and_faults_have_pages_and_the_api_has_problems(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/acme/a/b/c/d").content.decode()
    assert "Page not found" in page
    assert "You are signed in as " in page
    assert "If the project is private, sign in first." in Client().get("/acme/a/b/c/d").content.decode()
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    client.raise_request_exception = False
    monkeypatch.setattr("forge.web.home.live_templates", lambda: 1 // 0)
    response = client.get("/")
    assert response.status_code == 500
    assert "Server error" in response.content.decode()
    assert '<a class="mark" href="/">' in response.content.decode(), "the bar of all pages leads home"


def test_times_and_sizes_read_as_people_say_them() -> None:
    from forge.web.templatetags.look import ago, one_in, size

    now = timezone.now()
    texts = [ago(now - timedelta(seconds=seconds)) for seconds in (5, 60, 1200, 3600, 90_000, 3 * 86_400)]
    assert texts == ["just now", "1 minute ago", "20 minutes ago", "1 hour ago", "yesterday", "3 days ago"]
    assert [size(count) for count in (0, 812, 47_512, 107_300, 999_600, 2_100_000)] == [
        *("0 B", "812 B", "47.5 kB", "107 kB", "1.0 MB", "2.1 MB")
    ]
    assert [one_in(share) for share in (0.5, 1.19e-7)] == ["1 in 2", "1 in 8,400,000"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preview", "build", "tag"),
    [
        ("ready", None, None),
        ("ready", "succeeded", '<span class="tag ok">Build 1</span>'),
        ("ready", "failed", '<span class="tag bad">Build 1 failed</span>'),
        ("ready", "running", '<span class="tag info">Build 1 in progress</span>'),
        ("ready", "cancelled", '<span class="tag ">Build 1 cancelled</span>'),
        ("broken", "succeeded", '<span class="tag bad">2 errors</span>'),
    ],
)
def test_a_card_says_what_is_wrong_now_or_else_how_the_last_build_ended(
    client: Client, project: Project, user: User, preview: str, build: str | None, tag: str | None
) -> None:
    diagnostics = [{"severity": "error"}, {"severity": "warning"}, {"severity": "error"}] if preview == "broken" else []
    Preview.objects.update_or_create(project=project, defaults={"state": preview, "diagnostics": diagnostics})
    if build is not None:
        latest = built(user, project)
        set_job(latest, state=build, lease_until=timezone.now())
    content = compact(client.get("/").content.decode())
    if tag is None:
        assert '<span class="tag' not in content.partition("Start from")[0]
    else:
        assert tag in content


@pytest.mark.slow
def test_a_card_has_its_description_and_its_warnings_beside_the_pipeline(
    client: Client, project: Project, user: User
) -> None:
    outline = {"nodes": [{"name": "audio", "kind": "capability", "detail": "SOUND", "line": 4, "file": None}]}
    Preview.objects.update_or_create(
        project=project, defaults={"state": "ready", "outline": outline, "diagnostics": [{"severity": "warning"}]}
    )
    Project.objects.filter(pk=project.pk).update(description="Hears a tap <b>drip</b>")
    for address in ("/?view=cards", project.organisation.get_absolute_url()):
        content = compact(client.get(address).content.decode())
        assert "Hears a tap &lt;b&gt;drip&lt;/b&gt;</p>" in content
        assert '<span class="tag warn">1 warning</span>' in content
        assert "<b>audio</b>" in content


def test_editors_get_the_schema_of_a_runefile_from_anywhere(browser_of: Browser) -> None:
    answer = browser_of(None).get("/schemas/runefile.json")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == schema(PUBLISHED_BLOCKS)


@pytest.mark.protects("runes/dropped-files")
def test_anybody_may_open_the_page_on_which_a_rune_is_tried(browser_of: Browser) -> None:
    answer = browser_of(None).get("/try")
    assert answer.status_code == 200
    assert "data-try" in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
