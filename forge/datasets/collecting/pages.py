"""The page that a phone records with, and for members the code that leads there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Invalid, QuotaReached
from forge.core.http.blob_responses import part_response
from forge.core.http.pages import for_person, show_again
from forge.datasets.access import labels_of
from forge.datasets.collecting.access import (
    find_guest_link,
    find_receipt,
    find_submission,
    guest_links_of,
    sent_by,
    submissions_of,
    usual_motion_rate,
)
from forge.datasets.collecting.actions import (
    LINK_LIFE,
    MAX_LINK_DAYS,
    GuestTask,
    accept_submissions,
    end_guest_link,
    make_collecting_link,
    make_guest_link,
    refuse_submissions,
    withdraw_as_guest,
)
from forge.datasets.collecting.actions.submissions import WAITING_DAYS
from forge.datasets.collecting.hooks import find_recorded_format
from forge.datasets.collecting.task import DEFAULT_MOTION_RATE, MAX_RECORDINGS, MOTION_RATES, Task
from forge.datasets.consent_terms import DEFAULT_PURPOSES, PURPOSE_LABELS, Purpose, checked_purposes
from forge.datasets.models.collecting import CollectingAudience
from forge.datasets.models.samples import ENDINGS, RECORDED_KINDS, SampleKind
from forge.datasets.playing import may_play, refusal_of, require_play
from forge.datasets.sample_cards import drawing_paths
from forge.projects.actions import note_download
from forge.projects.models import Project
from forge.projects.place import project_of

_AUDIENCES = (CollectingAudience.OWN, CollectingAudience.GUESTS)
SUBMISSIONS_SHOWN = 60
"""Recordings of guests on a page."""


@require_safe
@ensure_csrf_cookie
def record_page(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The phone's page. Whether there is such a link it does not say."""
    return render(request, "player/collect.html")


@for_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Chooses what a phone records, and shows its code, this once."""
    project = project_of(request, organisation, name, Verb.GIVE_SAMPLE)
    principal = principal_of(request)
    context = collect_context(principal, project)
    if request.method != "POST":
        return render(request, "data/collecting/task.html", context)
    code = ""
    try:
        if request.POST.get("audience") == CollectingAudience.GUESTS:
            days = round(_number(request.POST.get("link_days", "7")))
            guests = GuestTask(request.POST.get("title", ""), days)
            link, url, code = make_guest_link(principal, project, _task(request), guests)
        else:
            link, url = make_collecting_link(principal, project, _task(request))
    except (Invalid, QuotaReached) as error:
        return show_again(request, "data/collecting/task.html", context, error)
    # The code is read off a screen: the least correction makes the largest squares.
    picture = segno.make(url, error="l", micro=False).svg_data_uri(scale=5, border=3, light="#fff", omitsize=True)
    link_context = {
        "link": link,
        "url": url,
        "picture": picture,
        "code": code,
        "minutes": int(LINK_LIFE.total_seconds() / 60),
    }
    return render(request, "data/collecting/task.html", context | link_context)


def collect_context(principal: Principal, project: Project) -> dict[str, Any]:
    """Returns the choices of the form."""
    return {
        "project": project,
        "label_choices": labels_of(principal, project),
        "kinds": [(kind.value, kind.label) for kind in RECORDED_KINDS],
        "usual_kind": find_recorded_format(project),
        "purposes": [(each.value, PURPOSE_LABELS[each], each in DEFAULT_PURPOSES) for each in Purpose],
        "motion_rates": MOTION_RATES,
        "motion_rate": usual_motion_rate(project),
        "most": MAX_RECORDINGS,
        "most_days": MAX_LINK_DAYS,
        "audiences": [(each.value, each.label) for each in _AUDIENCES] if can(principal, Verb.SHARE, project) else [],
        "guest_links": guest_links_of(principal, project) if can(principal, Verb.SHARE, project) else [],
    }


@for_person
@require_POST
def end_link(request: HttpRequest, organisation: str, name: str, link_id: UUID) -> HttpResponse:
    """Ends a link for people outside at once."""
    project = project_of(request, organisation, name, Verb.SHARE)
    principal = principal_of(request)
    end_guest_link(principal, find_guest_link(principal, project, link_id))
    return redirect(f"{project.get_absolute_url()}/data/collect#links")


@for_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Lists the pending recordings of guests: members accept or refuse one or many."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    if request.method != "POST":
        return render(request, "data/collecting/waiting.html", _waiting_context(principal, project))
    one, many = request.POST.get("one", ""), request.POST.getlist("ids")
    act, _, single = one.partition(":") if one else (request.POST.get("do", ""), "", "")
    decide = {"accept": accept_submissions, "refuse": refuse_submissions}.get(act)
    try:
        if decide is None:
            raise Invalid("Choose whether to accept or to refuse the recordings.")
        decide(principal, project, [_uuid(each) for each in ([single] if single else many)])
    except Invalid as error:
        return show_again(request, "data/collecting/waiting.html", _waiting_context(principal, project), error)
    return redirect(f"{project.get_absolute_url()}/data/waiting")


@for_person
@never_cache
@require_safe
def waiting_recording(request: HttpRequest, organisation: str, name: str, submission_id: UUID) -> HttpResponseBase:
    """The bytes of a recording that waits, for members who decide about it."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    row = find_submission(principal, project, submission_id)
    require_play(principal, row)
    note_download(principal, project, "data.download", f"data:{row.consent.data_set_id}")
    answer = part_response(request, row.digest, row.size, filename=f"waiting.{ENDINGS[row.media_type]}")
    answer.headers["Accept-Ranges"] = "bytes"
    return answer


