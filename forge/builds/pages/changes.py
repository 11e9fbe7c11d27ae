"""Says in sentences what changed between two builds."""

from __future__ import annotations

from forge.comparison.changes import Comparison
from forge.comparison.figures import RuneFigures, settings_sentences
from forge.comparison.sentences import sentences


def change_sentences(comparison: Comparison, figures: RuneFigures, earlier: RuneFigures) -> tuple[str, ...]:
    """Returns the changes since an earlier build, in sentences: of the files, and of the build settings."""
    settings_changes = settings_sentences(figures, earlier)
    if not settings_changes:
        return sentences(comparison) or ("Nothing: the files are identical.",)
    return (
        *(sentences(comparison) or ("The files are identical; the build settings differ.",)),
        *settings_changes,
    )
