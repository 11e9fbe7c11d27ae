"""The gate of protected tags: reads what its demands depend on, and answers the registry."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forge.accounts.organisations.access import confirmed_addresses
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.builds.evaluations.limits import judgements_of, policy_of
from forge.builds.models import Build
from forge.core.seen import Facet
from forge.projects.models import Project
from forge.registry.hooks import Clearance, GateAnswer, clearances, gates, publication_facets
from forge.registry.models import Admission, Publication
from forge.reviews.gate.demands import Demands, GateMember, MemberVerdict, Situation, demands
from forge.reviews.models import Verdict, VerdictChoice
from forge.reviews.rounds.authorship import authors_of
from rune.source.policy import Policy


def demands_on(build: Build, tag: str) -> Demands:
    """What a tag demands of a build, and what is missing. The caller has found the build for someone."""
    return demands(_situation(build), tag)


@gates.register
def answer(build: Build, tag: str) -> GateAnswer:
    """What the registry is told."""
    demands = demands_on(build, tag)
    return GateAnswer(demands.is_protected, demands.missing)


@clearances.register
def said_of_runes(project: Project, digests: Collection[str]) -> Mapping[str, Clearance]:
    """Which of these runes are approved, and which somebody wants changed."""
    standing = Verdict.objects.standing().filter(project=project, rune_digest__in=digests)
    said: dict[str, Clearance] = {}
    for digest, verdict in standing.values_list("rune_digest", "verdict"):
        if verdict == VerdictChoice.CHANGES:
            said[digest] = Clearance.OBJECTED
        else:
            said.setdefault(digest, Clearance.APPROVED)
    return said


@publication_facets.register
def verdict_facets(build: Build) -> tuple[Facet, ...]:
    """Who approves the build's bytes, and who wants them changed."""
    verdicts = Verdict.objects.standing().filter(
        project=build.project_id, rune_digest="" if build.artefact is None else build.artefact.digest
    )
    newest = verdicts.select_related("user").order_by("-created").first()
    sentence = "A verdict was withdrawn."
    if newest is not None:
        did = "approved it" if newest.verdict == VerdictChoice.APPROVE else "asked for changes"
        sentence = f"{newest.user or 'Someone who left'} {did}, or a verdict was withdrawn."
    rows = sorted([str(user), verdict] for user, verdict in verdicts.values_list("user", "verdict"))
    return (Facet("verdicts", rows, sentence),)


def _situation(build: Build) -> Situation:
    # An override lets one build past the rules and makes no new ones.
    passed = Publication.objects.filter(repository__project=build.project_id, admission=Admission.PASSED)
    newest = passed.order_by("-created").first()
    members = _members(build.project)
    authors = authors_of(build)
    return Situation(
        members,
        policy_of(build) or Policy(),
        Policy() if newest is None else Policy.from_json(newest.policy),
        None if newest is None else newest.created,
        _verdicts(build, members),
        authors,
        judgements_of(build),
    )


def _members(project: Project) -> tuple[GateMember, ...]:
    """Everyone who may give a verdict on the project's builds today."""
    mates = [mate for mate in team_of(project, Verb.REVIEW) if mate.user.is_active]
    addresses = confirmed_addresses([mate.user for mate in mates])
    return tuple(GateMember(each.user.pk, str(each.user), addresses.get(each.user.pk, ""), each.role) for each in mates)


def _verdicts(build: Build, members: Collection[GateMember]) -> tuple[MemberVerdict, ...]:
    """The standing verdicts of today's members on the build's bytes."""
    if build.artefact is None:
        return ()
    rows = Verdict.objects.standing().filter(
        project=build.project_id,
        rune_digest=build.artefact.digest,
        user__in=[each.person for each in members],
    )
    return tuple(
        MemberVerdict(
            each.user_id, each.verdict == VerdictChoice.APPROVE, each.created, policy_of(each.build) or Policy()
        )
        for each in rows.select_related("build__artefact")
        if each.user_id is not None
    )
