"""The gate of protected tags: reads what its demands depend on, and answers the registry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from forge.accounts.access import confirmed_addresses
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.accounts.teams.access import teams_of_member
from forge.builds.evaluations.limits import judgements_of, policy_of
from forge.builds.models import Build
from forge.core.preconditions import Facet
from forge.learning.hooks import reviewed_projects
from forge.projects.models import Project, Version
from forge.projects.secrets.results import is_searched, secret_sentences
from forge.projects.versions.store import working_tree
from forge.registry.hooks import Clearance, GateAnswer, block_gates, clearances, gates, protections, publication_facets
from forge.registry.repository.builds import newest_build_of
from forge.reviews.checks.access import CheckStatus, check_statuses, newest_passed
from forge.reviews.gate.changed_files import Files, changed_paths, files_of
from forge.reviews.gate.demands import Demands, GateCheck, GateMember, MemberVerdict, Situation, approvals, demands
from forge.reviews.models import Verdict, VerdictChoice
from forge.reviews.rounds.authorship import authors_of
from forge.reviews.rules.access import rule_facets, rules_of
from rune.source.policy import Policy
from rune.source.policy.read import MAX_SIZE, POLICY_FILE, read_policy

UNSEARCHED_FILES = "Its files were not searched for secrets. Publish again."


def demands_on(build: Build, tag: str) -> Demands:
    """Returns the conditions of a tag for a build, and the unmet ones. The caller may see the build."""
    return demands(_situation(build), tag)


@gates.register
def answer(build: Build, tag: str) -> GateAnswer:
    """Answers the registry. Files that nobody searched for secrets do not pass."""
    demands = demands_on(build, tag)
    search_sentences = () if is_searched(build.version) else (UNSEARCHED_FILES,)
    return GateAnswer(demands.is_protected, (*search_sentences, *demands.missing))


@block_gates.register
def answer_for_block(project: Project, source: Version, version: str) -> GateAnswer:
    """Answers for a block: what the version demands of the build of the same files."""
    build = newest_build_of(project, source)
    if build is not None:
        return answer(build, version)
    is_protected = bool(protected_tags_among(project, [version]))
    unbuilt_sentence = "These files were not built, so they could not be reviewed. Build them, and ask for a review."
    search_sentences = () if is_searched(source) else (UNSEARCHED_FILES,)
    missing = (*search_sentences, *secret_sentences(source), *((unbuilt_sentence,) if is_protected else ()))
    return GateAnswer(is_protected, missing)


@protections.register
def protected_tags_among(project: Project, tags: Collection[str]) -> list[str]:
    """Returns the tags, of some, that the rules in force protect, whichever build comes under them."""
    in_force, since, _ = _in_force(project)
    rules = rules_of(project.organisation_id)
    situation = Situation(_members(project), in_force, in_force, since, (), frozenset(), (), rules.policy)
    return [tag for tag in tags if demands(situation, tag).is_protected]


@reviewed_projects.register
def asks_for_review(project: Project) -> bool:
    """Returns whether a change of the project's files needs an approval before it is published: by the rules in force,
    by those of the `forge.yml` as it is now, or by the organisation's."""
    in_force, since, _ = _in_force(project)
    text = working_tree(project).texts.get(POLICY_FILE, b"")
    proposed = read_policy(text[:MAX_SIZE].decode("utf-8", "replace")).policy if text.strip() else Policy()
    if proposed is None:  # nobody knows what it asks for
        return True
    rules = rules_of(project.organisation_id)
    situation = Situation(_members(project), proposed, in_force, since, (), frozenset(), (), rules.policy)
    return any(approvals(policy, situation) for policy in (proposed, in_force, rules.policy))


@clearances.register
def clearances_of_runes(project: Project, digests: Collection[str]) -> Mapping[str, Clearance]:
    """Returns which of these runes are approved, and which somebody wants changed."""
    standing = Verdict.objects.standing().filter(project=project, rune_digest__in=digests)
    clearance_by_digest: dict[str, Clearance] = {}
    for digest, verdict in standing.values_list("rune_digest", "verdict"):
        if verdict == VerdictChoice.CHANGES:
            clearance_by_digest[digest] = Clearance.OBJECTED
        else:
            clearance_by_digest.setdefault(digest, Clearance.APPROVED)
    return clearance_by_digest


