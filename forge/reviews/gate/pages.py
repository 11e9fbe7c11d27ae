"""What pages show of a build's limits and of the gate of a tag: signs, words and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.models import Build
from forge.reviews.gate.check import demands_on
from forge.reviews.gate.demands import Demands
from forge.reviews.rounds.access import is_reviewable
from rune.source.policy.wording import limit_name


def gate_facts(principal: Principal, build: Build, tag: str) -> dict[str, Any]:
    """What a tag demands of the build; {} without a rune."""
    if not is_reviewable(build):
        return {}
    found = demands_on(build, tag)
    return {
        "gate": found,
        "gate_tag": tag,
        "demands": steps_of(found),
        "may_override": can(principal, Verb.OVERRIDE_GATE, build.project) and bool(found.missing),
    }


@dataclass(frozen=True)
class Step:
    """One thing that a tag demands: whether it is there, and a sentence."""

    is_there: bool
    text: str
    detail: str = ""


def steps_of(found: Demands) -> Sequence[Step]:
    """Limits on one line, an objection for each who has one, and each approval."""
    if not found.is_protected:
        return ()
    steps = []
    if found.limits:
        open_ = [limit_name(each.limit) for each in found.limits if not each.outcome.passes]
        steps.append(Step(not open_, "The limits are kept", ", ".join(open_) and f"Not kept: {', '.join(open_)}"))
    steps += [Step(False, f"{name} wants it changed") for name in found.objectors]
    for each in found.approvals:
        given = ", ".join(each.given)
        unknown = f" No member: {', '.join(each.unknown)}." if each.unknown else ""
        detail = f"Approved by {given}." if given else "Nobody has approved it yet."
        steps.append(Step(not each.lacking, each.text, detail + unknown))
    return steps
