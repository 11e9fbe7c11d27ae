"""The page of the labelling queue: one sample at a time. It works without scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, Invalid
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import chosen_of
from forge.datasets.access import labels_of
from forge.datasets.labelling.actions import MAX_SKIPPED, label_in_queue, release, take_next, undo_in_queue
from forge.datasets.labelling.queue import QueueMode, claimed_by, counts_of, labellers_of, opinions_on
from forge.datasets.sample_cards import cards_of, marks_of
from forge.projects.models import Project
from forge.projects.place import project_of

LABEL_KEYS = 9


@for_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Shows the sample that a person looks at; a form labels it and takes the next."""
    project, principal = project_of(request, organisation, name, Verb.EDIT), principal_of(request)
    if request.method != "POST":
        return render(request, "data/queue.html", queue_context(request, principal, project))
    try:
        query = _act(request, principal, project)
    except DomainError as error:
        return show_again(request, "data/queue.html", queue_context(request, principal, project), error)
    return redirect(f"{project.get_absolute_url()}/data/queue{query}")


def _act(request: HttpRequest, principal: Principal, project: Project) -> str:
    """Does what the form asks for. Returns the query of the page that is shown then."""
    act, mode, skipped_numbers = (
        request.POST.get("do", ""),
        _mode(request.POST.get("mode", "")),
        _skipped_numbers(request),
    )
    last = ""
    if act == "stop":
        release(principal, project)
        return ""
    if act == "undo":
        undo_in_queue(principal, project, _number(request.POST.get("last", "")))
        return f"?{urlencode({'mode': mode})}"
    if act == "label":
        number = _number(request.POST.get("number", ""))
        label_in_queue(
            principal, project, number, request.POST.get("label", ""), settles=mode is QueueMode.DISAGREEMENTS
        )
        last = str(number)
    elif act == "skip":
        skipped_numbers = [*skipped_numbers, _number(request.POST.get("number", ""))][-MAX_SKIPPED:]
    elif act != "take":
        raise Invalid("Choose what to do with the sample.")
    take_next(principal, project, mode, skipped_numbers)
    query = {"mode": mode, "last": last, "skipped": ",".join(map(str, skipped_numbers))}
    return f"?{urlencode({key: value for key, value in query.items() if value})}"


def queue_context(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    """All that the page shows."""
    mode = QueueMode(chosen_of(request, "mode", list(QueueMode)) or QueueMode.UNLABELLED)
    sample, labels = claimed_by(principal, project), labels_of(principal, project)
    marks = marks_of(labels)
    is_blind = mode is QueueMode.SECOND_LOOK
    last = request.GET.get("last", "")
    return {
        "project": project,
        "mode": mode.value,
        "sample": sample,
        "card": None if sample is None else cards_of(principal, [sample], project, marks)[0],
        "is_blind": is_blind,
        "opinions": [] if sample is None or is_blind else opinions_on(sample),
        "choices": [
            (label, marks[label], str(index + 1) if index < LABEL_KEYS else "") for index, label in enumerate(labels)
        ],
        "counts": counts_of(principal, project),
        "labellers": labellers_of(principal, project),
        "last": last if last.isascii() and last.isdigit() and len(last) < 10 else "",
        "skipped": ",".join(map(str, _numbers(request.GET.get("skipped", "")))),
    }


def _mode(text: str) -> QueueMode:
    if text not in list(QueueMode):
        raise Invalid("Choose what the queue shows.")
    return QueueMode(text)


def _skipped_numbers(request: HttpRequest) -> list[int]:
    return _numbers(request.POST.get("skipped", ""))


def _numbers(text: str) -> list[int]:
    words = [each for each in text.split(",") if each.isascii() and each.isdigit() and len(each) < 10]
    return [int(each) for each in words][-MAX_SKIPPED:]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid("The form is incomplete. Load the page again.")
    return int(text)
