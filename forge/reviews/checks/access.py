"""Reads the checks that a build's rules require, and the results that robots posted for its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from forge.accounts.access import confirmed_addresses
from forge.accounts.models import ApiToken
from forge.accounts.permissions import Verb
from forge.accounts.project_people import team_of
from forge.builds.evaluations.limits import policy_of
from forge.builds.models import Build
from forge.projects.models import Project
from forge.registry.models import Admission, Publication
from forge.reviews.checks.models import CheckResult, CheckState
from rune.source.policy import Policy, RequiredCheck


@dataclass(frozen=True)
class CheckStatus:
    """A required check with the result that its robot posted last, or None if it has posted none."""

    check: RequiredCheck
    result: CheckResult | None

    @property
    def succeeded(self) -> bool:
        return self.result is not None and self.result.state == CheckState.SUCCESS


def newest_passed(project: Project) -> Publication | None:
    """The newest publication that passed the gate, whose rules are in force. The caller has found the project."""
    # An override lets one build past the rules and makes no new ones.
    publications = Publication.objects.filter(repository__project=project.pk, admission=Admission.PASSED)
    return publications.select_related("build__version").order_by("-created").first()


def required_checks(build: Build, in_force: Policy | None = None) -> tuple[RequiredCheck, ...]:
    """The checks of the build's own rules and of those in force, by name. The caller has found the build."""
    if in_force is None:
        publication = newest_passed(build.project)
        in_force = Policy() if publication is None else Policy.from_json(publication.policy)
    checks = {*(policy_of(build) or Policy()).checks, *in_force.checks}
    return tuple(sorted(checks, key=lambda each: (each.name, each.robot)))


def check_statuses(build: Build, in_force: Policy | None = None) -> tuple[CheckStatus, ...]:
    """Each required check with its result. One counts while the token that posted it works, and while the account may
    post today, by an address that it has confirmed. The caller has found the build."""
    checks = required_checks(build, in_force)
    if not checks or build.artefact is None:
        return tuple(CheckStatus(each, None) for each in checks)
    mates = [mate.user for mate in team_of(build.project, Verb.POST_CHECK) if mate.user.is_active]
    addresses = confirmed_addresses(mates)
    rows = CheckResult.objects.filter(
        project=build.project_id,
        rune_digest=build.artefact.digest,
        owner__in=list(addresses),
        token__in=ApiToken.objects.alive(),
    ).order_by("posted")
    results = {RequiredCheck(row.name, addresses[row.owner_id], row.token_name): row for row in rows}
    return tuple(CheckStatus(each, results.get(each)) for each in checks)
