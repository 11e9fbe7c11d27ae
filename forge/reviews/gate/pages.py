"""The limits of a build and the gate of a tag on pages: signs, words and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.models import Build
from forge.reviews.gate.check import demands_on
from forge.reviews.gate.demands import Demands, GateCheck
from forge.reviews.rounds.access import is_reviewable
from rune.source.policy import Judgement, LimitResult
from rune.source.policy.wording import limit_name, limits_standing


def gate_facts(principal: Principal, build: Build, tag: str) -> dict[str, Any]:
    """Returns the conditions of a tag for the build; {} without a rune."""
    if not is_reviewable(build):
        return {}
    demands = demands_on(build, tag)
    return {
        "gate": demands,
        "gate_tag": tag,
        "demands": steps_of(demands),
        "may_override": can(principal, Verb.OVERRIDE_GATE, build.project) and bool(demands.missing),
    }


@dataclass(frozen=True)
class GateStep:
    """A requirement of a tag: whether it is met, and a sentence."""

    is_there: bool
    text: str
    detail: str = ""
    link: str = ""
    """The address of the details, on another server."""


def steps_of(demands: Demands) -> Sequence[GateStep]:
    """Secrets in the files, limits on one line, an objection for each who has one, and each approval."""
    steps = [GateStep(False, "No secrets in the files", each) for each in demands.secrets]
    if not demands.is_protected:
        return steps
    if demands.limits:
        steps.append(_limits_step(demands.limits))
    steps += [_check_step(each) for each in demands.checks]
    steps += [GateStep(False, f"{name} wants it changed") for name in demands.objectors]
    for each in demands.approvals:
        approvers = ", ".join(each.approvers)
        detail = f"Approved by {approvers}." if approvers else "It has no approval yet."
        steps.append(GateStep(not each.lacking, each.text, " ".join((detail, *each.nobody_sentences))))
    return steps


def _limits_step(limits: Sequence[Judgement]) -> GateStep:
    """The limits in the words of the build's own page, and which are not met. Noise stops nobody."""
    open_ = [limit_name(each.limit) for each in limits if not each.outcome.passes]
    near = [limit_name(each.limit) for each in limits if each.outcome is LimitResult.UNCLEAR]
    details = (
        *((f"Not met: {', '.join(open_)}.",) if open_ else ()),
        *((f"Too close to tell, which keeps nothing back: {', '.join(near)}.",) if near else ()),
    )
    return GateStep(not open_, limits_standing([each.outcome for each in limits]), " ".join(details))


def _check_step(check: GateCheck) -> GateStep:
    result = f"{check.robot} said {check.state}." if check.state else f"{check.robot} has posted no result."
    return GateStep(check.succeeded, f"The check {check.name}", f"{result} {check.text}".strip(), check.link)
