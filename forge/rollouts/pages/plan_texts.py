"""A plan in sentences: its stages, how many devices switch at once, and in which windows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from forge.rollouts.pages.plan_form import DAY_TEXTS, DAYS
from forge.rollouts.pages.words import stage_title
from forge.rollouts.plan import RolloutPlan, SwitchWindow
from forge.rollouts.sentences import NAMES
from rune.wording import counted, listed

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def plan_texts(plan: RolloutPlan) -> Sequence[str]:
    """Returns a sentence for each stage, and one for each limit of when devices switch."""
    stages = []
    for number, stage in enumerate(plan.stages, 1):
        names = listed([NAMES[kind].lower() for kind in sorted(stage.must_judge)])
        verdicts = f", and a verdict on {names}, at most {counted(stage.longest, 'hour')}" if names else ""
        stages.append(f"Stage {number}, {stage_title(stage)}: {counted(stage.hours, 'hour')}{verdicts}.")
    at_once = [] if plan.at_once is None else [f"At most {counted(plan.at_once, 'device')} switch at a time."]
    windows = [_window_text(each) for each in plan.windows]
    if not windows:
        return (*stages, *at_once)
    where = f"in the local time of each device, by its label timezone, or {plan.zone}"
    return (*stages, *at_once, f"Devices switch {listed(windows)}, {where}.")


def _window_text(window: SwitchWindow) -> str:
    days = next((DAY_TEXTS[key] for key, days in DAYS.items() if days == window.weekdays), None)
    if days is None:
        days = listed([_WEEKDAYS[day] for day in sorted(window.weekdays)])
    begin, end = (f"{each // 60:02}:{each % 60:02}" for each in (window.begin, window.end))
    return f"from {begin} to {end} ({days})"
