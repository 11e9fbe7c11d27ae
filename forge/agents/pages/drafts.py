"""The drafts of a project, and one of them: who writes it, what it did, and what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.agents.access import agent_of_draft, is_alive, steps_of
from forge.agents.actions.rights import stop_agent
from forge.agents.actions.undoing import UndoneStepsJson, undo_steps
from forge.agents.edit_reasons import reasons_of
from forge.agents.models import AgentGrant, AgentStep
from forge.agents.pages.draft_builds import DraftBuilds, draft_builds, last_build, trial_facts
from forge.builds.actions import build_version
from forge.builds.pages.stage_costs import stage_costs
from forge.core.actors import Actor
from forge.core.errors import Conflict, Forbidden
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person
from forge.projects.drafts.access import drafts_of, find_draft
from forge.projects.drafts.actions import discard_draft
from forge.projects.drafts.version import version_of_draft
from forge.projects.models import Draft, Project, Version
from forge.projects.place import project_of
from forge.projects.versions.store import WorkingTree, working_tree
from forge.reviews.change_requests.pages.merge_view import draft_view
from forge.reviews.change_requests.pages.selection_view import SelectableRow, change_rows
from forge.reviews.changes.models import ChangeRequest, ChangeState
from forge.reviews.changes.selecting import sides_of_draft

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
    agent = agent_of_draft(draft)
    if agent is None or agent.person_id != principal.pk:
        raise Forbidden("Only the person for whom an agent acts stops it. An owner can remove the person.")
    stop_agent(principal, agent)
    return redirect(draft.get_absolute_url())


@for_person
@require_POST
def build(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Builds a draft as it is now, for who wants to try it; its page runs it beside the project's once it has ended."""
    principal = principal_of(request)
    project = project_of(request, organisation, name, Verb.BUILD)
    draft = find_draft(principal, project, number)
    try:
        build_version(principal, version_of_draft(principal, draft))
    except Conflict as error:
        return _shown(request, draft, error)
    return redirect(f"{draft.get_absolute_url()}#try")


def _shown(request: HttpRequest, draft: Draft, error: object) -> HttpResponse:
    principal = principal_of(request)
    return render(request, _PAGE, _context(principal, draft) | {"error": error}, status=200 if error is None else 409)


def _shown_undone(request: HttpRequest, draft: Draft, result: UndoneStepsJson) -> HttpResponse:
    """Returns the page again with what was taken back, and which files stay as they are."""
    return render(request, _PAGE, _context(principal_of(request), draft) | {"undone": result})


def _context(principal: Principal, draft: Draft) -> dict[str, Any]:
    agent, tree = agent_of_draft(draft), working_tree(draft.files)
    base = draft.files.fork.base
    steps = _steps(principal, draft.project, draft)
    builds = draft_builds(principal, draft, tree.digest)
    return {
        "project": draft.project,
        "draft": draft,
        "drafts": list(drafts_of(principal, draft.project)),
        "view": draft_view(base, draft.files, tree),
        "rows": _rows(base, tree, steps, builds),
        "agent": _shown_agent(principal, agent),
        "steps": steps,
        "addressed": _addressed(steps),
        "first_edit": next((each for each in steps if each.may_be_undone), None),
        "change": _change_of(principal, draft),
        "may_edit": can(principal, Verb.EDIT, draft.files),
        "may_build": can(principal, Verb.BUILD, draft.project),
        "last_build": last_build(principal, draft, tree.digest),
        "builds": builds,
        **trial_facts(principal, builds),
    }


def _rows(
    base: Version, tree: WorkingTree, steps: Sequence[AgentStep], builds: DraftBuilds | None
) -> tuple[SelectableRow, ...]:
    """Returns the changes of the draft by stage, with the reasons of its edits."""
    sides = sides_of_draft(base, tree)
    costs = stage_costs(builds.before, builds.now) if builds is not None else {}
    return change_rows(sides, sides.changes(), reasons_of(steps), costs)


def _change_of(actor: Actor, draft: Draft) -> ChangeRequest | None:
    rows = ChangeRequest.objects.visible_to(actor)
    return rows.filter(source=draft.files, state=ChangeState.OPEN).first()


def _shown_agent(actor: Actor, agent: AgentGrant | None) -> ShownAgent | None:
    if agent is None:
        return None
    works = is_alive(agent)
    return ShownAgent(agent, works, works and agent.person_id == actor.pk, agent.expires)


def _steps(actor: Actor, project: Project, draft: Draft) -> list[AgentStep]:
    """Returns what was done in a draft, and what was read of the project since it began, oldest first."""
    if draft.agent is None:
        return []
    of_draft = Q(draft=draft) | Q(draft=None, at__gte=draft.files.created)
    return list(steps_of(actor, project).filter(of_draft, agent=draft.agent)[:STEPS_SHOWN])


def _addressed(steps: Sequence[AgentStep]) -> Mapping[str, Sequence[str]]:
    """Returns the sentences that address an assistant in what was read, each once, by the origin of its text."""
    texts: dict[str, dict[str, None]] = {}
    for origin, sentences in (each for step in steps for each in (step.addressed or {}).items()):
        texts.setdefault(origin, {}).update(dict.fromkeys(sentences))
    return {origin: tuple(sentences) for origin, sentences in texts.items()}


undo = form_view({"undo": Button(undo_steps, shown=_shown_undone)}, _shown, (Conflict,))
discard = form_view(
    {"discard": Button(discard_draft, lambda draft, *_: f"{draft.project.get_absolute_url()}/drafts")}, _shown
)
