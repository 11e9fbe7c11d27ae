"""Scenes of alerts about what devices count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from forge.telemetry.alerts import actions, judging
from forge.telemetry.alerts.lapses import end_lapsed, end_snoozes
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.totals.merging import merge_all
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.counts import counting_fleet
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune


@scene(judging.judge)
def a_day_does_not_show_an_alert_any_more(world: EventWorld) -> Act:
    day = timezone.now().date() - timedelta(days=1)
    rune = _with_alert(world, day)
    return lambda: judging.judge(rune, day)


@scene(judging.judge_all)
def the_day_that_ended_is_judged(world: EventWorld) -> Act:
    for back in (1, 2):
        _with_alert(world, timezone.now().date() - timedelta(days=back))
    return judging.judge_all


@scene(actions.give_alert)
def an_alert_gets_an_owner(world: EventWorld) -> Act:
    alert = _alert(world)
    return lambda: actions.give_alert(world.developer, alert.deployment, alert.pk, world.owner.pk)


@scene(actions.drop_alert)
def an_alert_loses_its_owner(world: EventWorld) -> Act:
    alert = _alert(world, owner=world.owner)
    return lambda: actions.drop_alert(world.developer, alert.deployment, alert.pk)


@scene(actions.snooze_alert)
def an_alert_is_snoozed(world: EventWorld) -> Act:
    alert = _alert(world)
    return lambda: actions.snooze_alert(world.developer, alert.deployment, alert.pk, "known for long", days=7)


@scene(actions.wake_alert)
def the_snooze_of_an_alert_is_ended(world: EventWorld) -> Act:
    alert = _alert(world, snoozed_until=timezone.now().date() + timedelta(days=7), closed=timezone.now())
    return lambda: actions.wake_alert(world.developer, alert.deployment, alert.pk)


@scene(end_snoozes)
def the_day_of_a_snooze_comes(world: EventWorld) -> Act:
    _alert(world, snoozed_until=timezone.now().date())
    return end_snoozes


@scene(end_lapsed)
def the_day_of_the_snooze_of_a_closed_alert_comes(world: EventWorld) -> Act:
    _alert(world, snoozed_until=timezone.now().date(), closed=timezone.now())
    return end_lapsed


def _alert(world: EventWorld, **values: Any) -> WatchAlert:
    deployment = deployed(world.developer, world.project, kind="devices")
    return watch_alert(watched_rune(deployment), **values)


def _with_alert(world: EventWorld, day: date) -> WatchedRune:
    """Returns a rune that counted on a day, with an alert that the day does not show."""
    rune = WatchedRune.objects.first()
    if rune is None:
        fleet = counting_fleet(world.organisation, world.project, world.developer)
        fleet.names(fleet.document(day=day))
        rune = WatchedRune.objects.get()
    else:
        row = DeviceCounts.objects.get()
        DeviceCounts.objects.create(
            device=row.device, watched=rune, day=day, document=bytes(row.document), received=row.received
        )
    merge_all()
    if not WatchAlert.objects.filter(watched=rune).exists():
        watch_alert(rune, first_day=day, last_day=day)
    return rune
