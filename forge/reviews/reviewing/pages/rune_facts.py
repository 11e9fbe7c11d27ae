"""The reviewed rune on pages of builds and reviews: changes, figures, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.access import builds_of
from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.models import Build
from forge.builds.pages.changes import change_sentences
from forge.builds.pages.evaluation import lost_between, shown_evaluation
from forge.builds.pages.host_models import host_models
from forge.builds.pages.limits import shown_limits, with_limits
from forge.builds.pages.overview_figures import accuracy_figure, overview_figures
from forge.builds.pages.pipeline_picture import DrawnPipeline, drawn_pipeline, marks_of
from forge.builds.pages.tested_data import data_sentences
from forge.builds.pages.verification import verification_of
from forge.builds.sample_inputs import inputs_for_reader
from forge.builds.serializers.builds import rune_url
from forge.comparison.changes import Comparison, compare
from forge.comparison.figures import figure_rows
from forge.learning.background.trials import background_of_build
from forge.learning.quality import quality_of_build, reads_text, test_reads
from forge.reviews.checks.access import check_statuses
from forge.reviews.models import Verdict
from forge.reviews.reviewing.actions.verdicts import UNDONE_WITHIN
from forge.reviews.rounds.access import approved_before, is_reviewable, judged_before
from forge.reviews.rounds.authorship import is_own_rune
from forge.reviews.rounds.decision import ReviewState
from forge.reviews.rounds.open_reviews import state_of_rune
from forge.reviews.rounds.state_tags import STATE_TAGS
from rune.assessment.evaluation.wording import lost_sentences


def verdict_facts(principal: Principal, build: Build, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Returns who approves the build's bytes, who wants them changed, and whether the person may give a verdict;
    `verdicts` are all on these bytes."""
    standing = [verdict for verdict in verdicts if not verdict.replaced]
    state = state_of_rune(principal, build, verdicts)
    is_own = is_reviewable(build) and is_own_rune(principal, build)
    mine = next((verdict for verdict in standing if verdict.user_id == principal.pk), None)
    return {
        "approvals": sum(verdict.verdict == "approve" for verdict in standing),
        "review_state": state,
        "verdict_look": None if state is None else STATE_TAGS[state],
        "approved_as": _approved_as(build, standing) if state is ReviewState.APPROVED else None,
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
    before, why = compared_with(principal, build)
    approved_build = approved_before(build) if why is ComparedAs.JUDGED else None
    lost = lost_between(before, build)
    comparison = compare(side_of(before), side_of(build)) if before is not None else None
    figures, earlier = figures_of(build), None if before is None else figures_of(before)
    limits, evaluation = shown_limits(build, lost), shown_evaluation(principal, build, before)
    rows = with_limits(figure_rows(figures, earlier), build, lost)
    return {
        "rune_url": rune_url(build),
        "examples": inputs_for_reader(principal, build),
        "before": before,
        "before_url": rune_url(before) if before is not None and _runs_otherwise(before, build) else None,
        "before_is_approved": why is ComparedAs.APPROVED or (why is ComparedAs.JUDGED and _is(before, approved_build)),
        "compared_as": why,
        "figure_rows": overview_figures(rows, limits, accuracy_figure(evaluation)),
        "limits": limits,
        "checks": check_statuses(build),
        "verified": verification_of(build),
        "hosted": host_models(build),
        "evaluation": evaluation,
        "background": background_of_build(build),
        "quality": quality_of_build(build),
        "test_reads": reads_text(test_reads(build.project)),
        "changes": ()
        if comparison is None or earlier is None
        else (
            *change_sentences(comparison, figures, earlier),
            *lost_sentences(lost),
            *data_sentences(before, build),
        ),
        "pipeline": _pipeline(build, comparison),
    }


def _is(one: Build | None, other: Build | None) -> bool:
    return one is not None and other is not None and one.pk == other.pk


class ComparedAs(StrEnum):
    """The reason why a build is compared with another."""

    JUDGED = "judged"
    """The reader judged it in an earlier round of the same review."""
    APPROVED = "approved"
    PREVIOUS = "previous"


def compared_with(principal: Principal, build: Build) -> tuple[Build | None, ComparedAs]:
    """The build that the reader judged in an earlier round, or else the last approved build, or the one before."""
    if not is_reviewable(build):
        return None, ComparedAs.PREVIOUS
    if (judged_build := judged_before(principal, build)) is not None:
        return judged_build, ComparedAs.JUDGED
    approved_build = approved_before(build)
    return approved_build or _previous(principal, build), ComparedAs.APPROVED if approved_build else ComparedAs.PREVIOUS


def _runs_otherwise(before: Build, build: Build) -> bool:
    """Returns whether the earlier build has a rune, and another one: two that are the same answer the same."""
    one, other = before.artefact, build.artefact
    return one is not None and other is not None and one.digest != other.digest


def _pipeline(build: Build, comparison: Comparison | None) -> DrawnPipeline | None:
    """The pipeline, with marks of what differs from the earlier build's."""
    if build.artefact is None:
        return None
    marks = marks_of(comparison.pipeline if comparison is not None else None)
    return drawn_pipeline(build.artefact.report["pipeline"], marks)


def _previous(principal: Principal, build: Build) -> Build | None:
    earlier = builds_of(principal, build.project).without_proposals().succeeded().filter(number__lt=build.number)
    return earlier.first()
