"""A project's page of Git: the branch that it follows and its pulls, pushing, and the download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Conflict, Invalid, NotFound, Stale, TooLarge, TooOften, Unprocessable
from forge.core.http.pages import for_person, show_again
from forge.core.preconditions import etag_of, form_precondition
from forge.jobs.models import JobState
from forge.projects.actions import push_to_git
from forge.projects.git.remote import Remote, checked_remote, checked_token
from forge.projects.git.repository import BRANCH
from forge.projects.history.export import wanted_versions
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.repositories import actions
from forge.repositories.access import find_link, pulls_of
from forge.repositories.etag_facets import link_facets
from forge.repositories.pulls import remembered_tokens
from forge.repositories.request_refs import request_refs

_REFUSALS = (Invalid, Conflict, Stale, Unprocessable, TooLarge, TooOften, NotFound)
_FAILED_STATES = (JobState.FAILED, JobState.LOST)


@for_person
@require_http_methods(["GET", "POST"])
def git_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The page, and what the button that was pressed says; a push says what the branch has then."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    if request.method == "GET":
        return render(request, "git/project.html", _context(request, principal, project))
    act = _ACTS.get(request.POST.get("do", ""))
    try:
        if act is not None:
            act(_Press(request, principal, project, request.POST))
            return redirect(f"{project.get_absolute_url()}/push")
        remote = _remote(request.POST)
        result = push_to_git(principal, project, remote)
    except _REFUSALS as error:
        return show_again(request, "git/project.html", _context(request, principal, project), error)
    return render(
        request, "git/project.html", _context(request, principal, project) | {"done": result, "remote": remote}
    )


def _remote(form: QueryDict) -> Remote:
    return checked_remote(*(form.get(field, "") for field in ("url", "branch", "token")))


@dataclass(frozen=True)
class _Press:
    """A button of the page that somebody pressed."""

    request: HttpRequest
    principal: Principal
    project: Project
    form: QueryDict


def _link(press: _Press) -> None:
    url, branch, folder = (press.form.get(f"link_{field}", "") for field in ("url", "branch", "folder"))
    remote = checked_remote(url, branch, folder=folder)
    actions.link_branch(press.principal, press.project, remote, precondition=form_precondition(press.form))


def _pull(press: _Press) -> None:
    _pull_with(press, "pull_token")


def _pull_request(press: _Press) -> None:
    request = press.form.get("request", "")
    if not request_refs(request):
        raise Invalid("Enter the number of the request.", errors={"request": ["Enter the number of the request."]})
    _pull_with(press, "request_token", request)


def _pull_with(press: _Press, field: str, request: str = "") -> None:
    """Pulls with the token that was typed, which the session remembers then, or with the one that it remembers."""
    link = find_link(press.principal, press.project)
    typed_token = checked_token(press.form.get(field, ""))
    token = typed_token or (remembered_tokens.recall(press.request.session, link) if link else "")
    actions.pull(press.principal, press.project, token, request, precondition=form_precondition(press.form))
    if link is not None and typed_token:
        remembered_tokens.remember(press.request.session, link, typed_token)


def _forget_token(press: _Press) -> None:
    link = find_link(press.principal, press.project)
    if link is not None:
        remembered_tokens.forget(press.request.session, link)


def _unlink(press: _Press) -> None:
    link = find_link(press.principal, press.project)
    actions.unlink_branch(press.principal, press.project, precondition=form_precondition(press.form))
    if link is not None:
        remembered_tokens.forget(press.request.session, link)


_ACTS: Mapping[str, Callable[[_Press], None]] = {
    "link": _link,
    "pull": _pull,
    "pull-request": _pull_request,
    "unlink": _unlink,
    "forget-token": _forget_token,
}


def _context(request: HttpRequest, principal: Principal, project: Project) -> dict[str, object]:
    pulls, link = pulls_of(principal, project), find_link(principal, project)
    return {
        "project": project,
        "servers": settings.GIT_ORIGINS,
        "versions": len(wanted_versions(project, "")),
        "usual_branch": BRANCH,
        "link": link,
        "etag": etag_of(link_facets(link)),
        "has_token": link is not None and bool(remembered_tokens.recall(request.session, link)),
        "pulls": pulls,
        "last": pulls[0] if pulls else None,
        "is_pulling": bool(pulls) and not pulls[0].job.is_finished,
        "has_failed": bool(pulls) and pulls[0].job.state in _FAILED_STATES,
    }
