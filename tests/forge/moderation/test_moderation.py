"""Reports of public pages and taking them down: what is refused first, then who sees what of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from forge.accounts.actions import create_token, update_page
from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import User
from forge.accounts.people.access import find_person
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import VISITOR, acting_as
from forge.builds.models import Build
from forge.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, SignInNeeded, TooOften
from forge.deployments.actions import create_key
from forge.deployments.previews.actions import create_preview_link
from forge.moderation import actions
from forge.moderation.access import is_moderator, open_cases, own_reports
from forge.moderation.actions import appeal, dismiss, put_back, refuse_appeal, report, take_down
from forge.moderation.models import Report, ReportState, TakeDown
from forge.moderation.registrations import reports_waiting
from forge.notices.models import Notice
from forge.projects.access import find_project
from forge.projects.hooks import PendingItems
from forge.projects.models import Project
from forge.registry.models import Listing, PublishedVersion
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.changes import built_merged, outside_change
from tests.support.forge.factories.deployments import deployed, now

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.fixture
def build(project: Project, developer: User) -> Build:
    """`acme/kitchen` is public and has a version."""
    build = built(developer, project)
    publish_build(developer, approved(build), "1.0")
    Project.objects.filter(pk=project.pk).update(visibility="public")
    project.refresh_from_db()
    return build


@pytest.fixture
def moderator(db: None) -> User:
    """Somebody of no organisation here, whom the operator let decide."""
    person = User.objects.create_user("mo@host.example", "correct horse battery", name="Mo")
    call_command("moderator", "MO@host.example")
    return person


@pytest.mark.slow
@pytest.mark.protects("availability/report-floods")
def test_only_who_sees_a_shared_page_reports_it_once_and_says_why(
    project: Project, build: Build, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SignInNeeded):
        report(VISITOR, project, "harm")
    for wrong in ("", "nonsense", "other"):
        with pytest.raises(Invalid):
            report(stranger, project, wrong)
    with pytest.raises(Invalid):
        report(stranger, project, "harm", "x" * 2001)
    report(stranger, project, "harm", "It overheats the board.")
    with pytest.raises(Conflict):
        report(stranger, project, "rights")
    other = User.objects.create_user("lee@x.example", name="Lee")
    monkeypatch.setattr(actions, "MOST_OF_A_DAY", 0)
    with pytest.raises(TooOften):
        report(other, project, "harm")
    monkeypatch.undo()
    Project.objects.update(visibility="private")
    for private in Project.objects.all():
        with pytest.raises(NotFound):
            report(other, private, "harm")
    for person in (other, stranger):
        with pytest.raises(NotFound):
            report(stranger, person, "abuse")


@pytest.mark.slow
@pytest.mark.protects("roles/moderators")
def test_nobody_decides_but_whom_the_operator_named_in_person(
    project: Project, build: Build, owner: User, moderator: User, stranger: User
) -> None:
    report(stranger, project, "harm")
    token, _ = create_token(moderator, "x", ["read", "write", "project:manage"], None)
    for actor in (owner, stranger, acting_as(moderator, token), VISITOR):
        assert not is_moderator(actor)
        for act in (
            lambda who: take_down(who, project, "harm", "Because."),
            lambda who: dismiss(who, project, "Because."),
            lambda who: put_back(who, project, "Because."),
            lambda who: refuse_appeal(who, project, "Because."),
            open_cases,
        ):
            with pytest.raises(NotFound):
                act(actor)
    assert reports_waiting(owner) == PendingItems()
    assert [each.url for each in reports_waiting(moderator).for_me] == ["/admin/reports"]
    call_command("moderator", "mo@host.example", remove=True)
    assert not is_moderator(moderator)
    with pytest.raises(CommandError):
        call_command("moderator", "nobody@host.example")


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_what_is_taken_down_is_gone_for_others_and_stays_its_peoples(
    project: Project,
    build: Build,
    owner: User,
    developer: User,
    moderator: User,
    stranger: User,
    browser_of: Browser,
) -> None:
    report(stranger, project, "harm", "It overheats the board.")
    outside, pulling = browser_of(stranger), "/v2/acme/kitchen/manifests/1.0"
    _, secret = create_token(stranger, "pull", ["registry"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Listing.objects.visible_to(stranger).count() == 1
    assert outside.get(pulling, headers=headers).status_code == 200
    take_down(moderator, project, "harm", "Boards got hot.")
    project.refresh_from_db()
    assert not can(acting_as(stranger), Verb.SEE, project)
    assert Listing.objects.visible_to(stranger).count() == Listing.objects.visible_to(VISITOR).count() == 0
    assert not Project.objects.visible_to(acting_as(stranger)).filter(pk=project.pk).exists()
    for browser in (outside, browser_of(None)):
        response = browser.get("/acme/kitchen")
        assert (response.status_code, b"taken down" in response.content) == (410, True)
        assert browser.get("/api/v1/projects/acme/kitchen").status_code == 410
        assert browser.get("/api/v1/projects/acme/kitchen/tags/1.0/rune").status_code == 410
        assert browser.get("/acme/kitchen/studio").status_code in (302, 404)
    for address in (pulling, f"/v2/acme/kitchen/manifests/{PublishedVersion.objects.get().digest}"):
        refusal = outside.get(address, headers=headers)
        assert (refusal.status_code, refusal.json()["errors"][0]["code"]) == (403, "DENIED")
    # Its own people work on, read why, and what the version means stays known.
    inside = browser_of(developer)
    assert b"Boards got hot." in inside.get("/acme/kitchen").content
    assert inside.get("/acme/kitchen/studio").status_code == 200
    assert PublishedVersion.objects.filter(tag="1.0").exists()
    assert Notice.objects.get(person=owner, kind="taken-down").reason == "requested"
    assert not Notice.objects.filter(person=developer, kind="taken-down").exists()
    assert own_reports(stranger).get().state == ReportState.TAKEN_DOWN
    with pytest.raises(Conflict):
        take_down(moderator, project, "harm", "Again.")
    put_back(moderator, project, "It was fixed.")
    assert outside.get("/acme/kitchen").status_code == 200
    assert outside.get(pulling, headers=headers).status_code == 200
    assert Listing.objects.visible_to(stranger).count() == 1


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_no_app_gets_anything_of_a_project_that_is_taken_down(
    project: Project, build: Build, developer: User, moderator: User, browser_of: Browser, client: Client
) -> None:
    deployment = deployed(developer, project, "1.0")
    key = {"x-api-key": create_key(developer, deployment, "Page key")[1]}
    address, rune = "/d/acme/kitchen/website", now(deployment).rune
    link = client.get(address, headers=key).json()["rune"]["url"]

    def answers() -> set[tuple[int, str]]:
        responses = [
            client.get(address, headers=key),
            client.get(f"{address}/{rune}", headers=key),
            client.get(link),
            client.get(f"{address}/{rune}/signatures", headers=key),
            client.get(f"{address}/tuf/timestamp.json", headers=key),
            client.get("/forge/deployment", headers=key | {"deploymentId": str(deployment.short_id)}),
        ]
        return {(each.status_code, "" if each.status_code == 200 else each.json()["name"]) for each in responses}

    assert answers() == {(200, ""), (404, "document-unknown")}, "nothing is signed yet"
    take_down(moderator, project, "harm", "Boards got hot.")
    assert answers() == {(410, "project-taken-down")}
    for path in (rune, f"sha256:{'0' * 64}"):
        assert client.get(f"{address}/{path}").json()["name"] == "key-missing", "without a key nobody learns of it"
    assert browser_of(developer).get("/acme/kitchen/deployments/website").status_code == 200
    put_back(moderator, project, "It was fixed.")
    assert answers() == {(200, ""), (404, "document-unknown")}


@pytest.mark.slow
@pytest.mark.protects("roles/taken-down")
def test_no_preview_of_a_project_that_is_taken_down_is_served(
    project: Project, developer: User, moderator: User, client: Client
) -> None:
    change = outside_change(developer, project)
    built_merged(developer, change)
    key = {"x-api-key": create_preview_link(developer, change)[1]}
    address = "/d/acme/kitchen/change-requests/1"
    rune = client.get(address, headers=key).json()["rune"]["url"]
    assert client.get(rune).status_code == 200
    take_down(moderator, project, "harm", "Boards got hot.")
    for answer in (client.get(address, headers=key), client.get(rune)):
        assert (answer.status_code, answer.json()["name"]) == (410, "project-taken-down")
    put_back(moderator, project, "It was fixed.")
    assert client.get(address, headers=key).status_code == client.get(rune).status_code == 200


@pytest.mark.protects("roles/reporters")
def test_a_private_project_that_was_taken_down_is_to_strangers_as_if_it_were_not_there(
    project: Project, moderator: User, stranger: User
) -> None:
    take_down(moderator, project, "rights", "Somebody else's.")
    for actor, nothing in ((acting_as(stranger), NotFound), (VISITOR, SignInNeeded)):
        with pytest.raises(nothing):
            find_project(actor, "acme", "kitchen", Verb.SEE)


@pytest.mark.slow
@pytest.mark.protects("roles/reporters")
def test_the_owners_do_not_learn_who_reported_it(
    project: Project, build: Build, owner: User, moderator: User, stranger: User, browser_of: Browser
) -> None:
    report(stranger, project, "harm", "Sam saw it overheat.")
    take_down(moderator, project, "harm", "Boards got hot.")
    entries = render_entries(list(organisation_entries(owner, project.organisation)))
    assert not [each for each in entries if "Sam" in each.sentence]
    assert [each.sentence for each in entries if each.entry.action == "take-down"] == [
        "Mo took the public page of acme/kitchen down (harm): “Boards got hot.”."
    ]
    page = browser_of(owner).get("/acme/kitchen").content.decode()
    assert "Boards got hot." in page
    assert re.search(r"\bSam\b", page) is None
    assert not Report.objects.visible_to(owner).exists()


@pytest.mark.slow
def test_an_appeal_is_asked_once_by_who_manages_it_and_answered(
    project: Project, build: Build, owner: User, developer: User, moderator: User
) -> None:
    with pytest.raises(Conflict):
        appeal(owner, project, "Nothing happened yet.")
    take_down(moderator, project, "harm", "Boards got hot.")
    project.refresh_from_db()
    with pytest.raises(Forbidden):
        appeal(developer, project, "Please.")
    with pytest.raises(Invalid):
        appeal(owner, project, "  ")
    with pytest.raises(Conflict):
        refuse_appeal(moderator, project, "Nobody asked.")
    appeal(owner, project, "It now waits between runs.")
    with pytest.raises(Conflict):
        appeal(owner, project, "Again.")
    assert [case.take_down and case.take_down.appeal for case in open_cases(moderator)] == [
        "It now waits between runs."
    ]
    refuse_appeal(moderator, project, "It still gets hot.")
    assert open_cases(moderator) == []
    put_back(moderator, project, "Measured again.")
    assert TakeDown.objects.get().ended
    with pytest.raises(Conflict):
        put_back(moderator, project, "Twice.")


@pytest.mark.slow
def test_reports_of_one_page_are_one_case_and_a_dismissed_one_is_answered(
    project: Project, build: Build, moderator: User, stranger: User, owner: User
) -> None:
    other = User.objects.create_user("lee@x.example", name="Lee")
    report(stranger, project, "harm")
    report(other, project, "other", "I do not like it.")
    (case,) = open_cases(moderator)
    assert [each.reporter for each in case.reports] == [stranger, other]
    with pytest.raises(Invalid):
        dismiss(moderator, project, "")
    assert dismiss(moderator, project, "Nothing is wrong with it.") == 2
    assert own_reports(other).get().answer == "Nothing is wrong with it."
    with pytest.raises(Conflict):
        dismiss(moderator, project, "Twice.")
    assert report(stranger, project, "harm", "Again, and worse.").state == ReportState.OPEN


@pytest.mark.slow
@pytest.mark.protects("roles/person-pages")
def test_a_persons_page_is_their_own_matter_and_can_be_taken_down(
    owner: User, developer: User, stranger: User, moderator: User, build: Build, browser_of: Browser
) -> None:
    outside, colleague, address = browser_of(stranger), browser_of(owner), f"/users/{developer.pk}"
    assert outside.get(address).status_code == 404
    assert browser_of(None).get(address).status_code == 302
    assert b"jo@acme.example" in colleague.get(address).content
    update_page(developer, about="I listen to machines.", shows_page=True)
    page = outside.get(address).content.decode()
    assert "I listen to machines." in page
    assert "kitchen" in page
    assert ">acme<" in page
    assert "jo@acme.example" not in page
    assert browser_of(None).get(address).status_code == 200
    report(stranger, User.objects.get(pk=developer.pk), "abuse")
    take_down(moderator, User.objects.get(pk=developer.pk), "abuse", "Not nice.")
    assert outside.get(address).status_code == 410
    with pytest.raises(Gone) as refusal:
        find_person(VISITOR, developer.pk)
    assert developer.name not in str(refusal.value)
    assert colleague.get(address).status_code == 200
    assert b"Not nice." not in colleague.get(address).content
    own = browser_of(developer)
    assert b"Not nice." in own.get(address).content
    assert own.post("/accounts/appeal", {"text": "It was a quotation."}).status_code == 302
    with pytest.raises(Forbidden):
        appeal(owner, User.objects.get(pk=developer.pk), "For Jo.")
    put_back(moderator, User.objects.get(pk=developer.pk), "So it was.")
    assert outside.get(address).status_code == 200
    User.objects.filter(pk=developer.pk).update(is_active=False)
    assert outside.get(address).status_code == 404


@pytest.mark.slow
@pytest.mark.protects("roles/person-pages")
def test_a_page_tells_of_no_organisation_and_no_rune_that_the_reader_may_not_see(
    owner: User, developer: User, stranger: User, build: Build, browser_of: Browser
) -> None:
    Project.objects.update(visibility="private")
    update_page(developer, about="", shows_page=True)
    page = browser_of(stranger).get(f"/users/{developer.pk}").content.decode()
    assert "acme" not in page
    assert "kitchen" not in page


@pytest.mark.slow
def test_the_forms_report_decide_and_appeal(
    project: Project, build: Build, owner: User, moderator: User, stranger: User, browser_of: Browser
) -> None:
    outside, deciding, inside = browser_of(stranger), browser_of(moderator), browser_of(owner)
    assert 'href="/accounts/report?about=acme/kitchen"' in outside.get("/acme/kitchen").content.decode()
    assert b"Report acme/kitchen" in outside.get("/accounts/report?about=acme/kitchen").content
    form = {"about": "acme/kitchen", "reason": "harm", "text": "Hot."}
    assert outside.post("/accounts/report", form).status_code == 302
    assert outside.post("/accounts/report", form).status_code == 409
    assert b"Open" in outside.get("/accounts/report").content
    assert outside.get("/admin/reports").status_code == 404
    assert b"Hot." in deciding.get("/admin/reports").content
    about = {"about": project.stream}
    assert deciding.post("/admin/reports/do", {**about, "do": "take-down", "reason": "harm"}).status_code == 400
    assert deciding.post("/admin/reports/do", {**about, "do": "dance", "text": "x"}).status_code == 404
    response = deciding.post("/admin/reports/do", {**about, "do": "take-down", "reason": "harm", "text": "Too hot."})
    assert response.status_code == 302
    assert inside.post("/acme/kitchen/appeal", {"text": "Fixed."}).status_code == 302
    assert b"Fixed." in deciding.get("/admin/reports").content
    assert deciding.post("/admin/reports/do", {**about, "do": "put-back", "text": "Thank you."}).status_code == 302
    assert outside.get("/acme/kitchen").status_code == 200
    assert deciding.post("/admin/reports/do", {"about": "project:nonsense", "do": "dismiss"}).status_code == 404


@pytest.mark.slow
def test_the_api_reports_as_the_page_does(
    project: Any, owner: User, stranger: User, browser_of: Callable[[User | None], Client], monkeypatch: Any
) -> None:
    def post(client: Client, **fields: str) -> Any:
        return client.post("/api/v1/reports", fields, content_type="application/json")

    browser = browser_of(stranger)
    assert post(browser, about="acme/kitchen", reason="harm").status_code == 404
    Project.objects.filter(pk=project.pk).update(visibility="public")
    assert post(browser_of(None), about="acme/kitchen", reason="harm").status_code == 401
    for wrong in ({"reason": "because"}, {"reason": "other"}, {"reason": "harm", "text": "x" * 2001}):
        assert post(browser, about="acme/kitchen", **wrong).status_code == 400
    for nobody in ("user:x", f"user:{owner.pk}", "acme", "nowhere/zilch"):
        assert post(browser, about=nobody, reason="harm").status_code == 404
    response = post(browser, about="acme/kitchen", reason="rights", text="It is mine.")
    assert (response.status_code, response.json()["state"], response.json()["about"]) == (201, "open", "acme/kitchen")
    assert post(browser, about="acme/kitchen", reason="harm").status_code == 409
    assert browser.get("/api/v1/reports").json()["reports"] == [response.json()]
    assert browser_of(owner).get("/api/v1/reports").json() == {"reports": []}
    monkeypatch.setattr(actions, "MOST_OF_A_DAY", 1)
    limited = post(browser, about="acme/kitchen", reason="harm")
    assert (limited.status_code, "Retry-After" in limited) == (429, True)
    # A token must see the thing that it reports, too.
    for scopes, answer in ((["account:read"], 403), (["account:write"], 404), (["account:write", "project:read"], 429)):
        _, secret = create_token(stranger, "bot", scopes, None)
        client = Client(headers={"authorization": f"Bearer {secret}"})
        assert post(client, about="acme/kitchen", reason="harm").status_code == answer
