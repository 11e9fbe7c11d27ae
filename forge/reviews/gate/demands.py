"""The conditions of a protected tag for a build, and the unmet ones. Pure.

Two policies have a say: that of the build's own `forge.yml`, and that in force, which the newest publication that
passed the gate had. Where they differ the build changes the rules: it needs the approvals of both, and only those count
that were given on a build with the new rules, by people who could read what changes (docs/adr/0070).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from rune.source.policy import FORMER_ROLES, POLICY_FILE, ApprovalRule, Judgement, Policy
from rune.source.policy.tags import LATEST, VERSIONS, protects
from rune.source.policy.wording import approval_text, files_text, judgement_sentence, limit_name, rule_changes
from rune.wording import listed

NO_RULES = Policy(approvals=(), protected_tags=())
"""An organisation that leaves the rules to its projects."""


@dataclass(frozen=True)
class GateMember:
    """Somebody who may give a verdict. `address` is confirmed; "" for a person who has confirmed none. `teams` are the
    organisation's in which they are."""

    person: UUID
    name: str
    address: str
    role: str
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MemberVerdict:
    """A standing verdict on the build's bytes, and the policy of the build that was looked at.

    `unseen` are the files that differ between that build and this one, although their bytes are the same.
    """

    person: UUID
    approves: bool
    created: datetime
    policy: Policy
    confirmed: bool = False
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GateCheck:
    """A check that the rules require: the robot that posts its result, and what it said, with words and a link."""

    name: str
    robot: str
    succeeded: bool = False
    state: str = ""
    text: str = ""
    link: str = ""


@dataclass(frozen=True)
class Situation:
    """All that the demands depend on.

    `since` is when the policy in force came into force; None for the default. `authors` made what the build holds.
    `organisation` are the organisation's rules, which stand beside both policies; with `confirms`, only those approvals
    count that were confirmed with a passkey or a password. `changed` are the files that differ from those of the newest
    publication that passed the gate, or all of them before the first. `checks` are those of both policies.
    """

    members: tuple[GateMember, ...]
    proposed_policy: Policy
    in_force: Policy
    since: datetime | None
    verdicts: tuple[MemberVerdict, ...]
    authors: frozenset[UUID]
    judgements: tuple[Judgement, ...]
    organisation: Policy = NO_RULES
    confirms: bool = False
    changed: tuple[str, ...] = ()
    checks: tuple[GateCheck, ...] = ()
    secrets: tuple[str, ...] = ()
    """Sentences about what looks like a secret in the build's files."""

    @property
    def changes_rules(self) -> bool:
        return self.proposed_policy != self.in_force

    @property
    def is_shared(self) -> bool:
        """Whether there is a second person: only then somebody else can approve."""
        return len(self.members) > 1


@dataclass(frozen=True)
class NeededApproval:
    """An approval that a rule demands, and the names of the people who gave it.

    `unknown` lists the addresses that belong to nobody who may give a verdict, and `empty_teams` the teams without such
    a person. `is_of_authors` is true if everybody who may give the approval is an author of the build. `files` lists
    the files that the approval covers; it is empty if the approval covers the whole build.
    """

    approval: ApprovalRule
    approvers: tuple[str, ...]
    is_of_authors: bool = False
    unknown: tuple[str, ...] = ()
    empty_teams: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    origin: str = ""
    """The rules that state it, where others state one of the same name."""

    @property
    def text(self) -> str:
        text = approval_text(self.approval)
        if self.origin:
            text = f"{text} ({self.origin})"
        return f"{text}, owner of {files_text(self.files)}" if self.files else text

    @property
    def nobody_sentences(self) -> tuple[str, ...]:
        """A sentence about those who are named and cannot approve."""
        addresses = f"{listed(self.unknown)} cannot give one: no member has confirmed that address."
        teams = f"Nobody in {listed(self.empty_teams)} may give a verdict here."
        return (*((addresses,) if self.unknown else ()), *((teams,) if self.empty_teams else ()))

    @property
    def lacking(self) -> int:
        return max(0, self.approval.count - len(self.approvers))


