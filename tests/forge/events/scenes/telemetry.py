"""Scenes of alerts about what devices count."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from forge.telemetry.alerts import actions, judging
from forge.telemetry.alerts.lapses import end_lapsed, end_snoozes
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.sample_requests.actions import answering, requesting
from forge.telemetry.sample_requests.actions.taking import take_answer, take_window, withdraw
from forge.telemetry.sample_requests.from_pages.actions import take_back, take_page_window
from forge.telemetry.sample_requests.from_pages.messages import PageWindow
from forge.telemetry.sample_requests.models import DeviceSampleRequest
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.samples import AnswerKind, OfferAnswer, SampleWindow
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.counts import counting_fleet
from tests.support.forge.devices import row_of
from tests.support.forge.factories.deployments import deployed
from tests.support.forge.factories.watch_alerts import watch_alert, watched_rune
from tests.support.forge.page_samples import SECRET, RequestedPage, requested_page
from tests.support.forge.sample_requests import HEARING, fleet_with_request, wav


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


@scene(requesting.ask_for_samples)
def owners_of_devices_get_a_request(world: EventWorld) -> Act:
    fleet = counting_fleet(world.organisation, world.project, world.developer, HEARING)
    return lambda: requesting.ask_for_samples(world.developer, fleet.deployment, label="knock")


@scene(requesting.end_sample_request)
def a_request_for_samples_is_ended(world: EventWorld) -> Act:
    site = fleet_with_request(world.organisation, world.project, world.developer)
    return lambda: requesting.end_sample_request(world.developer, site.fleet.deployment, site.request.pk)


@scene(answering.answer_sample_request)
def a_member_answers_for_a_device(world: EventWorld) -> Act:
    site = fleet_with_request(world.organisation, world.project, world.developer)
    return lambda: answering.answer_sample_request(world.owner, row_of(site.client), site.request.pk, "no")


@scene(take_window)
def a_device_sends_a_window(world: EventWorld) -> Act:
    site = fleet_with_request(world.organisation, world.project, world.developer)
    site.answer()
    return lambda: take_window(row_of(site.client), SampleWindow(str(site.request.pk), 1, "wav", wav()))


@scene(take_answer)
def a_device_takes_back_what_it_sent(world: EventWorld) -> Act:
    site = fleet_with_request(world.organisation, world.project, world.developer)
    site.answer()
    site.window()
    answer = OfferAnswer(str(site.request.pk), 2, AnswerKind.TAKE_BACK)
    return lambda: take_answer(row_of(site.client), answer)


@scene(withdraw)
def what_a_device_sent_is_deleted(world: EventWorld) -> Act:
    site = fleet_with_request(world.organisation, world.project, world.developer)
    site.answer()
    site.window()
    return lambda: withdraw(DeviceSampleRequest.objects.get())


@scene(take_page_window)
def a_person_on_a_page_sends_a_window(world: EventWorld) -> Act:
    page = _requested_page(world)
    window = PageWindow.read(json.dumps(page.message()).encode())
    return lambda: take_page_window(page.page.deployment, window)


@scene(take_back)
def a_person_on_a_page_takes_back_what_they_sent(world: EventWorld) -> Act:
    assert _requested_page(world).send() == ""
    return lambda: take_back(SECRET)


def _requested_page(world: EventWorld) -> RequestedPage:
    return requested_page(world.developer, world.project)
