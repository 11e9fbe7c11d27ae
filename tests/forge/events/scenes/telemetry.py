"""Scenes of alerts about what devices count."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from forge.telemetry.alerts import judging
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.asking.actions import answering, asking
from forge.telemetry.asking.taking import take_answer, take_window
from forge.telemetry.models import DeviceCounts, WatchedRune
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.samples import AnswerKind, OfferAnswer, SampleWindow
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect
from tests.forge.events.scenarios import Act, EventWorld, scene
from tests.support.forge.asking import HEARING, asked_fleet, wav
from tests.support.forge.counts import counting_fleet
from tests.support.forge.devices import row_of


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
    WatchAlert.objects.get_or_create(
        watched=rune,
        subject="change|labels|share|knock||",
        defaults={
            "deployment": rune.deployment,
            "comparison": DriftComparison.FLEET,
            "feature": "labels",
            "aspect": Aspect.SHARE,
            "label": "knock",
            "value": 0.05,
            "low": 0.04,
            "high": 0.06,
            "p": 1e-6,
            "devices": 9,
            "first_day": day,
            "last_day": day,
            "opened": timezone.now(),
        },
    )
    return rune


@scene(asking.ask_for_samples)
def owners_of_devices_are_asked_for_samples(world: EventWorld) -> Act:
    fleet = counting_fleet(world.organisation, world.project, world.developer, HEARING)
    return lambda: asking.ask_for_samples(world.developer, fleet.deployment, label="knock")


@scene(asking.end_sample_request)
def a_request_for_samples_is_ended(world: EventWorld) -> Act:
    asked = asked_fleet(world.organisation, world.project, world.developer)
    return lambda: asking.end_sample_request(world.developer, asked.fleet.deployment, asked.request.pk)


@scene(answering.answer_sample_request)
def a_member_answers_for_a_device(world: EventWorld) -> Act:
    asked = asked_fleet(world.organisation, world.project, world.developer)
    return lambda: answering.answer_sample_request(world.owner, row_of(asked.client), asked.request.pk, "no")


@scene(take_window)
def a_device_sends_a_window(world: EventWorld) -> Act:
    asked = asked_fleet(world.organisation, world.project, world.developer)
    asked.answer()
    return lambda: take_window(row_of(asked.client), SampleWindow(str(asked.request.pk), 1, "wav", wav()))


@scene(take_answer)
def a_device_takes_back_what_it_sent(world: EventWorld) -> Act:
    asked = asked_fleet(world.organisation, world.project, world.developer)
    asked.answer()
    asked.window()
    answer = OfferAnswer(str(asked.request.pk), 2, AnswerKind.TAKE_BACK)
    return lambda: take_answer(row_of(asked.client), answer)
