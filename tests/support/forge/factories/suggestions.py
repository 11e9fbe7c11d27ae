"""Suggestions that are there without a compiler, for tests that are about what happens to them afterwards."""

from __future__ import annotations

from forge.accounts.models import User
from forge.builds.models import Preview, PreviewState
from forge.builds.previews.copies import OverrideJson, start_copy
from forge.builds.previews.recorder import preview_build
from forge.reviews import actions
from forge.reviews.models import Review, Suggestion
from forge.reviews.rounds.access import newest_round
from forge.reviews.suggestions.access import find_suggestion

OVERRIDE: OverrideJson = {"stage": "number", "argument": "length", "before": "", "after": "4"}
"""An override that the Runefile of `tests/forge/conftest.py` allows."""


def ready_copy(review: Review, override: OverrideJson = OVERRIDE) -> Preview:
    """A copy of the review's newest build that was tried and has a rune."""
    build = newest_round(review).build
    assert build.artefact is not None
    copy = start_copy(review.project, build.source, [override])
    copy.state, copy.build = PreviewState.READY, preview_build(review.project, build.artefact)
    copy.save(update_fields=["state", "build"])
    return copy


def suggested(who: User, review: Review, override: OverrideJson = OVERRIDE) -> Suggestion:
    """A suggestion that waits."""
    thread = actions.suggest(who, review, ready_copy(review, override).pk)
    return find_suggestion(who, thread.pk)
