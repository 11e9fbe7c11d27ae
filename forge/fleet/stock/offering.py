"""Actions of stock clients: what a poll offers, and what a message of the client makes of it.

The device's row is locked while an action changes, so that two requests of one client are one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from forge.fleet.devices.releases import release_of
from forge.fleet.hooks import StockImage, stock_image
from forge.fleet.models import Device, StockAccount, StockAction
from forge.fleet.stock.messages import ActionOutcome, Feedback
from forge.fleet.stock.models import ActionState
from forge.fleet.stock.reporting import report_begun, report_failed, report_installed, report_stopped
from forge.fleet.stock.steps import OfferStep, WantedImage, is_retryable, next_step

_MOST_ACTIONS = 50
"""Actions of a client that are kept; the timeline has what became of the earlier ones."""


@dataclass(frozen=True)
class PollAnswer:
    """The actions that a poll shows: one to start, or one to stop, and the last that was installed."""

    deployment: StockAction | None
    cancelled: StockAction | None
    installed: StockAction | None


def wanted_image(device: Device) -> WantedImage | None:
    """Returns the image of the release that a device shall run; None where nothing is wanted, and of a release without
    an image."""
    assignment, release = device.assignment, release_of(device)
    if assignment is None or release is None or not release.rune:
        return None
    image = image_of(assignment.deployment, release.number)
    if image is None:
        return None
    return WantedImage(assignment.deployment, assignment.path, release.number, release.version, release.rune, image)


def image_of(deployment: UUID, release: int) -> StockImage | None:
    """Returns the image of a release that a device shall run; None of one without an image."""
    return next((each for each in stock_image.call(deployment, release) if each is not None), None)


def current_offer(account: StockAccount, device: Device, now: datetime) -> PollAnswer:
    """Returns what a poll of a client shows. Most polls write nothing."""
    release = wanted_image(device)
    step, last, installed = _step(account, release)
    if step not in (OfferStep.NOTHING, OfferStep.SHOW):
        with transaction.atomic():
            device = lock(device)
            step, last, installed = _step(account, release)
            last, installed = _carry_out(step, account, device, release, last, installed, now)
    is_shown = last is not None and last.state in (ActionState.OFFERED, ActionState.STARTED)
    is_cancelled = last is not None and last.state == ActionState.CANCELLING
    return PollAnswer(last if is_shown else None, last if is_cancelled else None, installed)


def start(account: StockAccount, device: Device, action: StockAction, now: datetime) -> None:
    """Notes that a client has read what it shall install."""
    if action.state != ActionState.OFFERED:
        return
    with transaction.atomic():
        device = lock(device)
        if account.actions.filter(pk=action.pk, state=ActionState.OFFERED).update(state=ActionState.STARTED):
            report_begun(device, now)


def take_feedback(account: StockAccount, device: Device, number: int, feedback: Feedback, now: datetime) -> None:
    """Takes a message about an action. One that was closed stays as it is: the same message again changes nothing.
    Raises `StockAction.DoesNotExist`."""
    with transaction.atomic():
        device = lock(device)
        action = account.actions.get(number=number)
        if action.state in (ActionState.SUCCEEDED, ActionState.FAILED):
            return
        if feedback.outcome is ActionOutcome.UNDER_WAY:
            _note_progress(device, action, feedback, now)
            return
        is_latest = not account.actions.filter(number__gt=number, state=ActionState.SUCCEEDED).exists()
        _close(action, _STATES[feedback.outcome], feedback.detail, now)
        if is_latest:
            _report(device, action, feedback, now)


def take_cancel_feedback(account: StockAccount, device: Device, number: int, feedback: Feedback, now: datetime) -> None:
    """Takes the answer of a client that was asked to stop. Whether it stopped or not, the next poll offers what is
    wanted now; what it installs nevertheless, it may still report. Raises `StockAction.DoesNotExist`."""
    with transaction.atomic():
        device = lock(device)
        action = account.actions.get(number=number)
        if action.state == ActionState.CANCELLING and feedback.outcome is not ActionOutcome.UNDER_WAY:
            _close(action, ActionState.CANCELLED, feedback.detail, now)
            report_stopped(device, now)


def offer_again(account: StockAccount, device: Device, now: datetime) -> bool:
    """Offers what failed under a new number. Returns whether the last action failed and is still wanted. The caller has
    locked the device."""
    last, release = account.actions.first(), wanted_image(device)
    if release is None or not is_retryable(release, last):
        return False
    _make(account, release, ActionState.OFFERED, last, now)
    return True


def lock(device: Device) -> Device:
    """Returns the device as it is now, locked to the end of the transaction."""
    rows = Device.objects.select_related("organisation", "assignment").select_for_update(of=("self",))
    return rows.get(pk=device.pk)


_STATES = {
    ActionOutcome.SUCCEEDED: ActionState.SUCCEEDED,
    ActionOutcome.FAILED: ActionState.FAILED,
    ActionOutcome.CANCELLED: ActionState.CANCELLED,
}


def _step(
    account: StockAccount, release: WantedImage | None
) -> tuple[OfferStep, StockAction | None, StockAction | None]:
    last = account.actions.first()
    is_installed = last is not None and last.state == ActionState.SUCCEEDED
    installed = last if is_installed else account.actions.filter(state=ActionState.SUCCEEDED).first()
    return next_step(release, last, installed), last, installed


def _carry_out(
    step: OfferStep,
    account: StockAccount,
    device: Device,
    release: WantedImage | None,
    last: StockAction | None,
    installed: StockAction | None,
    now: datetime,
) -> tuple[StockAction | None, StockAction | None]:
    """Writes a step. Returns the last action, and the last that was installed."""
    if step is OfferStep.DROP and last is not None:
        _close(last, ActionState.CANCELLED, "", now)
        step = next_step(release, last, installed)
    if step is OfferStep.CANCEL and last is not None:
        _set_state(last, ActionState.CANCELLING)
    elif step is OfferStep.RESUME and last is not None:
        _set_state(last, ActionState.STARTED)
    elif step is OfferStep.OFFER and release is not None:
        last = _make(account, release, ActionState.OFFERED, last, now)
    elif step is OfferStep.ADOPT and release is not None:
        last = installed = _make(account, release, ActionState.SUCCEEDED, last, now)
        report_installed(device, last, now)
    return last, installed


def _make(
    account: StockAccount, release: WantedImage, state: ActionState, last: StockAction | None, now: datetime
) -> StockAction:
    number = 1 if last is None else last.number + 1
    account.actions.filter(number__lte=number - _MOST_ACTIONS).exclude(state=ActionState.SUCCEEDED).delete()
    return StockAction.objects.create(
        account=account,
        number=number,
        state=state,
        deployment=release.deployment,
        path=release.path,
        release=release.release,
        version=release.version,
        rune=release.rune,
        image=release.image.digest,
        created=now,
        closed=None if state == ActionState.OFFERED else now,
    )


def _note_progress(device: Device, action: StockAction, feedback: Feedback, now: datetime) -> None:
    if action.state == ActionState.OFFERED:
        action.state = ActionState.STARTED
        report_begun(device, now)
    action.detail = feedback.detail
    action.save(update_fields=["state", "detail"])


def _report(device: Device, action: StockAction, feedback: Feedback, now: datetime) -> None:
    if feedback.outcome is ActionOutcome.SUCCEEDED:
        report_installed(device, action, now)
    elif feedback.outcome is ActionOutcome.FAILED:
        report_failed(device, action, feedback.detail, now)
    else:
        report_stopped(device, now)


def _close(action: StockAction, state: ActionState, detail: str, now: datetime) -> None:
    action.state, action.detail, action.closed = state, detail, now
    action.save(update_fields=["state", "detail", "closed"])


def _set_state(action: StockAction, state: ActionState) -> None:
    action.state = state
    action.save(update_fields=["state"])
