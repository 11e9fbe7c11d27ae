"""An organisation's rules: no project is looser, an approval is confirmed where they ask for it, and who may change
them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.actions import create_token
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation
from forge.core.errors import Forbidden, Invalid, Stale
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.registry.tags.errors import GateClosed
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import RequestedGroup, Rules, ask_for_review, change_rules, give_verdict
from forge.reviews.errors import ConfirmationNeeded
from forge.reviews.models import OrganisationRules, Verdict
from forge.reviews.rules.access import rule_facets, rules_of
from rune.source.policy import ApprovalRule, Policy
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
PAGE = "/acme/-/settings/rules"
API = "/api/v1/organisations/acme/rules"
LOOSE = Policy(approvals=(), protected_tags=())
PASSWORD = "correct horse battery"


@pytest.mark.slow
@pytest.mark.protects("reviews/organisation-rules")
def test_a_project_that_protects_nothing_is_held_to_its_organisations_rules(
    project: Project, developer: Any, reviewer: Any, owner: Any
) -> None:
    change_rules(owner, project.organisation, Rules(1, ("release-*",)))
    write_file(developer, project, "forge.yml", b"approvals: []\nprotected-tags: []\n")
    build = built(developer, project, policy=LOOSE.to_json())
    with pytest.raises(GateClosed, match="0 of 1 approval"):
        publish_build(developer, build, "release-7")
    give_verdict(reviewer, build, "approve")
    assert publish_build(developer, build, "release-7").name == "release-7"


@pytest.mark.slow
@pytest.mark.protects("reviews/organisation-rules")
def test_a_stricter_project_stays_stricter(project: Project, developer: Any, reviewer: Any, owner: Any) -> None:
    change_rules(owner, project.organisation, Rules(1, ("versions",)))
    policy = Policy(approvals=(ApprovalRule(2),), protected_tags=("versions",))
    build = built(developer, project, policy=policy.to_json())
    give_verdict(reviewer, build, "approve")
    with pytest.raises(GateClosed, match="1 of 2 approvals"):
        publish_build(developer, build, "1.0")
    give_verdict(owner, build, "approve")
    assert publish_build(developer, build, "1.0").name == "1.0"


# -- confirming


@pytest.fixture
def confirming(project: Project, owner: Any) -> Project:
    change_rules(owner, project.organisation, Rules(confirms=True))
    return project


def form_of(build: Any) -> dict[str, str]:
    return {"verdict": "approve", "text": "It hears me.", "round": "1", "rune": build.artefact.digest}


@pytest.mark.slow
@pytest.mark.protects("reviews/unattended-browser")
def test_an_approval_needs_a_password_that_was_typed_just_now(
    confirming: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = built(developer, confirming)
    ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    client = browser_of(reviewer)
    response = client.post("/acme/kitchen/reviews/1/respond", form_of(build))
    assert response.status_code == 409
    page = response.content.decode()
    assert 'href="/accounts/identity"' in page
    assert client.get("/accounts/identity")["Location"].startswith("/accounts/reauthenticate/?next=")
    assert "You are not confirmed" in client.get("/accounts/identity/confirmed").content.decode()
    assert ">It hears me.</textarea>" in page, "what was written is still there"
    assert not Verdict.objects.exists()
    path = f"/api/v1/builds/{build.pk}/reviews"
    headers = {"if-match": client.get(path).headers["ETag"]}
    body = {"verdict": "approve"}
    assert client.post(path, body, content_type="application/json", headers=headers).status_code == 409

    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert client.post("/acme/kitchen/reviews/1/respond", form_of(build)).status_code == 409
    fields = {"password": PASSWORD, "next": "/accounts/identity/confirmed"}
    assert client.post("/accounts/reauthenticate/", fields)["Location"] == "/accounts/identity/confirmed"
    assert "You are confirmed" in client.get("/accounts/identity/confirmed").content.decode()
    assert client.post("/acme/kitchen/reviews/1/respond", form_of(build)).status_code == 302
    assert Verdict.objects.get().confirmed
    assert publish_build(developer, build, "1.0").name == "1.0"


@pytest.mark.slow
@pytest.mark.protects("reviews/unattended-browser")
def test_who_has_neither_password_nor_passkey_sets_one_up_before_approving(
    confirming: Project, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    reviewer.set_unusable_password()
    reviewer.save()
    build = built(developer, confirming)
    ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))])
    client = browser_of(reviewer)
    assert client.post("/acme/kitchen/reviews/1/respond", form_of(build)).status_code == 409
    assert client.get("/accounts/identity")["Location"] == "/accounts/security"


@pytest.mark.slow
@pytest.mark.protects("reviews/unattended-browser")
def test_an_approval_from_before_the_rule_does_not_count(
    project: Project, developer: Any, reviewer: Any, owner: Any
) -> None:
    build = built(developer, project)
    give_verdict(reviewer, build, "approve")
    change_rules(owner, project.organisation, Rules(confirms=True))
    with pytest.raises(GateClosed, match="confirmed with a passkey or a password"):
        publish_build(developer, build, "1.0")
    with pytest.raises(ConfirmationNeeded):
        give_verdict(reviewer, build, "approve")
    give_verdict(reviewer, build, "changes", "Asking for changes needs none.")
    give_verdict(reviewer, build, "approve", confirmed=True)
    assert publish_build(developer, build, "1.0").name == "1.0"


# -- who changes them


@pytest.mark.slow
@pytest.mark.protects("reviews/organisation-rules")
def test_owners_alone_change_the_rules(organisation: Organisation, people: dict[str, Any], browser_of: Browser) -> None:
    form = {"approvals": "2", "protected_tags": "versions, latest", "confirms": "1"}
    for kind in ("maintainer", "developer", "reviewer", "viewer"):
        assert browser_of(people[kind]).get(PAGE).status_code == 403, kind
        assert browser_of(people[kind]).post(PAGE, form).status_code == 403, kind
        with pytest.raises(Forbidden):
            change_rules(people[kind], organisation, Rules())
    assert browser_of(people["stranger"]).get(API).status_code == 404
    assert browser_of(people["viewer"]).get(API).json() == {"approvals": 0, "protected_tags": [], "confirms": False}
    client = browser_of(people["owner"])
    assert client.post(PAGE, form).status_code == 412, "a form that saw nothing"
    precondition = {"etag": etag_of(rule_facets(rules_of(organisation.pk)))}
    change_rules(people["owner"], organisation, Rules(3))
    response = client.post(PAGE, form | precondition)
    assert response.status_code == 412
    assert 'name="approvals" type="number" value="3"' in compact(response.content.decode()), "the rules as they are now"
    precondition = {"etag": etag_of(rule_facets(rules_of(organisation.pk)))}
    assert client.post(PAGE, form | precondition).status_code == 302
    rules = OrganisationRules.objects.get()
    assert (rules.approvals, rules.protected_tags, rules.confirms) == (2, ["versions", "latest"], True)
    entries = render_entries(list(AuditEntry.objects.filter(action="organisation.rules")))
    assert "approvals from 3 to 2" in str(entries)


@pytest.mark.protects("reviews/organisation-rules")
def test_a_token_of_an_owner_changes_no_rules(organisation: Organisation, owner: Any) -> None:
    _, secret = create_token(owner, "bot", ["organisation:read", "organisation:write"], None)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    etag = client.get(API).headers["ETag"]
    body = {"approvals": 0, "protected_tags": [], "confirms": False}
    answer = client.put(API, body, content_type="application/json", headers={"if-match": etag})
    assert answer.status_code == 403


@pytest.mark.protects("reviews/stale-settings")
def test_the_rules_are_changed_as_they_were_read(organisation: Organisation, owner: Any, browser_of: Browser) -> None:
    client = browser_of(owner)
    etag = client.get(API).headers["ETag"]
    body = {"approvals": 0, "protected_tags": [], "confirms": False}

    def put(**headers: str) -> int:
        return client.put(API, body, content_type="application/json", headers=headers).status_code

    assert put() == 428
    change_rules(owner, organisation, Rules(3))
    assert put(if_match=etag) == 412
    with pytest.raises(Stale, match="rules for publishing changed"):
        change_rules(owner, organisation, Rules(), precondition=[etag.strip('"')])
    assert rules_of(organisation.pk).approvals == 3
    assert put(if_match=client.get(API).headers["ETag"]) == 200


@pytest.mark.parametrize(
    "rules", [Rules(11), Rules(-1), Rules(1, ("not a tag",)), Rules(1, tuple(map(str, range(21))))]
)
def test_rules_that_nobody_can_keep_are_refused(rules: Rules, organisation: Organisation, owner: Any) -> None:
    with pytest.raises(Invalid):
        change_rules(owner, organisation, rules)
    assert not OrganisationRules.objects.exists()
