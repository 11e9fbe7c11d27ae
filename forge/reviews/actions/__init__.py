"""The acts of reviews. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.reviews.actions.asking import (
    Asked,
    ask_for_review,
    ask_in_a_new_round,
    change_reviewers,
    close_review,
    say_in_review,
)
from forge.reviews.actions.verdicts import give_verdict, say, undo_verdict

__all__ = [
    "Asked",
    "ask_for_review",
    "ask_in_a_new_round",
    "change_reviewers",
    "close_review",
    "give_verdict",
    "say",
    "say_in_review",
    "undo_verdict",
]
