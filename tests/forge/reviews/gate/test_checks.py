"""Checks that robots make: who may post, what is refused by name, and what the gate demands of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token, delete_token, remove_member
from forge.accounts.models import ApiToken
from forge.accounts.principals import Principal, acting_as
from forge.builds.models import Build
from forge.core.errors import Forbidden, Invalid, NotFound
from forge.core.models import AuditEntry, Event
from forge.projects.actions import write_file
from forge.registry.tags.errors import GateClosed
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import ReportedCheck, post_check
from forge.reviews.checks.access import check_statuses
from forge.reviews.errors import NewerBuild, RobotNeeded, UnknownCheck, WrongRobot
from forge.reviews.models import CheckResult
from rune.source.policy.read import read_policy
from tests.support.forge.factories.builds import RUNE, approved, built

pytestmark = pytest.mark.django_db

Browser = Callable[[Any], Client]
RULES = "approvals: []\nprotected-tags: [versions]\nchecks: {lab: ari@acme.example/lab rig}\n"
LINK = "https://lab.example.com/runs/7"


@pytest.fixture(autouse=True)
def confirmed(reviewer: Any, developer: Any) -> None:
    for person in (reviewer, developer):
        EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True})


def build_with(user: Any, project: Any, rules: str = RULES, rune: bytes = RUNE) -> Build:
    write_file(user, project, "forge.yml", rules.encode())
    policy = read_policy(rules).policy
    assert policy is not None
    return approved(built(user, project, rune, policy=policy.to_json()))


def robot(person: Any, name: str = "lab rig", *scopes: str) -> Principal:
    token, _ = create_token(person, name, list(scopes or ("check:write",)), None)
    return acting_as(person, token)


def success(build: Build, **values: str) -> ReportedCheck:
    assert build.artefact is not None
    return ReportedCheck(**({"digest": build.artefact.digest, "state": "success"} | values))


@pytest.mark.slow
@pytest.mark.protects("reviews/checks")
def test_a_version_waits_until_the_robot_says_that_its_check_succeeded(
    project: Any, developer: Any, reviewer: Any
) -> None:
    build, rig = build_with(developer, project), robot(reviewer)
    missing = "The check lab did not succeed: ari@acme.example/lab rig"
    with pytest.raises(GateClosed, match=f"{missing} has posted no result"):
        publish_build(developer, build, "1.0")
    for state in ("pending", "failure"):
        post_check(rig, build, "lab", success(build, state=state))
        with pytest.raises(GateClosed, match=f"{missing} said {state}"):
            publish_build(developer, build, "1.0")
    post_check(rig, build, "lab", success(build, text="40 boards", link=LINK))
    assert CheckResult.objects.get().link == LINK
    assert publish_build(developer, build, "1.0").name == "1.0"


@pytest.mark.protects("reviews/check-posters")
def test_only_the_robot_that_is_named_posts(project: Any, developer: Any, reviewer: Any, stranger: Any) -> None:
    build = build_with(developer, project)
    with pytest.raises(RobotNeeded):
        post_check(acting_as(reviewer), build, "lab", success(build))
    sentence = "Results of lab are posted by ari@acme.example/lab rig. This token is "
    with pytest.raises(WrongRobot, match=f"{sentence}ari@acme.example/other"):
        post_check(robot(reviewer, "other"), build, "lab", success(build))
    with pytest.raises(WrongRobot, match=f"{sentence}{developer.email}/lab rig"):
        post_check(robot(developer), build, "lab", success(build))
    with pytest.raises(Forbidden):
        post_check(robot(reviewer, "lab rig", "review:write", "rune:publish"), build, "lab", success(build))
    with pytest.raises((Forbidden, NotFound)):
        post_check(robot(stranger), build, "lab", success(build))
    EmailAddress.objects.filter(user=reviewer).update(verified=False)
    with pytest.raises(WrongRobot, match="an account whose address is not confirmed"):
        post_check(robot(reviewer), build, "lab", success(build))
    assert not CheckResult.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("reviews/check-bytes")
def test_a_result_names_a_check_of_the_rules_and_the_bytes_of_the_build(
    project: Any, developer: Any, reviewer: Any
) -> None:
    build, rig = build_with(developer, project), robot(reviewer)
    with pytest.raises(UnknownCheck, match=r"forge\.yml names no check fuzz\. It names lab\."):
        post_check(rig, build, "fuzz", success(build))
    with pytest.raises(NewerBuild):
        post_check(rig, build, "lab", success(build, digest="sha256:" + "0" * 64))
    post_check(rig, build, "lab", success(build))
    write_file(developer, project, "notes.txt", b"other files")
    other = build_with(developer, project, rune=RUNE + b"2")
    with pytest.raises(GateClosed, match="has posted no result"):
        publish_build(developer, other, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/check-links")
def test_a_result_is_a_state_a_line_and_a_link_over_https(project: Any, developer: Any, reviewer: Any) -> None:
    build, rig = build_with(developer, project), robot(reviewer)
    wrong: tuple[dict[str, str], ...] = (
        {"state": "great"},
        {"text": "x" * 301},
        {"text": "a\x1b[2J"},
        {"link": "http://lab.example.com"},
        {"link": "javascript:alert(1)"},
        {"link": "https://"},
        {"link": "https://good.example@evil.example/"},
        {"link": "https://lab.example.com/a b"},
        {"link": "https://lab.example.com:99999/"},
        {"link": "https://lab.example.com/" + "x" * 500},
        {"link": "//lab.example.com"},
    )
    for values in wrong:
        with pytest.raises(Invalid):
            post_check(rig, build, "lab", success(build, **values))
    assert not CheckResult.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("reviews/own-robots")
def test_a_build_that_names_its_own_robot_needs_the_one_in_force_too(
    project: Any, developer: Any, reviewer: Any
) -> None:
    first = build_with(developer, project)
    post_check(robot(reviewer), first, "lab", success(first))
    publish_build(developer, first, "1.0")
    own = RULES.replace("ari@acme.example", developer.email)
    build = build_with(developer, project, own, RUNE + b"2")
    post_check(robot(developer), build, "lab", success(build))
    with pytest.raises(GateClosed, match=r"ari@acme\.example/lab rig has posted no result"):
        publish_build(developer, build, "1.1")
    without = build_with(developer, project, "approvals: []\nprotected-tags: [versions]\n", RUNE + b"3")
    with pytest.raises(GateClosed, match=r"ari@acme\.example/lab rig has posted no result"):
        publish_build(developer, without, "1.1")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-robots")
def test_the_result_of_a_robot_that_left_does_not_count(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    build = build_with(developer, project)
    post_check(robot(reviewer), build, "lab", success(build))
    remove_member(owner, project.organisation, reviewer.pk)
    with pytest.raises(GateClosed, match="has posted no result"):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-robots")
def test_what_a_token_posted_ends_with_it_and_another_of_its_name_posts_anew(
    project: Any, developer: Any, reviewer: Any
) -> None:
    build, rig = build_with(developer, project), robot(reviewer)
    post_check(rig, build, "lab", success(build))
    assert [each.succeeded for each in check_statuses(build)] == [True]
    delete_token(acting_as(reviewer), UUID(str(rig.id)))
    assert CheckResult.objects.get().token_name == "lab rig"
    again = robot(reviewer)
    with pytest.raises(GateClosed, match="has posted no result"):
        publish_build(developer, build, "1.0")
    post_check(again, build, "lab", success(build, state="failure"))
    with pytest.raises(GateClosed, match="said failure"):
        publish_build(developer, build, "1.0")
    post_check(again, build, "lab", success(build))
    ApiToken.objects.filter(pk=again.id).update(expires=timezone.now())
    with pytest.raises(GateClosed, match="has posted no result"):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/check-robots")
def test_of_two_tokens_with_one_name_neither_posts_and_what_the_first_said_stays(
    project: Any, developer: Any, reviewer: Any
) -> None:
    build, first = build_with(developer, project), robot(reviewer)
    post_check(first, build, "lab", success(build, state="failure"))
    second = robot(reviewer)
    for each in (first, second):
        with pytest.raises(WrongRobot, match="several tokens called lab rig"):
            post_check(each, build, "lab", success(build))
    assert CheckResult.objects.get().state == "failure"
    robot(reviewer, "lab rig", "project:read")
    delete_token(acting_as(reviewer), UUID(str(second.id)))
    post_check(first, build, "lab", success(build))
    assert publish_build(developer, build, "1.0").name == "1.0"


@pytest.mark.slow
def test_the_pages_show_a_result_with_its_link_and_its_robot(
    project: Any, owner: Any, developer: Any, reviewer: Any, browser_of: Browser
) -> None:
    build = build_with(developer, project)
    page = browser_of(owner).get("/acme/kitchen/builds/1").content.decode()
    assert "posted by ari@acme.example/lab rig" in page
    assert "No result" in page
    post_check(robot(reviewer), build, "lab", success(build, state="failure", text="3 of <40> boards", link=LINK))
    page = browser_of(owner).get("/acme/kitchen/builds/1").content.decode()
    assert "3 of &lt;40&gt; boards" in page
    assert f'href="{LINK}" rel="noopener noreferrer nofollow"' in page
    assert "Failure" in page


@pytest.mark.slow
def test_a_robot_posts_over_the_api_and_others_read(
    project: Any, developer: Any, reviewer: Any, client: Client
) -> None:
    build = build_with(developer, project)
    assert build.artefact is not None
    _, secret = create_token(reviewer, "lab rig", ["check:write"], None)
    _, other = create_token(reviewer, "other rig", ["check:write"], None)
    _, reader = create_token(reviewer, "reader", ["project:read"], None)
    address = f"/api/v1/builds/{build.pk}/checks"
    body = {"digest": build.artefact.digest, "state": "success", "text": "40 boards", "link": LINK}

    def put(token: str, **values: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.put(f"{address}/lab", body | values, content_type="application/json", headers=headers)

    response = put(other)
    assert response.status_code == 403
    assert "Results of lab are posted by ari@acme.example/lab rig" in response.json()["detail"]
    assert put(reader).status_code == 403
    assert put(secret, digest="sha256:0").status_code == 412
    assert put(secret, state="great").status_code == 400
    assert put(secret).status_code == 200
    (check,) = client.get(address, headers={"Authorization": f"Bearer {reader}"}).json()["checks"]
    assert (check["name"], check["state"], check["text"], check["link"]) == ("lab", "success", "40 boards", LINK)
    assert AuditEntry.objects.get(action="check.post").data["check"] == "lab"
    event = Event.objects.get(stream_id=project.stream, type="check.posted")
    assert event.data == {"build": str(build.pk), "number": build.number, "name": "lab", "state": "success"}
