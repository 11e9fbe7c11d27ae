"""The drafts of a project, and one of them: who writes it, what it did, and what would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.agents.access import steps_of
from forge.agents.actions.rights import stop_agent
from forge.agents.models import AgentGrant, AgentStep
from forge.core.actors import Actor
from forge.core.errors import Forbidden
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person
from forge.projects.drafts.access import drafts_of, find_draft
from forge.projects.drafts.actions import discard_draft
from forge.projects.models import Draft, Project
from forge.projects.place import project_of
from forge.projects.versions.store import working_tree
from forge.reviews.change_requests.pages.merge_view import MergeView, draft_view
from forge.reviews.changes.models import ChangeRequest, ChangeState

STEPS_SHOWN: Final = 200
_PAGE: Final = "agents/draft.html"


@dataclass(frozen=True)
class ShownAgent:
    """The agent of a draft, as its page shows it."""

    grant: AgentGrant
    works: bool
    """Whether its right has not ended."""
    may_be_stopped: bool
    until: datetime


@for_person
def draft_list(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Returns the drafts of a project that are written."""
    project = project_of(request, organisation, name, Verb.READ)
    drafts = list(drafts_of(principal_of(request), project))
    return render(request, "agents/drafts.html", {"project": project, "drafts": drafts})


@for_person
def draft_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Returns a draft: its changes beside the project's files, and what was done."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.READ)
    return _shown(request, find_draft(principal, project, number), None)


@for_person
@require_POST
def stop(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Stops the agent that writes a draft; its person's press alone does."""
    principal = principal_of(request)
    draft = find_draft(principal, project_of(request, organisation, name, Verb.READ), number)
    agent = _agent_of(draft)
    if agent is None or agent.person_id != principal.pk:
        raise Forbidden("Only the person for whom an agent acts stops it. An owner can remove the person.")
    stop_agent(principal, agent)
    return redirect(draft.get_absolute_url())


def _shown(request: HttpRequest, draft: Draft, error: object) -> HttpResponse:
    principal = principal_of(request)
    return render(request, _PAGE, _context(principal, draft) | {"error": error}, status=200 if error is None else 409)


def _context(actor: Actor, draft: Draft) -> dict[str, Any]:
    agent = _agent_of(draft)
    return {
        "project": draft.project,
        "draft": draft,
        "view": _view(draft),
        "agent": _shown_agent(actor, agent),
        "steps": _steps(actor, draft.project, draft),
        "change": ChangeRequest.objects.filter(source=draft.files, state=ChangeState.OPEN).first(),
        "may_edit": can(actor, Verb.EDIT, draft.files),
    }


def _view(draft: Draft) -> MergeView:
    return draft_view(draft.files.fork.base, draft.files, working_tree(draft.files))


def _agent_of(draft: Draft) -> AgentGrant | None:
    return AgentGrant.objects.select_related("person").filter(pk=draft.agent).first() if draft.agent else None


def _shown_agent(actor: Actor, agent: AgentGrant | None) -> ShownAgent | None:
    if agent is None:
        return None
    works = AgentGrant.objects.alive().filter(pk=agent.pk).exists()
    return ShownAgent(agent, works, works and agent.person_id == actor.pk, agent.expires)


def _steps(actor: Actor, project: Project, draft: Draft) -> list[AgentStep]:
    """Returns what was done in a draft, and what was read of the project since it began, oldest first."""
    if draft.agent is None:
        return []
    return list(steps_of(actor, project).filter(agent=draft.agent, at__gte=draft.files.created)[:STEPS_SHOWN])


discard = form_view(
    {"discard": Button(discard_draft, lambda draft, *_: f"{draft.project.get_absolute_url()}/drafts")}, _shown
)
