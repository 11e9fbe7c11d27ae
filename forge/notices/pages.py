"""A person's notices as pages: the inbox, what they want to hear of, and ending email. None needs scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from forge.accounts.access import is_confirmed
from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of, signed_in_user
from forge.core.errors import Invalid
from forge.core.events.declarations import find_notice_topic
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.notices import actions
from forge.notices.access import find_notice, level_of, levels_of, mail_choice_of, notices_of
from forge.notices.delivery.messages import action, sentence, title
from forge.notices.delivery.unsubscribing import person_of_token
from forge.notices.inbox.filters import LISTS, NoticeFilter
from forge.notices.models import Notice
from forge.notices.rules import Level, MailChoice, NoticeCause
from forge.projects.models import Project
from forge.projects.place import project_of

NOTICES_SHOWN = 50
"""Notices on a page."""


LEVEL_LABELS = {
    Level.ALL: "All: every review, verdict, failed build and publication",
    Level.MINE: "Mine: what asks for me, and what I take part in",
    Level.OFF: "Off: nothing",
}
MAIL_LABELS = {
    MailChoice.REQUESTED_AND_DIGEST: "At once what asks for me, the rest once a day",
    MailChoice.REQUESTED: "Only what asks for me, at once",
    MailChoice.DIGEST: "Everything once a day",
    MailChoice.NONE: "No email",
}


@dataclass(frozen=True)
class NoticeRow:
    """A notice on the list."""

    notice: Notice
    title: str
    text: str
    action: str
    icon: str

    @property
    def is_unread(self) -> bool:
        """Whether the notice was not looked at."""
        return self.notice.read is None and self.notice.done is None


@for_person
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's notices, those that changed last first."""
    filters = NoticeFilter(request.GET, notices_of(principal_of(request)))
    notices, pages = rows_of(request, filters.qs, NOTICES_SHOWN)
    show = filters.values["show"] or "open"
    context = {"rows": [_row(notice) for notice in notices], "pages": pages, "show": show, "shows": LISTS}
    return render(request, "notices/inbox.html", context)


def _row(notice: Notice) -> NoticeRow:
    topic, reason = find_notice_topic(notice.kind), NoticeCause(notice.reason)
    text = sentence(topic, reason, str(notice.actor or ""), notice.facts, notice.events)
    icon = topic.icon if topic else "message-square"
    return NoticeRow(notice, title(notice.facts), text, action(topic, reason), icon)


@for_person
@require_POST
def change(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Handles the pressed button of a notice; `open` reads it and leads to its subject."""
    principal = principal_of(request)
    target = find_notice(principal, notice)
    match request.POST.get("do"):
        case "open":
            actions.change_notice(principal, target, read=True)
            return redirect(target)
        case "read":
            actions.change_notice(principal, target, read=True)
        case "unread":
            actions.change_notice(principal, target, read=False, done=False)
        case "done":
            actions.change_notice(principal, target, done=True)
        case "mute":
            actions.mute(principal, target)
        case "unmute":
            actions.mute(principal, target, muted=False)
    return redirect("notices")


@for_person
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all notices as read."""
    actions.read_all(principal_of(request))
    return redirect("notices")


@for_person
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Shows the choice of email, and the projects with another level of notices."""
    principal = principal_of(request)
    context = {
        "choices": MAIL_LABELS,
        "chosen": mail_choice_of(principal),
        "levels": levels_of(principal),
        "is_confirmed": is_confirmed(signed_in_user(request)),
        "saved": "saved" in request.GET,
    }
    if request.method == "GET":
        return render(request, "notices/settings.html", context)
    try:
        actions.choose_mail(principal, request.POST.get("mail", ""))
    except Invalid as error:
        return show_again(request, "notices/settings.html", context, error)
    return redirect("/accounts/notices/settings?saved")


@for_person
@require_POST
def watch(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Chooses what a person hears of a project; leads back to the project's builds."""
    project = project_of(request, organisation, name, Verb.READ)
    actions.watch_project(principal_of(request), project, request.POST.get("level", ""))
    return redirect(f"{project.get_absolute_url()}/builds")


def watch_menu(principal: Principal, project: Project) -> dict[str, Any]:
    """Returns the data of `parts/project/watch.html`: the person's level for a project, and the choices."""
    return {"level": level_of(principal, project), "words": LEVEL_LABELS}


@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ends emails by the link in one.

    The link says whose: nobody needs to be signed in, and mail programs post here without a page (RFC 8058), so
    there is nothing of a session to protect. Looking changes nothing.
    """
    try:
        whose = person_of_token(token)
    except Invalid as error:
        return show_again(request, "notices/unsubscribe.html", {}, error)
    if request.method == "POST":
        actions.unsubscribe(whose)
    return render(request, "notices/unsubscribe.html", {"whose": whose, "is_ended": request.method == "POST"})
