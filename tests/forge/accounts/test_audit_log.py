"""Reading the audit log: who reads which entries, how they are described and found, and ended."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import change_role, create_token, end_old_entries, invite, remove_member
from forge.accounts.audit.actions.refusals import MOST
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.audit.log import organisation_entries, own_entries
from forge.accounts.audit.sentences import RenderedEntry, render_entries
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.principals import acting_as
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry
from forge.projects.actions import delete_project, update_project, write_file
from forge.projects.models import Project

pytestmark = pytest.mark.django_db
Browser = Callable[[User | None], Client]


def entries_for(actor: User, organisation: Organisation, **query: object) -> list[RenderedEntry]:
    """The entries that an owner reads, the newest first."""
    rows = organisation_entries(actor, organisation)
    return render_entries(list(EntryFilter.narrow({name: str(value) for name, value in query.items()}, rows)))


def sentences_of(actor: User, organisation: Organisation, **query: object) -> list[str]:
    """The sentences that an owner reads, the oldest first."""
    return [entry.sentence for entry in entries_for(actor, organisation, **query)][::-1]


def own_entries_for(actor: User, **query: str) -> list[RenderedEntry]:
    """The entries that a person reads of their own account, the newest first."""
    return render_entries(list(EntryFilter.narrow(query, own_entries(actor))))


@pytest.mark.proof
def test_owners_read_in_sentences_what_happened(
    project: Project, organisation: Organisation, owner: User, developer: User, viewer: User
) -> None:
    update_project(owner, project, description="new", visibility="public")
    invite(owner, organisation, "viewer")
    change_role(owner, organisation, viewer.pk, "developer")
    remove_member(owner, organisation, viewer.pk)
    assert sentences_of(owner, organisation) == [
        "Jo Okafor wrote Runefile.yml in acme/kitchen.",
        "Mika Kallio changed the project acme/kitchen: description from nothing to new; "
        "visibility from private to public.",
        "Mika Kallio made a link for anyone to join as viewer.",
        "Mika Kallio changed the role of Vera Lind from viewer to developer.",
        "Mika Kallio removed Vera Lind.",
        "Mika Kallio ended 1 invitation by which Vera Lind could have come back.",
    ]


@pytest.mark.slow
@pytest.mark.protects("audit/other-logs")
def test_only_owners_read_it(organisation: Organisation, developer: User, viewer: User, stranger: User) -> None:
    for person, error in ((developer, Forbidden), (viewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            organisation_entries(person, organisation)


@pytest.mark.slow
@pytest.mark.protects("audit/other-logs")
def test_nothing_of_another_organisation_is_among_it(
    project: Project, organisation: Organisation, owner: User, stranger: User
) -> None:
    other = Organisation.objects.get(name="other")
    theirs = Project.objects.create(organisation=other, name="secret", created_by=stranger)
    write_file(stranger, theirs, "plan.md", b"x")
    assert "plan.md" not in str(sentences_of(owner, organisation))
    assert "plan.md" in str(sentences_of(stranger, other))


@pytest.mark.slow
def test_things_are_called_as_they_are_today_and_what_is_gone_keeps_its_entry(
    project: Project, organisation: Organisation, owner: User, developer: User
) -> None:
    token, secret = create_token(developer, "bench", ["write"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    Client().put("/api/v1/projects/acme/kitchen/files/a.md", b"x", content_type="text/plain", headers=headers)
    update_project(owner, project, name="lab")
    (entry,) = entries_for(owner, organisation, what="file.write", since=token.created)
    assert (entry.sentence, entry.by) == ("Jo Okafor wrote a.md in acme/lab.", "token bench")
    assert [part.url for part in entry.parts if part.url] == ["/acme/lab"]
    delete_project(owner, project)
    token.delete()
    User.objects.filter(pk=developer.pk).delete()
    (entry,) = entries_for(owner, organisation, what="file.write", since=token.created)
    assert (entry.sentence, entry.by) == (
        "Someone whose account was deleted wrote a.md in acme/lab.",
        "a token that was deleted",
    )
    assert not any(part.url for part in entry.parts)


def test_entries_are_found_by_who_what_when_and_project(
    project: Project, organisation: Organisation, owner: User, developer: User
) -> None:
    other = Project.objects.create(organisation=organisation, name="other", created_by=owner)
    before = timezone.now()
    write_file(owner, other, "b.md", b"x")
    wrote = ["Jo Okafor wrote Runefile.yml in acme/kitchen.", "Mika Kallio wrote b.md in acme/other."]
    assert sentences_of(owner, organisation, what="files") == wrote
    assert sentences_of(owner, organisation, what="file.write", who=developer.pk) == wrote[:1]
    assert sentences_of(owner, organisation, project=other.pk) == wrote[1:]
    assert sentences_of(owner, organisation, since=before) == wrote[1:]
    assert sentences_of(owner, organisation, until=before) == wrote[:1]
    with pytest.raises(Invalid):
        sentences_of(owner, organisation, what="nonsense")


@pytest.mark.parametrize(
    "query",
    [
        {"who": "x"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"project": "1"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Invalid) as error:
        EntryFilter.narrow(query, AuditEntry.objects.all())
    assert set(error.value.errors) == set(query)


def test_a_day_is_meant_whole() -> None:
    for number, time in enumerate(("20T23:59:59", "21T00:00:00", "21T23:59:59", "22T00:00:00")):
        entry = AuditEntry.objects.create(action="sign-in.unknown", subject=f"user:{number}")
        AuditEntry._base_manager.filter(pk=entry.pk).update(at=f"2026-11-{time}Z")

    def subjects(**query: str) -> list[str]:
        rows = EntryFilter.narrow(query, AuditEntry.objects.order_by("at"))
        return [each.subject for each in rows]

    assert subjects(since="2026-11-21", until="2026-11-21") == ["user:1", "user:2"]
    assert subjects(since="2026-11-22T01:59:59 02:00") == subjects(since="2026-11-21T23:59:59Z") == ["user:2", "user:3"]
    assert subjects(until="2026-11-21T00:00:00") == ["user:0"]


def test_the_form_keeps_a_filter_as_it_was_typed() -> None:
    filters = EntryFilter({"until": "2026-11-21", "what": "nonsense"}, AuditEntry.objects.all())
    assert filters.values == {"who": "", "what": "", "since": "", "until": "2026-11-21", "project": ""}


def test_everyone_reads_what_happened_to_their_own_account_and_no_others(user: User, owner: User) -> None:
    create_token(user, "bench", ["read"], None)
    create_token(owner, "other", ["read"], None)
    assert [entry.sentence for entry in own_entries_for(user)] == [
        "Jo Okafor created the token bench with account:read, organisation:read, project:read, registry:pull."
    ]


@pytest.mark.slow
@pytest.mark.protects("audit/existence")
def test_ones_own_log_never_tells_whether_what_was_refused_is_there(
    project: Project, organisation: Organisation, owner: User, stranger: User, browser_of: Browser
) -> None:
    browser = browser_of(stranger)
    own = list(own_entries(stranger).values_list("pk"))
    for address in ("/api/v1/projects/acme/kitchen", "/api/v1/projects/acme/nothing", "/acme", "/nowhere"):
        assert browser.get(address).status_code == 404
    assert list(own_entries(stranger).values_list("pk")) == own
    assert sentences_of(owner, organisation, what="refusals") == [
        "Sam was refused to see the project's page at acme/kitchen.",
        "Sam was refused to see the organisation at acme.",
    ]


def _try(email: str, password: str, **headers: str) -> int:
    answer = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Gecko Firefox/140.0"}).post(
        "/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR="192.0.2.7"
    )
    return answer.status_code


@pytest.mark.slow
@pytest.mark.protects("audit/traces", "audit/typed-passwords")
def test_sign_ins_good_and_bad_are_in_it_with_address_and_way(
    organisation: Organisation, owner: User, user: User
) -> None:
    assert _try(user.email, "a wrong one") == 200
    assert _try("nobody@acme.example", "my secret by mistake") == 200
    assert _try(user.email, "correct horse battery") == 302
    expected = [
        "Someone failed to sign in to the account of Jo Okafor from 192.0.2.7 with Firefox on Linux.",
        "Jo Okafor signed in with a password from 192.0.2.7 with Firefox on Linux.",
    ]
    assert sentences_of(owner, organisation, what="sign-ins") == expected
    assert [entry.sentence for entry in own_entries_for(user, what="sign-ins")][::-1] == expected
    assert sentences_of(owner, organisation, who=user.pk, what="sign-in.fail") == expected[:1]
    everything = str(list(AuditEntry.objects.values()))
    assert "nobody@acme" not in everything
    assert "wrong one" not in everything


@pytest.mark.protects("audit/other-logs")
def test_sign_ins_of_before_someone_joined_or_of_others_are_not_an_organisations(
    organisation: Organisation, owner: User, stranger: User, browser_of: Browser
) -> None:
    browser_of(stranger)
    assert sentences_of(owner, organisation, what="sign-ins") == []
    Membership.objects.create(organisation=organisation, user=stranger, role=Role.VIEWER)
    assert sentences_of(owner, organisation, what="sign-ins") == []
    browser_of(stranger)
    assert len(sentences_of(owner, organisation, what="sign-ins")) == 1
    Membership.objects.filter(organisation=organisation, user=stranger).delete()
    browser_of(stranger)
    assert len(sentences_of(owner, organisation, what="sign-ins")) == 1


@pytest.mark.slow
@pytest.mark.protects("audit/filled-disk")
def test_guessing_does_not_fill_the_log(user: User) -> None:
    from forge.accounts.actions import note_failed_sign_in
    from forge.accounts.sign_in.actions.sessions import MAX_ENTRIES_PER_PERSON, MAX_ENTRIES_UNKNOWN
    from forge.accounts.sign_in.sessions import RequestOrigin

    for number in range(MAX_ENTRIES_UNKNOWN + 5):
        note_failed_sign_in(user.email, RequestOrigin("192.0.2.7", "x"))
        note_failed_sign_in(f"{number}@acme.example", RequestOrigin("192.0.2.7", "x"))
    assert AuditEntry.objects.filter(action="sign-in.fail", person=user.pk).count() == MAX_ENTRIES_PER_PERSON
    assert AuditEntry.objects.filter(action="sign-in.unknown").count() == MAX_ENTRIES_UNKNOWN


@pytest.mark.slow
@pytest.mark.protects("audit/traces")
def test_refusals_of_a_role_and_of_a_tokens_scopes_are_in_it(
    project: Project, organisation: Organisation, owner: User, viewer: User, browser_of: Browser
) -> None:
    body = {"role": "owner"}
    path = "/api/v1/organisations/acme/invitations"
    assert browser_of(viewer).post(path, body, content_type="application/json").status_code == 403
    _, secret = create_token(owner, "bench", ["write"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 403
    assert sentences_of(owner, organisation, what="refusals") == ["Vera Lind was refused to manage members at acme."]
    (entry,) = own_entries_for(owner, what="refusals")
    assert (entry.sentence, entry.by) == (
        f"Mika Kallio was refused to do what takes member:manage at {path}.",
        "token bench",
    )


@pytest.mark.slow
@pytest.mark.protects("audit/filled-disk")
def test_asking_again_and_again_does_not_fill_the_log(project: Project, stranger: User, browser_of: Browser) -> None:
    browser = browser_of(stranger)
    for _ in range(MOST + 5):
        browser.get("/api/v1/projects/acme/kitchen")
        browser.get("/api/v1/projects/acme/nothing")
    assert AuditEntry.objects.filter(action="access.refuse").count() == MOST


@pytest.mark.slow
@pytest.mark.protects("audit/existence")
def test_the_unknown_and_the_forbidden_cost_the_same_queries(
    project: Project, stranger: User, browser_of: Browser, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, counts = browser_of(stranger), []
    for address in ("/api/v1/organisations/acme", "/api/v1/organisations/nowhere"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 404
        counts.append(sum(query["sql"].startswith("INSERT") for query in queries.captured_queries))
    assert counts == [1, 1]


@pytest.mark.slow
@pytest.mark.protects("audit/traces")
def test_downloads_of_what_is_private_are_in_it_once_an_hour(
    project: Project, organisation: Organisation, owner: User, client: Client
) -> None:
    for _ in range(3):
        for path in ("files/Runefile.yml", "archive"):
            answer: Any = client.get(f"/api/v1/projects/acme/kitchen/{path}")
            assert answer.status_code == 200
        client.head("/api/v1/projects/acme/kitchen/files/Runefile.yml")
    assert sentences_of(owner, organisation, what="downloads") == [
        "Jo Okafor downloaded Runefile.yml of acme/kitchen.",
        "Jo Okafor downloaded the files of acme/kitchen.",
    ]
    entry = AuditEntry.objects.get(action="file.download")
    assert entry.data["digest"].startswith("sha256:")


@pytest.mark.slow
def test_the_api_gives_pages_of_entries(project: Project, owner: User, browser_of: Browser) -> None:
    for number in range(3):
        write_file(owner, project, f"{number}.md", b"x")
    browser = browser_of(owner)
    paths: list[str] = []
    address: str | None = "/api/v1/organisations/acme/audit?what=file.write&limit=2"
    while address:
        page = browser.get(address).json()
        paths += [entry["data"]["path"] for entry in page["results"]]
        address = page["next"]
    assert paths == ["2.md", "1.md", "0.md", "Runefile.yml"]


@pytest.mark.slow
def test_a_token_reads_it_with_its_own_scope_alone(organisation: Organisation, owner: User) -> None:
    def ask(*scopes: str) -> int:
        _, secret = create_token(owner, "x", scopes, None)
        headers = {"Authorization": f"Bearer {secret}"}
        return Client().get("/api/v1/organisations/acme/audit", headers=headers).status_code

    assert (ask("read", "write", "member:manage"), ask("audit:read"), ask("admin")) == (403, 200, 200)


def test_a_wrong_filter_is_ignored_by_the_page_and_refused_by_the_api_and_the_file(
    project: Project, owner: User, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    page = browser.get("/acme/-/settings/audit?since=never")
    assert page.status_code == 200
    assert b"Runefile.yml" in page.content
    assert b"never" not in page.content
    response = browser.get("/api/v1/organisations/acme/audit?since=never")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["since"]
    assert browser.get("/acme/-/settings/audit/export?as=csv&since=never").status_code == 400


def test_the_command_prints_it_for_whoever_runs_the_installation(
    project: Project, owner: User, developer: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("audit", organisation="acme", who=developer.email, what="files")
    assert capsys.readouterr().out.endswith("  Jo Okafor wrote Runefile.yml in acme/kitchen.\n")
    call_command("audit", kind="json", what="file.write")
    assert [entry["action"] for entry in json.loads(capsys.readouterr().out)] == ["file.write"]
    for wrong in ({"what": "nonsense"}, {"organisation": "nowhere"}, {"who": "x@y.example"}, {"since": "never"}):
        with pytest.raises(CommandError):
            call_command("audit", **wrong)


@pytest.mark.protects("audit/removed-entries")
def test_entries_end_by_their_age_and_that_is_written_down(owner: User, settings: Any) -> None:
    settings.AUDIT_DAYS = 30
    old, young = (write_entry(owner, "file.write", "project:x", AuditPlace(), path=path) for path in ("old", "young"))
    AuditEntry._base_manager.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    assert (end_old_entries(), end_old_entries()) == (1, 0)
    left = {entry.action: entry for entry in AuditEntry.objects.all()}
    assert set(left) == {"file.write", "audit.end"}
    assert left["file.write"].pk == young.pk
    assert render_entries([left["audit.end"]])[0].sentence == "The installation deleted 1 entry older than 30 days."


def test_the_roles_of_a_reader_are_those_of_now(organisation: Organisation, owner: User, viewer: User) -> None:
    principal = acting_as(owner)
    organisation_entries(principal, organisation)
    change_role(owner, organisation, viewer.pk, "owner")
    change_role(viewer, organisation, owner.pk, "viewer")
    with pytest.raises(Forbidden):
        organisation_entries(principal.afresh(), organisation)


@pytest.mark.parametrize("place", ["nonsense", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_page_that_we_did_not_name_is_none(
    organisation: Organisation, owner: User, browser_of: Browser, place: str
) -> None:
    cursor = b64encode(urlencode({"p": place}).encode()).decode()
    browser = browser_of(owner)
    for path in ("/acme/-/settings/audit", "/accounts/audit", "/api/v1/organisations/acme/audit"):
        assert browser.get(path, {"cursor": cursor}).status_code == 404
        assert browser.get(path, {"cursor": "garbage"}).status_code == 404
