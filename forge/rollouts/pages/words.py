"""Names of rollouts and their stages on pages: titles, states with their looks, and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from forge.rollouts.machine import RolloutState
from forge.rollouts.models import DecisionKind
from forge.rollouts.plan import PlannedStage, StageSize
from rune.wording import counted


@dataclass(frozen=True)
class RolloutTag:
    """A state as a tag: its words, colour and icon."""

    text: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
STATES: Final = {
    RolloutState.RUNNING: RolloutTag("Under way", "info", icon="rocket"),
    RolloutState.PAUSED: RolloutTag("Paused", "warn", icon="pause"),
    RolloutState.STOPPED: RolloutTag("Stopped by itself", "bad", icon="octagon-x"),
    RolloutState.GOING_BACK: RolloutTag("Going back", "warn", icon="undo-2"),
    RolloutState.WENT_BACK: RolloutTag("Went back", "", icon="undo-2"),
    RolloutState.FINISHED: RolloutTag("Finished", "ok", icon="check"),
    RolloutState.ABORTED: RolloutTag("Ended", "", icon="circle-x"),
}
DECISIONS: Final = {
    DecisionKind.START: "started it",
    DecisionKind.PAUSE: "held it",
    DecisionKind.RESUME: "resumed it",
    DecisionKind.GO_ON: "agreed that it goes on",
    DecisionKind.GO_BACK: "had the devices go back",
    DecisionKind.ABORT: "ended it",
}


def stage_title(stage: PlannedStage) -> str:
    """Returns the title of a stage: `Shadow, 6 devices`, `1 %` or `All`."""
    match stage.size:
        case StageSize.COUNT:
            size = counted(int(stage.amount), "device")
        case StageSize.SHARE:
            size = f"{100 * stage.amount:g} %"
        case StageSize.ALL:
            size = "All"
    return f"Shadow, {size[0].lower()}{size[1:]}" if stage.is_shadow else size


def duration_text(time: timedelta) -> str:
    """Returns a time in its largest unit, rounded down: `40 minutes`, `21 hours`, `3 days`."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 60:
        return counted(minutes, "minute")
    hours = minutes // 60
    return counted(hours, "hour") if hours < 48 else counted(hours // 24, "day")
