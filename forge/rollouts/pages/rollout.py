"""The page of a rollout: where it is, why it stopped, what devices do meanwhile, and what people can decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import DomainError
from forge.core.http.pages import for_person, show_again
from forge.deployments.pages.tabs import shown_tabs
from forge.rollouts.access import approvers_of
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import Rollout
from forge.rollouts.pages.deciding import deciding, decisions_of
from forge.rollouts.pages.facts import facts_of, former_devices
from forge.rollouts.pages.guard_rows import guard_table
from forge.rollouts.pages.meanwhile import device_sentences, going_back, headline, poll_text
from forge.rollouts.pages.parts import NAME
from forge.rollouts.pages.plan_texts import plan_texts
from forge.rollouts.pages.shadow_pairs import shadow_card
from forge.rollouts.pages.stage_cards import stage_cards
from forge.rollouts.pages.why_stopped import why_stopped
from forge.rollouts.pages.words import STATES
from forge.rollouts.place import ROLLOUT

_LIVE = frozenset({RolloutState.RUNNING, RolloutState.STOPPED, RolloutState.PAUSED, RolloutState.GOING_BACK})


@for_person
@never_cache
@require_GET
def rollout_page(request: HttpRequest, /, **names: Any) -> HttpResponse:
    """Shows a rollout, and the decisions that its state allows."""
    return render(request, "rollouts/rollout.html", _context(request, ROLLOUT.find(request, Verb.READ, names)))


def show_rollout(request: HttpRequest, rollout: Rollout, error: DomainError) -> HttpResponse:
    """Shows a rollout again, after a decision was refused, with the reason that was typed."""
    rollout.refresh_from_db(fields=["state", "changed", "stop_reason"])
    return show_again(request, "rollouts/rollout.html", _context(request, rollout), error)


def _context(request: HttpRequest, rollout: Rollout) -> dict[str, Any]:
    principal, deployment = principal_of(request), rollout.deployment
    facts = facts_of(rollout, timezone.now())
    decisions = deciding(principal, rollout)
    return {
        "project": deployment.project,
        "deployment": deployment,
        "rollout": rollout,
        "tabs": shown_tabs(deployment, NAME, may_deploy=can(principal, Verb.DEPLOY, deployment.project)),
        "facts": facts,
        "mark": STATES[facts.state],
        "headline": headline(facts),
        "is_live": facts.state in _LIVE,
        "stages": stage_cards(facts),
        "why": why_stopped(facts),
        "back": going_back(facts),
        "shadow": shadow_card(facts),
        "sentences": device_sentences(facts),
        "stayed": former_devices(facts),
        "poll": poll_text(),
        "guards": guard_table(facts),
        "approvers": approvers_of(rollout.release.build),
        "deciding": decisions,
        "may": {str(kind): True for kind in decisions.kinds},
        "decisions": decisions_of(rollout),
        "plan": plan_texts(facts.plan),
    }
