"""What the pages of builds and reviews show of a rune that is judged: what changed, its figures, its verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.access import builds_of
from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.models import Build
from forge.builds.pages.changes import change_sentences
from forge.builds.pages.evaluation import shown_evaluation
from forge.builds.pages.host_models import host_models
from forge.builds.pages.limits import shown_limits, with_limits
from forge.builds.pages.pipeline_picture import DrawnPipeline, drawn_pipeline, marks_of
from forge.builds.pages.verification import verification_of
from forge.builds.serializers import rune_url
from forge.comparison.changes import Comparison, compare
from forge.comparison.figures import figure_rows
from forge.reviews.models import Verdict
from forge.reviews.rounds.access import approved_before, is_approved, is_reviewable, verdicts_on
from forge.reviews.rounds.actions.verdicts import UNDONE_WITHIN
from forge.reviews.rounds.authorship import is_own_rune


def verdict_facts(principal: Principal, build: Build) -> dict[str, Any]:
    """Who approves the build's bytes, who wants them changed, and whether the person may say so."""
    verdicts = verdicts_on(principal, build)
    standing = [verdict for verdict in verdicts if not verdict.replaced]
    is_own = is_reviewable(build) and is_own_rune(principal, build)
    mine = next((verdict for verdict in standing if verdict.user_id == principal.pk), None)
    return {
        "approvals": sum(verdict.verdict == "approve" for verdict in standing),
        "is_approved": is_approved(verdicts),
        "approved_as": _approved_as(build, standing) if is_approved(verdicts) else None,
        "change_requests": [verdict for verdict in standing if verdict.verdict == "changes"],
        "judges": can(principal, Verb.REVIEW, build.project) and is_reviewable(build) and not is_own,
        "is_own": is_own,
        "mine": mine,
        "may_undo": mine is not None and mine.created > timezone.now() - UNDONE_WITHIN,
    }


def _approved_as(build: Build, approving: Iterable[Verdict]) -> int | None:
    """The number of the build as which these bytes were approved; None where it was this one."""
    numbers = [verdict.build.number or 0 for verdict in approving]
    return None if build.number in numbers else min(numbers)


def rune_facts(principal: Principal, build: Build) -> dict[str, Any]:
    """The rune to try, and how it differs from the last approved build's, or the one before; {} without a rune."""
    if not is_reviewable(build):
        return {}
    before, is_approved_one = compared_with(principal, build)
    comparison = compare(side_of(before), side_of(build)) if before is not None else None
    figures, earlier = figures_of(build), None if before is None else figures_of(before)
    return {
        "rune_url": rune_url(build),
        "before": before,
        "before_url": rune_url(before) if before is not None and _runs_otherwise(before, build) else None,
        "before_is_approved": is_approved_one,
        "figures": with_limits(figure_rows(figures, earlier), build),
        "limits": shown_limits(build),
        "verified": verification_of(build),
        "hosted": host_models(build),
        "evaluation": shown_evaluation(principal, build, before),
        "changes": () if comparison is None or earlier is None else change_sentences(comparison, figures, earlier),
        "pipeline": _drawn(build, comparison),
    }


def compared_with(principal: Principal, build: Build) -> tuple[Build | None, bool]:
    """The last approved build, or else the one before, and whether it is the approved one."""
    if not is_reviewable(build):
        return None, False
    approved = approved_before(build)
    return approved or _previous(principal, build), approved is not None


def _runs_otherwise(before: Build, build: Build) -> bool:
    """Whether the earlier build has a rune, and another one: two that are the same answer the same."""
    one, other = before.artefact, build.artefact
    return one is not None and other is not None and one.digest != other.digest


def _drawn(build: Build, comparison: Comparison | None) -> DrawnPipeline | None:
    """The pipeline, with marks of what differs from the earlier build's."""
    if build.artefact is None:
        return None
    marks = marks_of(comparison.pipeline if comparison is not None else None)
    return drawn_pipeline(build.artefact.report["pipeline"], marks)


def _previous(principal: Principal, build: Build) -> Build | None:
    earlier = builds_of(principal, build.project).succeeded().filter(number__lt=build.number)
    return earlier.first()
