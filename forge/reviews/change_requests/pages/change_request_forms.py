"""The buttons of a change request's page: each does an act, and returns where the page goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import QueryDict

from forge.accounts.principals import Principal
from forge.core.errors import Invalid
from forge.core.preconditions import form_precondition
from forge.reviews.change_requests.actions import merges
from forge.reviews.change_requests.actions import offers as offer_actions
from forge.reviews.change_requests.actions.taking import take_changes
from forge.reviews.change_requests.pages.next_step import build_project
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.threads.actions import conversation as conversation_actions
from rune.editing.merge import Side


def _resolve(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    side = form.get("side", "")
    if side not in tuple(Side):
        raise Invalid("Choose a side.", errors={"side": ["Choose a side."]})
    conflict, text = form.get("conflict", ""), form.get("text", "")
    offer_actions.resolve_conflict(principal, change, conflict, side, text, precondition=form_precondition(form))
    return "#conflicts"


def _start_over(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.start_over(principal, change, precondition=form_precondition(form))
    return "#conflicts"


def _build(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.build_merged(principal, change, precondition=form_precondition(form))
    return ""


def _merge(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    merges.merge_change_request(principal, change, precondition=form_precondition(form))
    return ""


def _merge_past(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    merges.merge_past_gate(principal, change, form.get("reason", ""), precondition=form_precondition(form))
    return ""


def _undo(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    merges.undo_merge(principal, change, precondition=form_precondition(form))
    return ""


def _close(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.close_change_request(principal, change, form.get("reason", ""), precondition=form_precondition(form))
    return ""


def _reopen(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.reopen_change_request(principal, change)
    return ""


def _comment(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    conversation_actions.begin_thread(principal, change, form.get("text", ""))
    return "#conversation"


def _ask_changes(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.ask_for_changes(principal, change, form.get("text", ""))
    return "#conversation"


def _take(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    build = take_changes(principal, change, form.getlist("keys"), precondition=form_precondition(form))
    return "#conflicts" if build is None else "#merge"


def _newer(principal: Principal, change: ChangeRequest, form: QueryDict) -> str:
    offer_actions.offer_newer(principal, change, message=form.get("message", ""))
    return ""


CHANGE_REQUEST_FORMS: Mapping[str, Callable[[Principal, ChangeRequest, QueryDict], str]] = {
    "resolve": _resolve,
    "start-over": _start_over,
    "build": _build,
    "build-project": build_project,
    "merge": _merge,
    "merge-past": _merge_past,
    "undo": _undo,
    "close": _close,
    "reopen": _reopen,
    "say": _comment,
    "ask-changes": _ask_changes,
    "newer": _newer,
    "take": _take,
}