@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Shows a guest's recordings to the holder of the receipt link, and deletes all of them."""
    if request.method != "POST":
        return render(request, "data/collecting/receipt.html")
    token = request.POST.get("token", "")
    try:
        collector = find_receipt(token, link_id)
    except LinkEnded as error:
        return show_again(request, "data/collecting/receipt.html", {}, error)
    deleted_count = withdraw_as_guest(collector) if request.POST.get("do") == "delete" else None
    context = {"collector": collector, "project": collector.link.project, "sent": sent_by(collector), "token": token}
    return render(request, "data/collecting/receipt.html", context | {"deleted": deleted_count})


def _waiting_context(principal: Principal, project: Project) -> dict[str, Any]:
    waiting = submissions_of(principal, project)
    first = list(waiting[:SUBMISSIONS_SHOWN])
    rows = [row for row in first if may_play(principal, row)]
    base = f"{project.get_absolute_url()}/data/waiting"
    return {
        "project": project,
        "cards": [(row, drawing_paths(row.drawing), f"{base}/{row.pk}/recording") for row in rows],
        "count": waiting.count(),
        "locked": len(first) - len(rows),
        "days": WAITING_DAYS,
        "refusal": refusal_of(project),
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("The form is incomplete. Load the page again.") from None


def _task(request: HttpRequest) -> Task:
    fields = request.POST
    if fields.get("kind") not in [kind.value for kind in RECORDED_KINDS]:
        raise Invalid("Choose what is recorded: sound, picture or motion.")
    return Task(
        SampleKind(fields["kind"]),
        fields.get("label", ""),
        round(_number(fields.get("seconds", "1.5")) * 1000),
        round(_number(fields.get("rate", str(DEFAULT_MOTION_RATE)))),
        round(_number(fields.get("wanted", "20"))),
        fields.get("hint", ""),
        purposes=checked_purposes(fields.getlist("purposes")),
        is_of_things=fields.get("things") == "on",
    )


def _number(text: str) -> float:
    whole, _, rest = text.strip().partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(text) > 9:
        raise Invalid(f"{text[:20] or 'Nothing'} is not a number. Write digits, such as 1.5.")
    return float(text)
