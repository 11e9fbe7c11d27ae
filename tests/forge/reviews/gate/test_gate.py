"""The gate of protected tags, from the acts that publish: what is refused, who overrides, and what a visitor gets.

Each way around the gate that somebody may think of has a test here.
"""

from __future__ import annotations

from typing import Any

import pytest

from forge.accounts.actions import change_role, create_token, remove_member
from forge.accounts.models import Role
from forge.builds.models import Build
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry, Event
from forge.projects.actions import write_file
from forge.registry.models import Admission, Publication
from forge.registry.tags.access import default_tag, tags_of
from forge.registry.tags.errors import GateClosed, NothingToOverride
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews.actions import RequestedGroup, ask_for_review, ask_in_a_new_round, give_verdict, undo_verdict
from forge.reviews.errors import OwnBuild, SameRune
from rune.source.policy.read import read_policy
from tests.support.cases import each_case
from tests.support.forge.factories.builds import RUNE, approved, built
from tests.support.forge.factories.members import make_member
from tests.support.forge.factories.preconditions import etag_headers

pytestmark = pytest.mark.django_db

TWO = "approvals: {count: 2}\nprotected-tags: [versions, latest]\n"
NONE = "approvals: []\nprotected-tags: []\n"


def build_with(user: Any, project: Any, rules: str | None = None, rune: bytes = RUNE) -> Build:
    """A build of these bytes whose `forge.yml` says this; None leaves the file out."""
    write_file(user, project, "notes.txt", str(project.builds.count()).encode())
    policy_json = None
    if rules is not None:
        write_file(user, project, "forge.yml", rules.encode())
        policy = read_policy(rules).policy
        assert policy is not None
        policy_json = policy.to_json()
    return built(user, project, rune, policy=policy_json)


@pytest.fixture
def strict(project: Any, owner: Any, developer: Any, reviewer: Any) -> Build:
    """A published build whose rules need two approvals: these are in force."""
    build = build_with(developer, project, TWO)
    give_verdict(owner, build, "approve")
    give_verdict(reviewer, build, "approve")
    publish_build(developer, build, "1.0")
    return build


