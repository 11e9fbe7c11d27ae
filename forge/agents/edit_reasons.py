"""The reasons that an agent gave for its edits, by what they changed."""

from __future__ import annotations

from collections.abc import Iterable

from forge.agents.models import AgentStep
from forge.reviews.hooks import EditReason
from rune.editing.merge import EditedTexts, SideFiles, list_changes
from rune.source.runefile import RUNEFILE_NAMES


def reasons_of(steps: Iterable[AgentStep]) -> tuple[EditReason, ...]:
    """Returns the reasons of edits, oldest first; none of those that were taken back."""
    return tuple(
        EditReason(frozenset(each.changes) - set(RUNEFILE_NAMES), _runefile_keys(each.changes), each.reason)
        for each in steps
        if each.may_be_undone and each.reason
    )


def _runefile_keys(changes: EditedTexts) -> frozenset[str]:
    """Returns the keys of what an edit changed in the Runefile. A digest is here the text itself."""
    texts = {path: pair for path, pair in changes.items() if path in RUNEFILE_NAMES}
    before, after = (
        {path: pair[side] or "" for path, pair in texts.items() if pair[side] is not None} for side in (0, 1)
    )
    return frozenset(each.key for each in list_changes(before, SideFiles(after), lambda text: text))
