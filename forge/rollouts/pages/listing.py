"""The page of a deployment's rollouts: all of them, and the form that starts one. None needs scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.errors import Conflict, DomainError, Forbidden, Gone, Invalid, NotFound, Stale
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.core.preconditions import etag_of, form_precondition
from forge.deployments.access import find_deployment
from forge.deployments.etag_facets import deployment_facets
from forge.deployments.hooks import is_counting
from forge.deployments.models import Deployment, DeploymentKind, Release
from forge.deployments.pages.tabs import shown_tabs
from forge.deployments.pages.version_options import VersionOption, version_options
from forge.deployments.releases.gate import missing_for
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.models import Assignment
from forge.projects.place import project_of
from forge.registry.tags.access import tags_of
from forge.rollouts.access import Approver, approvers_of, rollouts_of
from forge.rollouts.actions.starting import start_rollout
from forge.rollouts.forecasting import forecast_of
from forge.rollouts.machine import RolloutState
from forge.rollouts.models import Rollout
from forge.rollouts.pages.forecast_rows import ForecastTexts, forecast_texts
from forge.rollouts.pages.form_values import FormErrors, FormValues
from forge.rollouts.pages.limit_fields import with_labels
from forge.rollouts.pages.parts import NAME
from forge.rollouts.pages.plan_form import has_stages_of, plan_form, plan_of, values_of, with_stages_of
from forge.rollouts.pages.presets import PlanPreset, presets
from forge.rollouts.pages.words import STATES, RolloutTag, stage_title
from forge.rollouts.plan import BadPlan, RolloutPlan
from forge.telemetry.intake.runes import record_of

ON_A_PAGE: Final = 24
"""Rollouts."""
PLAN_ERROR: Final = "Correct what is marked below. Nothing was started."


@dataclass(frozen=True)
class RolloutRow:
    """A rollout in the list."""

    rollout: Rollout
    mark: RolloutTag
    stage: str
    """The stage that it reached."""


@dataclass(frozen=True)
class VersionToStart:
    """The version that the form starts, and what its gate says."""

    option: VersionOption
    digest: str
    missing: Sequence[str]
    approvers: Sequence[Approver]
    labels: Sequence[str]
    """The labels of its rune; none of one that counts none."""


@dataclass(frozen=True)
class PresetButton:
    """A plan to begin with, as a button that fills in its stages."""

    preset: PlanPreset
    name: str
    is_chosen: bool
    """Whether the form has its stages."""


@for_person
@never_cache
@require_http_methods(["GET", "POST"])
def rollouts_page(request: HttpRequest, organisation: str, name: str, deployment: str) -> HttpResponse:
    """Shows the rollouts of a deployment, with a form that starts one; POST starts it, or fills in the form."""
    verb = Verb.READ if request.method == "GET" else Verb.DEPLOY
    project = project_of(request, organisation, name, verb)
    row = find_deployment(principal_of(request), project, deployment)
    if request.method == "GET":
        return render(request, "rollouts/list.html", _context(request, row))
    if "preset" in request.POST or request.POST.get("do") == "version":
        return render(request, "rollouts/list.html", _context(request, row))
    try:
        if request.POST.get("do") == "forecast":
            return render(request, "rollouts/list.html", _context(request, row) | {"forecast": _forecast(request, row)})
        rollout = _start(request, row)
    except (Invalid, Conflict, Stale, NotFound, Gone, Forbidden) as error:
        row = find_deployment(principal_of(request), project, deployment)
        return show_again(request, "rollouts/list.html", _context(request, row, error), error)
    return redirect(rollout.get_absolute_url())


def _start(request: HttpRequest, deployment: Deployment) -> Rollout:
    form, principal = request.POST, principal_of(request)
    plan = _plan(request, deployment, _version(principal, deployment, form.get("tag", "")))
    devices = form.get("devices", "")
    return start_rollout(
        principal,
        deployment,
        form.get("tag", ""),
        form.get("digest", ""),
        int(devices) if devices.isascii() and devices.isdecimal() and len(devices) <= 9 else -1,
        plan,
        precondition=form_precondition(form),
    )


def _plan(request: HttpRequest, deployment: Deployment, version: VersionToStart | None) -> dict[str, Any]:
    """Returns the plan that was sent, as JSON. Raises `Invalid`."""
    labels = version.labels if version is not None else ()
    plan, errors = plan_of(_sent(request), labels, is_counting=is_counting(deployment))
    if errors:
        raise Invalid(PLAN_ERROR, errors=errors)
    return plan


def _forecast(request: HttpRequest, deployment: Deployment) -> ForecastTexts:
    """Returns what the plan that was sent would do. Nothing is started."""
    version = _version(principal_of(request), deployment, request.POST.get("tag", ""))
    artefact = version.option.tag.build.artefact if version is not None else None
    if version is None or artefact is None:
        raise NotFound("There is no other version with a rune.")
    try:
        plan = RolloutPlan.from_json(_plan(request, deployment, version))
    except BadPlan as error:
        raise Invalid(str(error)) from error
    forecast = forecast_of(deployment, plan, _release_now(deployment), artefact.digest, timezone.now())
    return forecast_texts(forecast, version.option.tag.name)


def _context(request: HttpRequest, deployment: Deployment, error: DomainError | None = None) -> dict[str, Any]:
    principal, project = principal_of(request), deployment.project
    rows, pages = rows_of(
        request, rollouts_of(deployment).annotate(begun=Count("stages")).order_by("-number"), ON_A_PAGE
    )
    assignment = assignment_of(deployment.pk)
    may_deploy = can(principal, Verb.DEPLOY, project)
    may_start = may_deploy and can(principal, Verb.CHANGE_DEVICES, project.organisation)
    is_ready = may_start and assignment is not None and not assignment.is_rolling_out
    return {
        "project": project,
        "deployment": deployment,
        "is_for_devices": deployment.kind == DeploymentKind.DEVICES,
        "tabs": shown_tabs(deployment, NAME, may_deploy=may_deploy),
        "rows": [_row(each) for each in rows],
        "pages": pages,
        "assignment": assignment,
        "may_start": may_start,
        "is_counting": is_counting(deployment),
        "start": _start_form(request, deployment, assignment, error) if is_ready and assignment is not None else None,
    }


def _row(rollout: Any) -> RolloutRow:
    stages = rollout.plan.stages
    title = stage_title(stages[rollout.begun - 1]) if rollout.begun else ""
    stage = f"{rollout.begun} of {len(stages)}: {title}" if rollout.begun else "not begun"
    return RolloutRow(rollout, STATES[RolloutState(rollout.state)], stage)


def _start_form(
    request: HttpRequest, deployment: Deployment, assignment: Assignment, error: DomainError | None
) -> dict[str, Any]:
    """Returns what the form shows: the fields that were sent, with what their button changes, or those of a preset."""
    options = _options(principal_of(request), deployment)
    version = _version_of(options, _name_of_tag(request))
    labels, counts = version.labels if version is not None else (), is_counting(deployment)
    choices = presets(is_counting=counts, has_labels=bool(labels))
    preset = choices.get((request.POST or request.GET).get("preset", ""))
    if request.method == "POST":
        former = _version_of(options, request.POST.get("tag", ""))
        values = with_labels(_sent(request), () if former is None else former.labels, labels)
        values = values if preset is None else with_stages_of(values, preset.plan)
    else:
        values = values_of((preset or next(iter(choices.values()))).plan, labels)
    return {
        "version": version,
        "options": options,
        "presets": [PresetButton(each, key, has_stages_of(values, each.plan)) for key, each in choices.items()],
        "form": plan_form(values, labels, _errors(error)),
        "devices": assignment.devices.in_service().count(),
        "group": assignment.group.title,
        "is_signed": assignment.number == _release_now(deployment).number,
        "zones": _ZONES,
        "etag": etag_of(deployment_facets(deployment)),
    }


def _name_of_tag(request: HttpRequest) -> str:
    """Returns the version that the form is about: the one that was chosen, or that it has; "" for the newest."""
    if request.method == "POST":
        return request.POST.get("version" if request.POST.get("do") == "version" else "tag", "")
    return request.GET.get("version", "")


def _errors(error: DomainError | None) -> FormErrors:
    return {} if error is None else error.errors


def _sent(request: HttpRequest) -> FormValues:
    return {name: request.POST.getlist(name) for name in request.POST}


def _options(actor: Actor, deployment: Deployment) -> Sequence[VersionOption]:
    """Returns the versions that a rollout could bring: those of other bytes than the deployment serves."""
    present = _release_now(deployment).digest
    options = version_options(tags_of(actor, deployment.project), deployment)
    return [each for each in options if not each.is_following and each.tag.manifest.blob_id != present]


def _version(actor: Actor, deployment: Deployment, tag: str) -> VersionToStart | None:
    return _version_of(_options(actor, deployment), tag)


def _version_of(options: Sequence[VersionOption], tag: str) -> VersionToStart | None:
    """Returns the version of a tag, or the newest one; None where there is none."""
    option = next((each for each in options if each.tag.name == tag), next(iter(options), None))
    if option is None:
        return None
    build, digest = option.tag.build, option.tag.manifest.blob_id
    layout = record_of(build.artefact.digest).layout if build.artefact is not None else None
    names = layout.labels.names if layout is not None and layout.labels is not None else ()
    return VersionToStart(option, digest, missing_for(build, digest), approvers_of(build), names)


def _release_now(deployment: Deployment) -> Release:
    return next(each for each in deployment.releases.all() if each.ended is None)


_ZONES: Final = sorted(each for each in available_timezones() if "/" in each and not each.startswith("Etc/"))