@publication_facets.register
def verdict_facets(build: Build) -> tuple[Facet, ...]:
    """Returns who approves the build's bytes, who wants them changed, and the organisation's rules."""
    verdicts = Verdict.objects.standing().filter(
        project=build.project_id, rune_digest="" if build.artefact is None else build.artefact.digest
    )
    newest = verdicts.select_related("user").order_by("-created").first()
    sentence = "A verdict was withdrawn."
    if newest is not None:
        did = "approved it" if newest.verdict == VerdictChoice.APPROVE else "asked for changes"
        sentence = f"{newest.user or 'Someone who left'} {did}, or a verdict was withdrawn."
    rows = sorted([str(user), verdict] for user, verdict in verdicts.values_list("user", "verdict"))
    return (Facet("verdicts", rows, sentence), *rule_facets(rules_of(build.project.organisation_id)))


def persons_to_go_on(build: Build) -> int:
    """Returns how many persons let a rollout of a build go on that a guard stopped: the most that its own `forge.yml`,
    the policy in force and the organisation's rules ask for. The caller has found the build."""
    in_force, _, _ = _in_force(build.project)
    policies = (policy_of(build) or Policy(), in_force, rules_of(build.project.organisation_id).policy)
    return max(each.persons_to_go_on for each in policies)


def _situation(build: Build) -> Situation:
    in_force, since, passed_files = _in_force(build.project)
    members = _members(build.project)
    authors, rules = authors_of(build), rules_of(build.project.organisation_id)
    return Situation(
        members,
        policy_of(build) or Policy(),
        in_force,
        since,
        _verdicts(build, members),
        authors,
        judgements_of(build),
        rules.policy,
        rules.confirms,
        changed_paths(passed_files, files_of(build.version)),
        tuple(_gate_check(each) for each in check_statuses(build, in_force)),
        secret_sentences(build.version),
    )


def _gate_check(status: CheckStatus) -> GateCheck:
    check, result = status.check, status.result
    if result is None:
        return GateCheck(check.name, check.robot)
    return GateCheck(check.name, check.robot, status.succeeded, result.state, result.text, result.link)


def _in_force(project: Project) -> tuple[Policy, datetime | None, Files]:
    """The policy in force, since when, and the files published with it; the default without a time and files."""
    newest = newest_passed(project)
    if newest is None:
        return Policy(), None, {}
    return Policy.from_json(newest.policy), newest.created, files_of(newest.build.version)


def _members(project: Project) -> tuple[GateMember, ...]:
    """Everyone who may give a verdict on the project's builds today."""
    mates = [mate for mate in team_of(project, Verb.REVIEW) if mate.user.is_active]
    addresses = confirmed_addresses([mate.user for mate in mates])
    teams = teams_of_member(project.organisation, [mate.user.pk for mate in mates])
    return tuple(
        GateMember(
            each.user.pk,
            str(each.user),
            addresses.get(each.user.pk, ""),
            each.role,
            frozenset(teams.get(each.user.pk, ())),
        )
        for each in mates
    )


def _verdicts(build: Build, members: Collection[GateMember]) -> tuple[MemberVerdict, ...]:
    """The standing verdicts of today's members on the build's bytes."""
    if build.artefact is None:
        return ()
    rows = Verdict.objects.standing().filter(
        project=build.project_id,
        rune_digest=build.artefact.digest,
        user__in=[each.person for each in members],
    )
    files = files_of(build.version)
    return tuple(
        MemberVerdict(
            each.user_id,
            each.verdict == VerdictChoice.APPROVE,
            each.created,
            policy_of(each.build) or Policy(),
            each.confirmed,
            frozenset(changed_paths(files_of(each.build.version), files)),
        )
        for each in rows.select_related("build__artefact", "build__version")
        if each.user_id is not None
    )