@pytest.mark.slow
def test_alone_one_publishes_without_asking_anybody(project: Any, developer: Any) -> None:
    tag = publish_build(developer, build_with(developer, project), "1.0")
    assert tag.publication is not None
    assert tag.publication.admission == Admission.OPEN


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
def test_with_a_second_person_a_version_needs_an_approval(project: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project)
    with pytest.raises(GateClosed, match=r"1\.0 is protected\. It has 0 of 1 approval by any member\.") as error:
        publish_build(developer, build, "1.0")
    assert error.value.extra == {"missing": ["It has 0 of 1 approval by any member. Ask for a review."]}
    assert tags_of(developer, project) == []
    assert not AuditEntry.objects.filter(action="tag.publish").exists()
    assert publish_build(developer, build, "nightly").publication.admission == Admission.OPEN  # type: ignore[union-attr]
    give_verdict(reviewer, build, "approve")
    tag = publish_build(developer, build, "1.0")
    assert tag.publication is not None
    assert tag.publication.admission == Admission.PASSED
    event = Event.objects.filter(stream_id=project.stream, type="tag.published").latest("sequence")
    assert event.data == {"tag": "1.0", "build_number": build.number, "admission": "passed"}


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
@pytest.mark.parametrize("name", ["latest", "Latest", "LATEST"])
def test_latest_is_protected_where_the_team_has_two_people_and_no_file_says_otherwise(
    name: str, project: Any, developer: Any, reviewer: Any
) -> None:
    """`rune pull` takes it where no tag is named."""
    build = built(developer, project)
    with pytest.raises(GateClosed, match="0 of 1 approval by any member"):
        publish_build(developer, build, name)
    assert publish_build(developer, build, "nightly").name == "nightly"
    give_verdict(reviewer, build, "approve")
    assert publish_build(developer, build, "latest").name == "latest"


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
def test_who_is_alone_publishes_latest_until_a_second_person_joins(project: Any, developer: Any) -> None:
    assert publish_build(developer, build_with(developer, project), "latest").name == "latest"
    make_member(project.organisation, "second@acme.example", "Second", Role.REVIEWER)
    with pytest.raises(GateClosed, match="0 of 1 approval"):
        publish_build(developer, build_with(developer, project, rune=RUNE + b"2"), "latest")


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
def test_a_build_with_changes_asked_for_gets_no_version(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    build = approved(build_with(developer, project))
    give_verdict(reviewer, build, "changes", "Too loud.")
    give_verdict(owner, build, "approve")
    with pytest.raises(GateClosed, match="Ari Rossi wants it changed"):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
def test_a_limit_that_is_not_kept_closes_the_gate(project: Any, developer: Any, reviewer: Any) -> None:
    build = approved(build_with(developer, project, "limits: {size: 1 kB}\n"))
    Build.objects.filter(pk=build.pk).update(
        judgements=[
            {
                "limit": {"kind": "size", "bound": 1000, "label": None},
                "outcome": "missed",
                "figure": {"value": 5128, "low": 5128, "high": 5128, "count": 1},
                "reason": "",
            }
        ]
    )
    build.refresh_from_db()
    with pytest.raises(GateClosed, match=r"Size does not meet its limit: 5\.1 kB, and the limit is at most 1\.0 kB\."):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/overrides")
def test_an_owner_overrides_with_a_reason_that_everyone_reads(project: Any, owner: Any, developer: Any) -> None:
    build = build_with(developer, project)
    tag = publish_past_gate(owner, build, "1.0", "  The fair opens in\nan hour. ")
    assert tag.publication is not None
    assert (tag.publication.admission, tag.publication.reason) == (Admission.OVERRIDDEN, "The fair opens in an hour.")
    assert tag.publication.missing == ["It has 0 of 1 approval by any member. Ask for a review."]
    entry = AuditEntry.objects.get(action="tag.override")
    assert entry.data["reason"] == "The fair opens in an hour."
    assert entry.data["missing"] == tag.publication.missing
    event = Event.objects.get(stream_id=project.stream, type="tag.published")
    assert event.data["admission"] == "overridden"


@each_case("reason", ["", "  ", "because", "x" * 501])
def test_an_override_needs_a_reason(project: Any, owner: Any, developer: Any, reason: str) -> None:
    with pytest.raises(Invalid):
        publish_past_gate(owner, build_with(developer, project), "1.0", reason)
    assert not Publication.objects.exists()


@pytest.mark.protects("reviews/overrides")
def test_only_owners_override(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project)
    for person in (developer, reviewer):
        with pytest.raises(Forbidden):
            publish_past_gate(person, build, "1.0", "A good reason.")


@pytest.mark.slow
def test_an_override_is_for_what_is_refused(project: Any, owner: Any, developer: Any) -> None:
    build = build_with(developer, project)
    with pytest.raises(NothingToOverride):
        publish_past_gate(owner, build, "nightly", "A good reason.")
    with pytest.raises(NothingToOverride):
        publish_past_gate(owner, approved(build), "1.0", "A good reason.")


@pytest.mark.slow
@pytest.mark.protects("reviews/overrides")
def test_an_override_does_not_make_the_rules_of_its_build_the_projects(
    strict: Build, owner: Any, developer: Any
) -> None:
    build = build_with(developer, strict.project, NONE, RUNE + b"2")
    publish_past_gate(owner, build, "2.0", "A good reason.")
    later = build_with(developer, strict.project, NONE, RUNE + b"3")
    with pytest.raises(GateClosed, match="0 of 2 approvals"):
        publish_build(developer, later, "3.0")


# -- ways around


@pytest.mark.slow
@pytest.mark.protects("reviews/loosened-rules")
def test_rules_that_are_loosened_by_the_same_change_do_not_open_the_gate(strict: Build, developer: Any) -> None:
    build = build_with(developer, strict.project, NONE, RUNE + b"2")
    for tag in ("2.0", "latest"):
        with pytest.raises(GateClosed, match="It changes the rules, so only approvals count that were given on it"):
            publish_build(developer, build, tag)


@pytest.mark.slow
@pytest.mark.protects("reviews/inherited-approvals")
def test_approvals_of_the_same_bytes_do_not_approve_other_rules(strict: Build, developer: Any) -> None:
    again = build_with(developer, strict.project, NONE)
    assert again.artefact is not None
    assert strict.artefact is not None
    assert again.artefact.digest == strict.artefact.digest
    with pytest.raises(GateClosed, match="0 of 2 approvals"):
        publish_build(developer, again, "2.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/loosened-rules")
def test_taking_the_file_away_does_not_open_the_gate(strict: Build, developer: Any) -> None:
    with pytest.raises(GateClosed, match="0 of 2 approvals"):
        publish_build(developer, build_with(developer, strict.project, None, RUNE + b"2"), "latest")


@pytest.mark.slow
@pytest.mark.protects("reviews/loosened-rules")
def test_those_who_approved_before_can_approve_that_the_rules_change(
    strict: Build, owner: Any, developer: Any, reviewer: Any
) -> None:
    build = build_with(developer, strict.project, NONE)
    give_verdict(owner, build, "approve")
    give_verdict(reviewer, build, "approve")
    publish_build(developer, build, "2.0")
    publish_build(developer, build_with(developer, strict.project, NONE, RUNE + b"3"), "3.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/inherited-approvals")
def test_an_old_build_does_not_bring_its_old_rules_back(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    lax = build_with(developer, project, "approvals: {from: reviewer}\n", RUNE + b"old")
    give_verdict(reviewer, lax, "approve")
    publish_build(developer, lax, "1.0")
    now = build_with(developer, project, "approvals: [{from: reviewer}, {from: owner}]\n")
    give_verdict(reviewer, now, "approve")
    give_verdict(owner, now, "approve")
    publish_build(developer, now, "2.0")
    with pytest.raises(GateClosed, match="It changes the rules"):
        publish_build(developer, lax, "2.1")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-approvers")
def test_who_asked_for_the_build_cannot_approve_the_rules_that_it_brings(strict: Build, owner: Any) -> None:
    own = build_with(owner, strict.project, NONE)
    with pytest.raises(OwnBuild):
        give_verdict(owner, own, "approve")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-approvers")
def test_an_approval_that_is_taken_back_does_not_count(project: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project)
    give_verdict(reviewer, build, "approve")
    undo_verdict(reviewer, build)
    with pytest.raises(GateClosed):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-approvers")
def test_an_approval_of_a_former_member_does_not_count(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    build = build_with(developer, project)
    give_verdict(reviewer, build, "approve")
    remove_member(owner, project.organisation, reviewer.pk)
    with pytest.raises(GateClosed):
        publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/former-approvers")
def test_an_approval_counts_for_the_role_that_its_person_has_today(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    build = build_with(developer, project, "approvals: {from: owner}\n")
    give_verdict(reviewer, build, "approve")
    with pytest.raises(GateClosed, match="0 of 1 approval by owner"):
        publish_build(developer, build, "1.0")
    change_role(owner, project.organisation, reviewer.pk, "owner")
    with pytest.raises(GateClosed, match="0 of 1 approval by any member") as error:
        # Of the default, which is in force: that was given on this build, so it counts as well.
        publish_build(developer, build_with(developer, project, None, RUNE + b"2"), "1.0")
    assert len(error.value.missing) == 1
    publish_build(developer, build, "1.0")


@pytest.mark.slow
@pytest.mark.protects("reviews/overrides")
def test_a_token_of_an_owner_overrides_with_its_own_scope_only(
    project: Any, owner: Any, developer: Any, browser_of: Any
) -> None:
    build = build_with(developer, project)
    body = {"tag": "1.0", "build": str(build.pk)}
    override_body = body | {"reason": "The fair opens in an hour."}
    address = f"/api/v1/projects/{project.full_name}/tags"
    for scopes, override, publish in (
        (["rune:publish"], 403, 409),
        (["project:manage"], 403, 403),
        (["rune:publish", "project:manage"], 201, 201),
    ):
        _, secret = create_token(owner, "ci", scopes, None)
        headers = {"Authorization": f"Bearer {secret}"} | etag_headers(address, body)
        client = browser_of(None)
        answer = client.post(f"{address}/override", override_body, content_type="application/json", headers=headers)
        assert answer.status_code == override, (scopes, answer.content)
        headers |= etag_headers(address, body)
        answer = client.post(address, body, content_type="application/json", headers=headers)
        assert answer.status_code == publish, (scopes, answer.content)


@pytest.mark.slow
@pytest.mark.protects("reviews/gate")
def test_the_api_says_what_is_missing(project: Any, developer: Any, reviewer: Any, browser_of: Any) -> None:
    build = build_with(developer, project)
    address, body = f"/api/v1/projects/{project.full_name}/tags", {"tag": "1.0", "build": str(build.pk)}
    answer = browser_of(developer).post(
        address, body, content_type="application/json", headers=etag_headers(address, body)
    )
    assert answer.status_code == 409
    assert answer.json()["missing"] == ["It has 0 of 1 approval by any member. Ask for a review."]


# -- reviews


@pytest.mark.slow
def test_a_review_goes_on_with_the_same_bytes_where_their_rules_are_others(
    strict: Build, owner: Any, developer: Any
) -> None:
    first = build_with(developer, strict.project, TWO, RUNE + b"2")
    review = ask_for_review(developer, first, "The second", reviewers=[RequestedGroup((owner.pk,))])
    with pytest.raises(SameRune):
        ask_in_a_new_round(developer, review, build_with(developer, strict.project, TWO, RUNE + b"2"))
    ask_in_a_new_round(developer, review, build_with(developer, strict.project, NONE, RUNE + b"2"))


# -- what a visitor gets


@pytest.mark.slow
@pytest.mark.protects("reviews/unwanted-versions")
def test_a_visitor_gets_the_newest_that_is_approved(project: Any, owner: Any, developer: Any, reviewer: Any) -> None:
    first = approved(build_with(developer, project, rune=RUNE + b"1"))
    publish_build(developer, first, "1.0")
    second = build_with(developer, project, rune=RUNE + b"2")
    publish_build(developer, second, "nightly")
    assert default_tag(tags_of(reviewer, project)).name == "1.0"  # type: ignore[union-attr]
    give_verdict(reviewer, second, "approve")
    assert default_tag(tags_of(reviewer, project)).name == "nightly"  # type: ignore[union-attr]
    give_verdict(owner, second, "changes", "It crackles.")
    assert default_tag(tags_of(reviewer, project)).name == "1.0"  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.protects("reviews/unwanted-versions")
def test_what_nobody_judged_comes_before_what_somebody_wants_changed(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    publish_build(developer, build_with(developer, project, rune=RUNE + b"1"), "stable")
    second = build_with(developer, project, rune=RUNE + b"2")
    publish_build(developer, second, "nightly")
    give_verdict(reviewer, second, "changes", "It crackles.")
    assert default_tag(tags_of(reviewer, project)).name == "stable"  # type: ignore[union-attr]


@pytest.mark.slow
def test_what_an_owner_published_past_the_gate_is_what_a_visitor_gets(
    project: Any, owner: Any, developer: Any, reviewer: Any
) -> None:
    publish_build(developer, approved(build_with(developer, project, rune=RUNE + b"1")), "1.0")
    second = build_with(developer, project, rune=RUNE + b"2")
    give_verdict(reviewer, second, "changes", "It crackles.")
    publish_past_gate(owner, second, "1.1", "The crackle is known and harmless.")
    assert default_tag(tags_of(reviewer, project)).name == "1.1"  # type: ignore[union-attr]


def test_without_anything_published_there_is_no_default(project: Any, developer: Any) -> None:
    assert default_tag(tags_of(developer, project)) is None
