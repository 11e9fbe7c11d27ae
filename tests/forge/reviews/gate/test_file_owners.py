"""Owners by path: who must approve when files of theirs changed, whatever way around them somebody tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from forge.accounts.actions import add_to_team, create_team, remove_from_team, remove_member
from forge.accounts.models import User
from forge.builds.models import Build
from forge.projects.actions import delete_file, write_file
from forge.registry.tags.errors import GateClosed
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews.actions import (
    RequestedGroup,
    ask_for_review,
    ask_in_a_new_round,
    give_verdict,
    merge_change_request,
)
from forge.reviews.changes.access import find_change_request
from forge.reviews.errors import CannotMerge
from rune.source.policy.read import read_policy
from tests.support.forge.factories.builds import RUNE, built
from tests.support.forge.factories.changes import built_merged, forked, offered

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
RULES = "approvals: []\nprotected-tags: [versions]\nowners:\n  models/: [ari@acme.example]\n"
TEAM = RULES.replace("ari@acme.example", "team:audio")
MISSING = "It has 0 of 1 approval by ari@acme.example, owner of models/"


@pytest.fixture(autouse=True)
def confirmed(reviewer: Any) -> None:
    """The owner of the files has confirmed their address."""
    EmailAddress.objects.update_or_create(user=reviewer, email=reviewer.email, defaults={"verified": True})


def build_with(user: Any, project: Any, rules: str, rune: bytes = RUNE, **files: bytes) -> Build:
    for name, data in files.items():
        write_file(user, project, f"models/{name}", data)
    write_file(user, project, "forge.yml", rules.encode())
    policy = read_policy(rules).policy
    assert policy is not None
    return built(user, project, rune, policy=policy.to_json())


@pytest.mark.slow
@pytest.mark.protects("reviews/file-owners")
def test_a_file_of_somebody_is_published_with_their_approval_alone(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    build = build_with(developer, project, RULES, a=b"1")
    give_verdict(owner, build, "approve")
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, build, "1.0")
    give_verdict(reviewer, build, "approve")
    assert publish_build(developer, build, "1.0").name == "1.0"


@pytest.fixture
def release(project: Any, owner: Any, developer: Any, reviewer: Any) -> Build:
    """Version 1.0, whose owner of models approved it."""
    build = build_with(developer, project, RULES, a=b"1")
    give_verdict(reviewer, build, "approve")
    publish_build(developer, build, "1.0")
    return build


@pytest.mark.slow
def test_what_changes_nothing_of_theirs_needs_nothing_of_them(release: Build, developer: Any) -> None:
    write_file(developer, release.project, "notes.txt", b"hello")
    later = build_with(developer, release.project, RULES, RUNE + b"2")
    assert publish_build(developer, later, "1.1").name == "1.1"


@pytest.mark.slow
@pytest.mark.protects("reviews/changes-in-earlier-builds")
def test_a_change_in_an_earlier_build_that_others_approved_still_needs_its_owner(
    release: Build, developer: Any, owner: Any, reviewer: Any
) -> None:
    between = build_with(developer, release.project, RULES, RUNE + b"2", a=b"2")
    give_verdict(owner, between, "approve")
    publish_past_gate(owner, between, "1.1", "The fair opens in an hour.")
    later = build_with(developer, release.project, RULES, RUNE + b"3")
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, later, "1.2")
    give_verdict(reviewer, later, "approve")
    assert publish_build(developer, later, "1.2").name == "1.2"


@pytest.mark.slow
@pytest.mark.protects("reviews/moved-files")
def test_removing_or_moving_a_file_is_a_change_of_it(release: Build, developer: Any) -> None:
    delete_file(developer, release.project, "models/a")
    write_file(developer, release.project, "elsewhere/a", b"1")
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, build_with(developer, release.project, RULES, RUNE + b"2"), "1.1")


@pytest.mark.slow
@pytest.mark.protects("reviews/same-bytes-from-other-files")
def test_an_approval_of_the_same_bytes_from_other_files_does_not_count_and_can_be_asked_for(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    first = build_with(developer, project, RULES, a=b"1")
    review = ask_for_review(developer, first, "Models", reviewers=[RequestedGroup((reviewer.pk,))])
    give_verdict(reviewer, first, "approve")
    later = build_with(developer, project, RULES, a=b"2")
    assert later.artefact is not None
    assert first.artefact is not None
    assert later.artefact.digest == first.artefact.digest
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, later, "1.0")
    ask_in_a_new_round(developer, review, later)
    give_verdict(reviewer, later, "approve")
    assert publish_build(developer, later, "1.0").name == "1.0"


@pytest.mark.protects("reviews/unconfirmed-file-owners")
def test_an_address_that_nobody_confirmed_owns_nothing(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project, RULES, a=b"1")
    give_verdict(reviewer, build, "approve")
    EmailAddress.objects.filter(user=reviewer).update(verified=False)
    with pytest.raises(GateClosed, match=r"ari@acme\.example cannot give one: no member has confirmed that address"):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-file-owners")
def test_an_owner_who_was_removed_no_longer_counts(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project, RULES, a=b"1")
    give_verdict(reviewer, build, "approve")
    remove_member(owner, project.organisation, reviewer.pk)
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-file-owners")
def test_a_team_owns_files_while_somebody_is_in_it(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project, TEAM, a=b"1")
    give_verdict(reviewer, build, "approve")
    with pytest.raises(GateClosed, match="Nobody in team audio may give a verdict here"):
        publish_build(developer, build, "1.0")
    team = create_team(owner, project.organisation, "audio")
    add_to_team(owner, team, [reviewer.pk])
    publish_build(developer, build, "1.0")
    later = build_with(developer, project, TEAM, RUNE + b"2", a=b"2")
    give_verdict(reviewer, later, "approve")
    remove_from_team(owner, team, reviewer.pk)
    with pytest.raises(GateClosed, match="Nobody in team audio may give a verdict here"):
        publish_build(developer, later, "1.1")


@pytest.mark.slow
@pytest.mark.protects("reviews/removed-file-owners")
def test_a_build_that_takes_the_owners_out_needs_them(release: Build, developer: Any, owner: Any) -> None:
    none = "approvals: []\nprotected-tags: [versions]\n"
    build = build_with(developer, release.project, none, RUNE + b"2", a=b"2")
    give_verdict(owner, build, "approve")
    with pytest.raises(GateClosed, match=MISSING + "a"):
        publish_build(developer, build, "1.1")


@pytest.mark.slow
def test_the_pages_of_a_build_and_a_review_and_the_api_say_whose_approval_is_missing(
    project: Any, owner: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = build_with(developer, project, RULES, a=b"1", b=b"1")
    ask_for_review(developer, build, "Models", reviewers=[RequestedGroup((reviewer.pk,))])
    browser = browser_of(owner)
    title = "1 approval by ari@acme.example, owner of models/a and models/b"
    for address in ("/acme/kitchen/builds/1/publish", "/acme/kitchen/reviews/1"):
        assert title in browser.get(address).content.decode()
    gate = browser.get(f"/api/v1/builds/{build.pk}/gate?tag=1.0").json()
    assert {"done": False, "title": title, "detail": "It has no approval yet."} in gate["steps"]
    give_verdict(reviewer, build, "approve")
    gate = browser.get(f"/api/v1/builds/{build.pk}/gate?tag=1.0").json()
    assert {"done": True, "title": title, "detail": "Approved by Ari Rossi."} in gate["steps"]


@pytest.mark.slow
@pytest.mark.protects("reviews/file-owners")
def test_a_change_request_that_changes_a_file_of_somebody_waits_for_them(
    project: Any, owner: Any, developer: Any, reviewer: Any, stranger: Any, browser_of: Browser
) -> None:
    fork = forked(owner, developer, stranger, project)
    rules = RULES.replace("models/", "Runefile.yml")
    write_file(developer, project, "forge.yml", rules.encode())
    policy = read_policy(rules).policy
    assert policy is not None
    first = built(developer, project, policy=policy.to_json())
    give_verdict(reviewer, first, "approve")
    publish_build(developer, first, "1.0")
    offer = offered(User.objects.get(pk=stranger.pk), fork, ("2.5", "2.75"))
    build = built_merged(developer, offer)
    give_verdict(owner, build, "approve")
    sentence = "1 approval by ari@acme.example, owner of Runefile.yml"
    with pytest.raises(CannotMerge, match=sentence):
        merge_change_request(developer, find_change_request(developer, offer.pk))
    assert sentence in browser_of(developer).get(offer.get_absolute_url()).content.decode()
    give_verdict(reviewer, build, "approve")
    assert merge_change_request(developer, find_change_request(developer, offer.pk)) is not None
