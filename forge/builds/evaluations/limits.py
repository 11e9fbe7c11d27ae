"""Compares a numbered build with the limits of its `forge.yml` when it and its packages end, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, TypedDict

from forge.builds.models import Artefact, Build
from forge.core.api.json_types import choices
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.policy_figures import with_evaluation
from rune.source.policy import Figure, Judgement, LimitKind, LimitResult, MeasuredFigures, Policy, TargetFigures, judge
from rune.source.policy.wording import bound_text, judgement_sentence, limit_name, value_text
from rune.wording import plain


class JudgedLimitJson(TypedDict):
    """A limit of a build's `forge.yml`, and what is said of it.

    `bound` and `value` are bytes, milliseconds, shares from 0 to 1, numbers an hour or instructions; `value` is null
    where nothing was measured.
    """

    kind: Annotated[str, choices("LimitKind", tuple(LimitKind))]
    label: Annotated[str | None, "the label whose recall is limited, or the target of flash, RAM or instructions"]
    outcome: Annotated[str, choices("LimitOutcome", tuple(LimitResult))]
    bound: float
    value: float | None
    name: str
    value_text: Annotated[str, "the value as text; empty where nothing was measured"]
    limit: Annotated[str, "the bound as text"]
    sentence: str


def policy_of(build: Build) -> Policy | None:
    """Returns the policy in the build's `forge.yml`; None without such a file."""
    policy = None if build.artefact is None else build.artefact.report.get("policy")
    return None if policy is None else Policy.from_json(policy)


def preferred_options(artefact: Artefact) -> dict[str, str]:
    """The build settings in the artefact's `forge.yml`, by the names of a build's columns."""
    preferences = (artefact.report.get("policy") or {}).get("build", {})
    return {name: value for name, value in preferences.items() if value is not None}


def judgements_for(
    artefact: Artefact,
    run: Mapping[str, Any] | None,
    evaluation: Mapping[str, Any] | None,
    needs: Mapping[str, Mapping[str, Any]],
    pending: frozenset[str] = frozenset(),
) -> list[Judgement]:
    """A judgement of each limit. `run` is what was measured for the build, `evaluation` what was stored of its test
    samples, `needs` what its packages need, by target (`rune.devices.boards.describing.NeedsJson`), and `pending` are
    the targets whose packages are not made yet."""
    policy = artefact.report.get("policy")
    if policy is None:
        return []
    targets = {target: target_figures(policy) for target, policy in needs.items()}
    figures = MeasuredFigures(artefact.size, artefact.planned_memory, _time(run), targets=targets)
    if evaluation is not None and "outcomes" in evaluation:
        figures = with_evaluation(figures, Evaluation.from_json(evaluation))
    elif evaluation is not None:
        reason = str(evaluation["reason"])
        figures = replace(
            figures, reasons=dict.fromkeys((LimitKind.ACCURACY, LimitKind.RECALL, LimitKind.FALSE_ALARMS), reason)
        )
    judgements = judge(Policy.from_json(policy), figures)
    return [
        replace(each, reason=f"The package for {plain(each.limit.label or '')} is not made yet.")
        if each.limit.kind.is_of_target and each.limit.label in pending
        else each
        for each in judgements
    ]


def target_figures(needs: Mapping[str, Any]) -> TargetFigures:
    """Returns the figures of a package, as limits and comparisons use them."""
    return TargetFigures(needs["flash"], needs["ram"], needs["instructions"], needs["not_measured"] or "")


def _time(run: Mapping[str, Any] | None) -> Figure | None:
    if run is None:
        return None
    median = run["milliseconds"]
    return Figure(median, run.get("low", median), run.get("high", median), run["runs"])


def judgements_of(build: Build) -> tuple[Judgement, ...]:
    """Returns the latest judgements of the limits."""
    return tuple(Judgement.from_json(each) for each in build.judgements)


def judged_to_json(judgement: Judgement) -> JudgedLimitJson:
    """A judgement, with its words."""
    limit, figure = judgement.limit, judgement.figure
    return {
        "kind": limit.kind.value,
        "label": limit.label,
        "outcome": judgement.outcome.value,
        "bound": limit.bound,
        "value": None if figure is None else figure.value,
        "name": limit_name(limit),
        "value_text": value_text(judgement),
        "limit": bound_text(limit),
        "sentence": judgement_sentence(judgement),
    }
