"""The conditions of a tag for a build, as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.reviews.gate.demands import Demands
from forge.reviews.gate.pages import steps_of


class GateStepJson(TypedDict):
    """A requirement of a tag, and whether it is met."""

    done: bool
    title: str
    detail: str


class GateJson(TypedDict):
    """The conditions of a tag for a build. For a tag that is not protected, `missing` has only possible secrets."""

    tag: str
    protected: bool
    steps: list[GateStepJson]
    missing: Annotated[list[str], "sentences, each with what to do next"]


def gate_to_json(tag: str, demands: Demands) -> GateJson:
    """The demands of a tag."""
    return {
        "tag": tag,
        "protected": demands.is_protected,
        "steps": [{"done": each.is_there, "title": each.text, "detail": each.detail} for each in steps_of(demands)],
        "missing": list(demands.missing),
    }
