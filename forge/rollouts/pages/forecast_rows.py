"""The forecast of a rollout in words: who gets it when, who stays away, and what its guards could see. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from forge.rollouts.forecasting import RolloutForecast, StageForecast
from forge.rollouts.pages.words import duration_text, stage_title
from rune.statistics.not_judged import NotJudged, TooFew
from rune.wording import counted

_NAMED = 3
"""The most labels of a stage that are named, the rarest first."""


@dataclass(frozen=True)
class ForecastRow:
    """A stage as it will probably be."""

    title: str
    begins: str
    devices: str
    judged: str
    sees: Sequence[str]


@dataclass(frozen=True)
class ForecastTexts:
    """The forecast: sentences about the devices, and a row for each stage."""

    sentences: Sequence[str]
    rows: Sequence[ForecastRow]


def forecast_texts(forecast: RolloutForecast, version: str) -> ForecastTexts:
    """Returns a forecast in words."""
    presence = forecast.presence
    devices = counted(presence.count, "device")
    sentences = [f"{presence.online} of {devices} are online and get {version} with their next check-in."]
    if later := presence.today + presence.this_week:
        sentences.append(f"{later} were seen within a week, and get it when they return.")
    if presence.away:
        sentences.append(f"{presence.away} were not seen for a week.")
    if forecast.has_all:
        sentences.append(f"{forecast.has_all} run these bytes already.")
    if forecast.next_window is not None:
        sentences.append(f"The first window opens {forecast.next_window:%A %H:%M} UTC.")
    if not forecast.answers.a_day:
        sentences.append("Nothing was counted in the last days, so nobody knows when answers can be judged.")
    return ForecastTexts(sentences, [_row(each) for each in forecast.stages])


def _row(stage: StageForecast) -> ForecastRow:
    away = f", {stage.away} away" if stage.away else ""
    return ForecastRow(
        stage_title(stage.stage),
        "at once" if stage.begins < 1 / 60 else f"after {duration_text(timedelta(hours=stage.begins))}",
        f"{counted(stage.devices, 'device')}{away}",
        _judged(stage),
        tuple(
            f"“{each.label}” ({100 * each.share:.1f} %): a change of {100 * each.least:.1f} points"
            for each in stage.labels[:_NAMED]
        ),
    )


def _judged(stage: StageForecast) -> str:
    if stage.reason is not None:
        return f"not within the stage: {_lack(stage.reason)}"
    if stage.judged_after is None:
        return "not within the stage"
    return f"after {duration_text(timedelta(hours=stage.judged_after))}"


def _lack(reason: NotJudged) -> str:
    what = (
        "answers"
        if reason.lack is TooFew.WINDOWS
        else "other devices"
        if reason.lack is TooFew.OTHER_DEVICES
        else "devices"
    )
    return f"{reason.count:,.0f} {what}, and {reason.needed:,.0f} are needed"
