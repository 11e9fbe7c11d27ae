"""The hooks that telemetry registers with lower floors, and its periodic work."""

from __future__ import annotations

from forge.core.actors import Actor
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.deployments.hooks import deployment_parts, telemetry_card, telemetry_change, telemetry_states
from forge.deployments.models import Deployment
from forge.deployments.serving.calls import FLUSH_EVERY
from forge.fleet.hooks import (
    device_cards,
    device_handed_over,
    documents_arrived,
    sample_answer_arrived,
    sample_offers,
    sample_window_arrived,
)
from forge.telemetry.alerts.judging import JUDGE_EVERY, judge_all
from forge.telemetry.alerts.lapses import LAPSE_EVERY, end_lapsed
from forge.telemetry.app_reports.counting import write_app_reports
from forge.telemetry.app_reports.pending import write_page_counts
from forge.telemetry.intake.partitions import PREPARE_EVERY, prepare_days
from forge.telemetry.intake.taking import forget_device, take_documents
from forge.telemetry.pages.card import card_of
from forge.telemetry.pages.device import device_card_of
from forge.telemetry.pages.sample_requests import owner_card
from forge.telemetry.pages.watch import watch_part
from forge.telemetry.retention import delete_old
from forge.telemetry.sample_requests.access import offers_of
from forge.telemetry.sample_requests.actions.taking import take_answer, take_window
from forge.telemetry.sample_requests.ending import end_requests_of, forget_former_owner
from forge.telemetry.switch.access import states_of
from forge.telemetry.switch.actions import turn_off, turn_on
from forge.telemetry.switch.hooks import telemetry_turned_off
from forge.telemetry.totals.merging import MERGE_EVERY, merge_all


@telemetry_change.register
def set_telemetry(actor: Actor, deployment: Deployment, is_on: bool) -> None:
    """Turns telemetry of a deployment on or off, as a change of its settings wants it."""
    (turn_on if is_on else turn_off)(actor, deployment)


documents_arrived.register(take_documents)
sample_offers.register(offers_of)
sample_answer_arrived.register(take_answer)
sample_window_arrived.register(take_window)
telemetry_turned_off.register(end_requests_of)
device_handed_over.register(forget_device)
device_handed_over.register(forget_former_owner)
telemetry_states.register(states_of)
telemetry_card.register(card_of)
device_cards.register(owner_card)
device_cards.register(device_card_of)
deployment_parts.register(watch_part)
register(PeriodicTask("telemetry", FLUSH_EVERY, RunsIn.EACH_SERVER, "stores the reports of apps", write_app_reports))
register(
    PeriodicTask("page-counts", FLUSH_EVERY, RunsIn.EACH_SERVER, "stores the counts of web pages", write_page_counts)
)
register(
    PeriodicTask("telemetry-totals", MERGE_EVERY, RunsIn.ONE_WORKER, "adds up the counts that devices sent", merge_all)
)
register(PeriodicTask("watch-alerts", JUDGE_EVERY, RunsIn.ONE_WORKER, "judges a day of counts for alerts", judge_all))
register(PeriodicTask("watch-snoozes", LAPSE_EVERY, RunsIn.ONE_WORKER, "ends the snoozes of alerts", end_lapsed))
register(
    PeriodicTask(
        "telemetry-days", PREPARE_EVERY, RunsIn.ONE_WORKER, "prepares the days of counts on PostgreSQL", prepare_days
    )
)
register(PeriodicTask("telemetry-old", 3600, RunsIn.ONE_WORKER, "deletes old counts", delete_old, deletes_old=True))
