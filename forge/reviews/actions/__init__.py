"""The acts of reviews. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.reviews.actions.asking import (
    Asked,
    ask_for_review,
    ask_in_a_new_round,
    change_reviewers,
    close_review,
)
from forge.reviews.actions.conversation import (
    begin_thread,
    delete_comment,
    edit_comment,
    reopen_thread,
    reply_in_thread,
    resolve_thread,
)
from forge.reviews.actions.guests import (
    GuestTerms,
    enter_as_guest,
    invite_guest,
    note_guest_download,
    revoke_guest_link,
    say_as_guest,
)
from forge.reviews.actions.suggestions import (
    AskedChange,
    decline_suggestion,
    suggest,
    take_suggestion,
    try_changes,
    withdraw_suggestion,
)
from forge.reviews.actions.verdicts import give_verdict, undo_verdict
from forge.reviews.actions.wrong_results import mark_wrong

__all__ = [
    "Asked",
    "AskedChange",
    "GuestTerms",
    "ask_for_review",
    "ask_in_a_new_round",
    "begin_thread",
    "change_reviewers",
    "close_review",
    "decline_suggestion",
    "delete_comment",
    "edit_comment",
    "enter_as_guest",
    "give_verdict",
    "invite_guest",
    "mark_wrong",
    "note_guest_download",
    "reopen_thread",
    "reply_in_thread",
    "resolve_thread",
    "revoke_guest_link",
    "say_as_guest",
    "suggest",
    "take_suggestion",
    "try_changes",
    "undo_verdict",
    "withdraw_suggestion",
]
