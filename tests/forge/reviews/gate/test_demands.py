"""The demands of a protected tag follow from two policies, the members and their verdicts. No database is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from forge.reviews.gate.demands import Demands, GateMember, MemberVerdict, Situation, demands
from forge.reviews.gate.pages import steps_of
from rune.source.policy import ApprovalRule, Figure, Limit, LimitKind, MeasuredFigures, Owners, Policy, judge
from rune.source.policy.wording import limits_standing

THEN = datetime(2026, 1, 1, tzinfo=UTC)
OWNER, DEVELOPER, VIEWER = (
    GateMember(UUID(int=number), name, f"{name.lower()}@acme.example", role)
    for number, name, role in ((1, "Mika", "owner"), (2, "Jo", "developer"), (3, "Ari", "reviewer"))
)
NO_RULES = Policy()
EVERYONE = (OWNER, DEVELOPER, VIEWER)
STRICT = Policy(
    (Limit(LimitKind.ACCURACY, 0.95),), (ApprovalRule(2), ApprovalRule(roles=("owner",))), ("latest", "versions")
)
LAX = Policy((Limit(LimitKind.ACCURACY, 0.5),), (), ())


def approval(member: GateMember, policy: Policy = NO_RULES, *, after: int = 1) -> MemberVerdict:
    return MemberVerdict(member.person, True, THEN + timedelta(hours=after), policy)


def objection(member: GateMember) -> MemberVerdict:
    return MemberVerdict(member.person, False, THEN, Policy())


def decision_for(
    tag: str = "1.0",
    *,
    members: tuple[GateMember, ...] = EVERYONE,
    policy: Policy = NO_RULES,
    in_force: Policy = NO_RULES,
    since: datetime | None = None,
    verdicts: tuple[MemberVerdict, ...] = (),
    authors: tuple[GateMember, ...] = (),
    accuracy: float | None = None,
) -> Demands:
    share = None if accuracy is None else Figure(accuracy, accuracy - 0.01, accuracy + 0.01, 1000)
    judgements = judge(policy, MeasuredFigures(1, 1, accuracy=share))
    original_authors = frozenset(each.person for each in authors)
    return demands(Situation(members, policy, in_force, since, verdicts, original_authors, judgements), tag)


def test_alone_nothing_is_protected_by_default() -> None:
    decision = decision_for(members=(OWNER,))
    assert (decision.is_protected, decision.missing) == (False, ())


def test_a_second_person_protects_versions_and_latest_and_no_other_tag() -> None:
    decision = decision_for(members=(OWNER, DEVELOPER))
    assert decision.missing == ("It has 0 of 1 approval by any member. Ask for a review.",)
    assert decision_for("latest", members=(OWNER, DEVELOPER)).missing == decision.missing
    assert decision_for("edge", members=(OWNER, DEVELOPER)).missing == ()


def test_one_approval_is_what_the_default_demands() -> None:
    decision = decision_for(verdicts=(approval(VIEWER),))
    assert (decision.is_protected, decision.missing) == (True, ())


def test_who_wants_changes_keeps_it_from_a_protected_tag_whatever_others_say() -> None:
    decision = decision_for(verdicts=(approval(VIEWER), objection(OWNER)))
    assert decision.missing == ("Mika wants it changed. Build what was asked for, or ask for another verdict.",)
    assert decision_for("edge", verdicts=(objection(OWNER),)).missing == ()


def test_the_approvals_of_a_policy_come_from_whom_it_names() -> None:
    rules = Policy(
        approvals=(ApprovalRule(people=("ari@acme.example",)), ApprovalRule(2, roles=("owner", "developer")))
    )
    decision = decision_for(policy=rules, in_force=rules, verdicts=(approval(OWNER),))
    assert [(each.approvers, each.lacking) for each in decision.approvals] == [((), 1), (("Mika",), 1)]
    both = decision_for(policy=rules, in_force=rules, verdicts=(approval(OWNER), approval(DEVELOPER), approval(VIEWER)))
    assert both.missing == ()


def test_an_address_of_nobody_is_said() -> None:
    rules = Policy(approvals=(ApprovalRule(people=("gone@acme.example",)),))
    (sentence,) = decision_for(policy=rules, in_force=rules).missing
    assert "gone@acme.example cannot give one: no member has confirmed that address." in sentence


def test_an_approval_of_who_made_it_does_not_count() -> None:
    decision = decision_for(verdicts=(approval(DEVELOPER), approval(VIEWER)), authors=(DEVELOPER, VIEWER))
    assert decision.missing == ("It has 0 of 1 approval by any member. Ask for a review.",)
    assert decision_for(verdicts=(approval(OWNER),), authors=(DEVELOPER, VIEWER)).missing == ()


def test_whoever_is_no_member_any_more_does_not_count() -> None:
    assert decision_for(members=(OWNER, DEVELOPER), verdicts=(approval(VIEWER),)).missing != ()


def test_a_limit_that_is_missed_or_not_known_keeps_it_from_the_tag() -> None:
    rules = Policy((Limit(LimitKind.ACCURACY, 0.95),), approvals=())
    assert decision_for(policy=rules, in_force=rules, accuracy=0.97).missing == ()
    for accuracy in (0.9, None):
        (sentence,) = decision_for(policy=rules, in_force=rules, accuracy=accuracy).missing
        assert sentence.startswith("Accuracy does not meet its limit: ")
        assert sentence.endswith("Improve it and build again, or change forge.yml.")


def test_a_build_that_loosens_the_rules_is_held_to_the_old_tags_and_approvals() -> None:
    decision = decision_for("latest", policy=LAX, in_force=STRICT, since=THEN, accuracy=0.6)
    assert decision.is_protected
    assert [each.lacking for each in decision.approvals] == [2, 1]
    assert "The limit of accuracy is looser: at least 50 %, was at least 95 %." in decision.changes
    assert all("so only approvals count that were given on it" in each for each in decision.missing)


def test_approvals_of_the_same_bytes_under_the_old_rules_do_not_change_the_rules() -> None:
    old = (approval(OWNER, STRICT), approval(VIEWER, STRICT))
    assert decision_for(policy=LAX, in_force=STRICT, since=THEN, verdicts=old, accuracy=0.6).missing != ()
    assert decision_for(policy=STRICT, in_force=STRICT, since=THEN, verdicts=old, accuracy=0.99).missing == ()


def test_approvals_given_on_the_build_with_the_new_rules_change_them() -> None:
    new = (approval(OWNER, LAX), approval(VIEWER, LAX))
    assert decision_for(policy=LAX, in_force=STRICT, since=THEN, verdicts=new, accuracy=0.6).missing == ()


def test_an_approval_of_before_the_rules_of_today_does_not_bring_old_rules_back() -> None:
    """Someone publishes an old build, whose lax rules were approved before they were made strict."""
    old = (approval(OWNER, LAX, after=-1), approval(VIEWER, LAX, after=-1))
    assert decision_for(policy=LAX, in_force=STRICT, since=THEN, verdicts=old, accuracy=0.6).missing != ()


def test_taking_the_file_away_is_a_change_of_the_rules_too() -> None:
    decision = decision_for("latest", policy=Policy(), in_force=STRICT, since=THEN)
    assert (decision.is_protected, bool(decision.missing)) == (True, True)
    assert "Accuracy is no longer limited. The limit was at least 95 %." in decision.changes


def test_objections_hold_whichever_rules_they_were_given_under() -> None:
    decision = decision_for(policy=LAX, in_force=STRICT, since=THEN, verdicts=(objection(VIEWER),), accuracy=0.6)
    assert decision.objectors == ("Ari",)


# -- owners of files

OWNED = Policy(
    approvals=(), protected_tags=("versions",), owners=(Owners("models/", ApprovalRule(people=(VIEWER.address,))),)
)


def owned(
    *verdicts: MemberVerdict,
    changed: tuple[str, ...] = ("models/a.tflite", "notes.txt"),
    in_force: Policy = OWNED,
    policy: Policy = OWNED,
    members: tuple[GateMember, ...] = EVERYONE,
    authors: frozenset[UUID] = frozenset(),
) -> Demands:
    return demands(Situation(members, policy, in_force, THEN, verdicts, authors, (), changed=changed), "1.0")


@pytest.mark.protects("reviews/file-owners")
def test_a_changed_file_needs_the_approval_of_its_owner_and_nobody_elses() -> None:
    sentence = "It has 0 of 1 approval by ari@acme.example, owner of models/a.tflite. Ask for a review."
    assert owned().missing == owned(approval(OWNER, OWNED), approval(DEVELOPER, OWNED)).missing == (sentence,)
    assert owned(approval(VIEWER, OWNED)).missing == ()
    assert owned(changed=("notes.txt",)).missing == ()


@pytest.mark.protects("reviews/former-file-owners")
def test_an_owner_who_left_or_wrote_it_does_not_count() -> None:
    mine = approval(VIEWER, OWNED)
    (left,) = owned(mine, members=(OWNER, DEVELOPER)).missing
    assert "ari@acme.example cannot give one: no member has confirmed that address." in left
    (own,) = owned(mine, authors=frozenset({VIEWER.person})).missing
    assert "invite somebody as a reviewer" in own


@pytest.mark.protects("reviews/same-bytes-from-other-files")
def test_an_approval_of_the_same_bytes_from_other_files_is_none_of_the_changed_file() -> None:
    verdict = approval(VIEWER, OWNED)
    assert owned(replace(verdict, unseen=frozenset({"models/a.tflite"}))).missing != ()
    assert owned(replace(verdict, unseen=frozenset({"notes.txt"}))).missing == ()


@pytest.mark.protects("reviews/removed-file-owners")
def test_taking_the_owners_out_needs_the_owners_in_force() -> None:
    none = Policy(approvals=(), protected_tags=("versions",))
    assert owned(approval(OWNER, none), policy=none).missing != ()
    assert owned(approval(VIEWER, none), policy=none).missing == ()


@pytest.mark.protects("reviews/former-file-owners")
def test_a_team_owns_files_by_its_people_of_today() -> None:
    rules = replace(OWNED, owners=(Owners("*", ApprovalRule(teams=("audio",))),))
    member = replace(DEVELOPER, teams=frozenset({"audio"}))
    verdict = approval(DEVELOPER, rules)
    assert owned(verdict, in_force=rules, policy=rules, members=(OWNER, member)).missing == ()
    (sentence,) = owned(verdict, in_force=rules, policy=rules).missing
    assert "Nobody in team audio may give a verdict here." in sentence


def test_many_files_are_named_shortly() -> None:
    files = tuple(f"models/{number}.tflite" for number in range(9))
    assert (
        "owner of models/0.tflite, models/1.tflite, models/2.tflite and 6 more files."
        in owned(changed=files).missing[0]
    )


def test_two_rules_of_one_name_say_whose_they_are() -> None:
    old, new = (ApprovalRule(groups=("product",), people=(each.address,)) for each in (OWNER, DEVELOPER))
    texts = [
        each.text
        for each in decision_for(
            policy=Policy(approvals=(new,)), in_force=Policy(approvals=(old,)), since=THEN
        ).approvals
    ]
    assert texts == ["1 approval by product (forge.yml of this build)", "1 approval by product (rules in force)"]
    same = decision_for(policy=Policy(approvals=(old,)), in_force=Policy(approvals=(old,)), since=THEN).approvals
    assert [each.text for each in same] == ["1 approval by product"]


def test_the_limits_of_a_gate_are_said_as_on_the_page_of_the_build() -> None:
    limits = (Limit(LimitKind.ACCURACY, 0.95), Limit(LimitKind.SIZE, 10))
    policy = Policy(limits, protected_tags=("versions",))
    share = Figure(0.9, 0.89, 0.91, 1000)
    judgements = judge(policy, MeasuredFigures(1, 1, accuracy=share))
    (step, *_) = steps_of(demands(Situation(EVERYONE, policy, policy, None, (), frozenset(), judgements), "1.0"))
    assert (step.is_there, step.text) == (False, limits_standing([each.outcome for each in judgements]))
    assert (step.text, step.detail) == ("1 of 2 limits met, 1 missed", "Not met: Accuracy.")