@dataclass(frozen=True)
class Demands:
    """The conditions, and the build's results. `changes` says in words how it changes the rules."""

    is_protected: bool
    limits: tuple[Judgement, ...]
    approvals: tuple[NeededApproval, ...]
    objectors: tuple[str, ...]
    changes: tuple[str, ...]
    confirms: bool = False
    checks: tuple[GateCheck, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """A sentence for each thing that is missing, with what to do next; of a tag that is not protected those about
        secrets."""
        if not self.is_protected:
            return self.secrets
        return (
            *self.secrets,
            *(_limit_sentence(each) for each in self.limits if not each.outcome.passes),
            *(_check_sentence(each) for each in self.checks if not each.succeeded),
            *(_objection_sentence(each) for each in self.objectors),
            *(self._approval_sentence(each) for each in self.approvals if each.lacking),
        )

    def _approval_sentence(self, approval: NeededApproval) -> str:
        sentence = f"It has {len(approval.approvers)} of {approval.text}."
        sentence = " ".join((sentence, *approval.nobody_sentences))
        if approval.is_of_authors:
            authors = "Everybody who could approve it built it or wrote part of it: invite somebody as a reviewer."
            return f"{sentence} {authors}"
        if self.confirms:
            sentence += " Approvals count that were confirmed with a passkey or a password."
        if self.changes:
            return f"{sentence} It changes the rules, so only approvals count that were given on it. Ask for a review."
        return f"{sentence} Ask for a review."


def _check_sentence(check: GateCheck) -> str:
    result = f"said {check.state}" if check.state else "has posted no result"
    return f"The check {check.name} did not succeed: {check.robot} {result}. Wait for it, or fix what it checks."


def _objection_sentence(name: str) -> str:
    return f"{name} wants it changed. Build what was asked for, or ask for another verdict."


def _limit_sentence(judgement: Judgement) -> str:
    return (
        f"{limit_name(judgement.limit)} does not meet its limit: {judgement_sentence(judgement)} "
        f"Improve it and build again, or change {POLICY_FILE}."
    )


def demands(situation: Situation, tag: str) -> Demands:
    """Returns the conditions of a tag for the build."""
    policies = (situation.proposed_policy, situation.in_force, situation.organisation)
    patterns = {pattern for policy in policies for pattern in protected_tags(policy, situation)}
    rules = dict.fromkeys(each for policy in policies for each in approvals(policy, situation))
    origins = _origins(rules, policies, situation)
    files_by_rule = _files_by_rule(policies, situation.changed)
    approving = tuple(each for each in situation.verdicts if each.approves and _counts(each, situation))
    objecting = frozenset(each.person for each in situation.verdicts if not each.approves)
    return Demands(
        protects(patterns, tag),
        situation.judgements,
        (
            *(replace(_needed_approval(each, situation, approving), origin=origins.get(each, "")) for each in rules),
            *(_needed_approval(each, situation, approving, files) for each, files in files_by_rule.items()),
        ),
        tuple(each.name for each in situation.members if each.person in objecting),
        rule_changes(situation.in_force, situation.proposed_policy),
        situation.confirms,
        situation.checks,
        situation.secrets,
    )


ORIGINS = ("forge.yml of this build", "rules in force", "rules of the organisation")
"""The names of the three policies, in their order."""


def _origins(
    rules: Collection[ApprovalRule], policies: Sequence[Policy], situation: Situation
) -> Mapping[ApprovalRule, str]:
    """Returns which policies state each of several rules that have one name, such as a group whose people changed."""
    names = Counter(approval_text(each) for each in rules)
    return {
        rule: listed(
            [name for name, policy in zip(ORIGINS, policies, strict=True) if rule in approvals(policy, situation)]
        )
        for rule in rules
        if names[approval_text(rule)] > 1
    }


def protected_tags(policy: Policy, situation: Situation) -> tuple[str, ...]:
    """The default protects versions and `latest`, which clients pull, as soon as there is a second person."""
    if policy.protected_tags is not None:
        return policy.protected_tags
    return (VERSIONS, LATEST) if situation.is_shared else ()


def approvals(policy: Policy, situation: Situation) -> tuple[ApprovalRule, ...]:
    """The default is one approval, where there is somebody else who can give it."""
    if policy.approvals is not None:
        return policy.approvals
    return (ApprovalRule(),) if situation.is_shared else ()


def _counts(verdict: MemberVerdict, situation: Situation) -> bool:
    """Nobody approves what they made, and who approved bytes under other rules has not approved these."""
    if verdict.person in situation.authors or (situation.confirms and not verdict.confirmed):
        return False
    if not situation.changes_rules:
        return True
    is_of_now = situation.since is None or verdict.created > situation.since
    return is_of_now and verdict.policy == situation.proposed_policy


def _files_by_rule(policies: Collection[Policy], changed: Collection[str]) -> dict[ApprovalRule, tuple[str, ...]]:
    """The changed files by their owners; a file has the owners of each policy that names some."""
    files_by_rule: dict[ApprovalRule, tuple[str, ...]] = {}
    for policy in policies:
        for owners, files in policy.paths_by_owner(changed).items():
            files_by_rule[owners] = tuple(sorted({*files_by_rule.get(owners, ()), *files}))
    return files_by_rule


def _needed_approval(
    approval: ApprovalRule, situation: Situation, approving: Collection[MemberVerdict], files: tuple[str, ...] = ()
) -> NeededApproval:
    approvers = [each for each in situation.members if _may_approve(approval, each)]
    addresses = {each.address for each in situation.members if each.address}
    teams = {name for each in situation.members for name in each.teams}
    # Of these bytes others were built, from files that the owner has not seen.
    people = {each.person for each in approving if each.unseen.isdisjoint(files)}
    return NeededApproval(
        approval,
        tuple(each.name for each in approvers if each.person in people),
        bool(approvers) and all(each.person in situation.authors for each in approvers),
        tuple(each for each in approval.people if each not in addresses),
        tuple(f"team {each}" for each in approval.teams if each not in teams),
        files,
    )


def _may_approve(approval: ApprovalRule, member: GateMember) -> bool:
    roles = {FORMER_ROLES.get(role, role) for role in approval.roles}
    return (
        approval.is_of_anyone
        or member.role in roles
        or (bool(member.address) and member.address in approval.people)
        or not member.teams.isdisjoint(approval.teams)
    )
