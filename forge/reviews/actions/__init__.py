"""The acts of reviews. Each checks the permission, does it, and writes the audit entry and the event."""

from forge.reviews.change_requests.actions.merges import merge_change_request, merge_past_gate, undo_merge
from forge.reviews.change_requests.actions.offers import (
    ask_for_changes,
    build_merged,
    close_change_request,
    offer_changes,
    offer_newer,
    reopen_change_request,
    resolve_conflict,
    start_over,
)
from forge.reviews.change_requests.actions.outside import bring_from_outside, bring_newer
from forge.reviews.checks.actions import ReportedCheck, post_check
from forge.reviews.guests.actions import (
    comment_as_guest,
    enter_as_guest,
    invite_guest,
    note_guest_download,
    revoke_guest_link,
)
from forge.reviews.reviewing.actions.pending_requests import ReviewRequest, ask_when_built, take_back_awaited
from forge.reviews.reviewing.actions.requests import ask_for_review, ask_in_a_new_round, change_reviewers, close_review
from forge.reviews.reviewing.actions.verdicts import JudgedRound, give_verdict, undo_verdict
from forge.reviews.rounds.requests import RequestedGroup
from forge.reviews.rules.actions import Rules, change_rules
from forge.reviews.suggestions.actions import (
    RequestedChange,
    decline_suggestion,
    suggest,
    take_suggestion,
    try_changes,
    withdraw_suggestion,
)
from forge.reviews.threads.actions.conversation import (
    begin_thread,
    delete_comment,
    edit_comment,
    reopen_thread,
    reply_in_thread,
    resolve_thread,
)
from forge.reviews.threads.actions.wrong_results import mark_wrong

__all__ = [
    "JudgedRound",
    "ReportedCheck",
    "RequestedChange",
    "RequestedGroup",
    "ReviewRequest",
    "Rules",
    "ask_for_changes",
    "ask_for_review",
    "ask_in_a_new_round",
    "ask_when_built",
    "begin_thread",
    "bring_from_outside",
    "bring_newer",
    "build_merged",
    "change_reviewers",
    "change_rules",
    "close_change_request",
    "close_review",
    "comment_as_guest",
    "decline_suggestion",
    "delete_comment",
    "edit_comment",
    "enter_as_guest",
    "give_verdict",
    "invite_guest",
    "mark_wrong",
    "merge_change_request",
    "merge_past_gate",
    "note_guest_download",
    "offer_changes",
    "offer_newer",
    "post_check",
    "reopen_change_request",
    "reopen_thread",
    "reply_in_thread",
    "resolve_conflict",
    "resolve_thread",
    "revoke_guest_link",
    "start_over",
    "suggest",
    "take_back_awaited",
    "take_suggestion",
    "try_changes",
    "undo_merge",
    "undo_verdict",
    "withdraw_suggestion",
]
