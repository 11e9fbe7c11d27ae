"""The forecast of a rollout says who gets it when, who stays away, and what its guards could see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.fleet.models import Device
from forge.rollouts.forecasting import AnswerForecast, FleetPresence, answers_of, forecast_of, next_window, stages_of
from forge.rollouts.plan import RolloutPlan
from rune.statistics.not_judged import TooFew
from tests.support.forge.counts import yesterday
from tests.support.forge.factories.deployments import now
from tests.support.forge.rollouts import RolloutFleet
from tests.support.watch import counted

STAGES: dict[str, Any] = {
    "stages": [{"size": "share", "amount": 0.01}, {"size": "share", "amount": 0.1}, {"size": "all", "hours": 24}]
}
PLAN = RolloutPlan.from_json(STAGES)
PRESENCE = FleetPresence(online=540, today=30, this_week=20, away=10)
ANSWERS = AnswerForecast(350.0, (("nothing", 0.614), ("speech", 0.281), ("knock", 0.103), ("glass", 0.002)), 0.005)


def test_each_stage_has_its_part_of_devices_that_are_away() -> None:
    first, second, last = stages_of(PLAN, PRESENCE, ANSWERS)
    assert [each.devices for each in (first, second, last)] == [6, 60, 600]
    assert [each.away for each in (first, second, last)] == [1, 6, 60]
    assert first.begins == 0
    assert second.begins == first.ends > 24
    assert last.ends > 72


def test_few_devices_at_once_take_longer() -> None:
    slow = RolloutPlan.from_json({**STAGES, "at_once": 2})
    assert stages_of(slow, PRESENCE, ANSWERS)[-1].ends > stages_of(PLAN, PRESENCE, ANSWERS)[-1].ends


def test_more_devices_see_smaller_changes_and_a_rare_label_is_seen_best() -> None:
    first, second, _ = stages_of(PLAN, PRESENCE, ANSWERS)
    assert [each.label for each in second.labels] == ["glass", "knock", "speech", "nothing"]
    for few, many in zip(first.labels, second.labels, strict=True):
        assert many.least < few.least
    assert 0.005 < second.labels[0].least < 0.02


def test_the_last_stage_has_nobody_to_compare_with_and_says_so() -> None:
    last = stages_of(PLAN, PRESENCE, ANSWERS)[-1]
    assert last.reason is not None
    assert last.reason.lack is TooFew.OTHER_DEVICES
    assert last.labels == ()


def test_a_shadow_is_judged_by_its_own_devices_and_not_by_its_labels() -> None:
    plan = RolloutPlan.from_json({"stages": [{"size": "all", "shadow": True}, {"size": "all"}]})
    shadow, _ = stages_of(plan, PRESENCE, ANSWERS)
    assert shadow.reason is None
    assert shadow.judged_after is not None
    assert shadow.labels == ()


def test_without_counts_nothing_can_be_judged() -> None:
    first, *_ = stages_of(PLAN, PRESENCE, AnswerForecast())
    assert first.judged_after is None
    assert first.reason is not None


def test_a_group_without_devices_has_a_forecast() -> None:
    assert [each.devices for each in stages_of(PLAN, FleetPresence(0, 0, 0, 0), AnswerForecast())] == [0, 0, 0]


def test_the_next_window_is_in_the_zone_of_the_plan() -> None:
    windows = [{"begin": 120, "end": 240}]
    plan = RolloutPlan.from_json({**STAGES, "windows": windows, "zone": "Europe/Berlin"})
    assert next_window(plan, datetime(2026, 12, 1, 12, 7, tzinfo=UTC)) == datetime(2026, 12, 2, 1, tzinfo=UTC)
    assert next_window(plan, datetime(2026, 12, 1, 2, tzinfo=UTC)) is None
    assert next_window(PLAN, datetime(2026, 12, 1, 2, tzinfo=UTC)) is None


@pytest.mark.django_db
def test_it_follows_from_when_devices_were_seen_and_what_they_counted(fleet: RolloutFleet) -> None:
    for each in fleet.devices:
        sender = fleet.counting(each)
        documents = [sender.document(counted((60 + back, 30, 10)), day=yesterday(back)) for back in range(1, 5)]
        assert set(sender.names(*documents)) == {"accepted"}
    names = Device.objects.order_by("name").values_list("pk", flat=True)[:2]
    Device.objects.filter(pk__in=list(names)).update(seen=timezone.now() - timedelta(days=9))
    release = now(fleet.deployment)
    forecast = forecast_of(fleet.deployment, PLAN, release, release.rune, timezone.now())
    assert (forecast.presence.online, forecast.presence.away, forecast.has_all) == (6, 2, 8)
    assert forecast.answers.a_day == pytest.approx(102.5)
    assert dict(forecast.answers.shares)["knock"] == pytest.approx(10 / 102.5)
    assert answers_of([], release, timezone.now()) == AnswerForecast()
