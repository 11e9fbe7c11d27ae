"""The card "Ask for samples like these" of the page Watch, its form, and what the page of a device shows its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.datasets.consent_terms import (
    DAYS_OFFERED,
    DEFAULT_DAYS,
    DEFAULT_PURPOSES,
    PAGE_PROMISE,
    PURPOSE_LABELS,
    Purpose,
)
from forge.datasets.models.samples import SampleKind
from forge.datasets.sample_cards import drawing_paths
from forge.deployments.models import Deployment, DeploymentKind
from forge.fleet.hooks import DeviceCard
from forge.fleet.models import Device
from forge.telemetry.alerts.access import open_alerts
from forge.telemetry.alerts.models import WatchAlert
from forge.telemetry.alerts.sentences import query_of
from forge.telemetry.intake.access import watched_runes_of
from forge.telemetry.intake.runes import watched_rune_of
from forge.telemetry.sample_requests.access import (
    RequestTally,
    asks_of,
    is_active,
    is_of_device,
    requests_of,
    rows_of_device,
    tallies_of,
    waiting_recordings,
)
from forge.telemetry.sample_requests.actions.requesting import MOST_OPEN_DAYS, USUAL_MOST, USUAL_OPEN_DAYS
from forge.telemetry.sample_requests.conditions import FeatureSide, sure_choices
from forge.telemetry.sample_requests.models import DeviceSampleRequest, SampleRequest
from forge.telemetry.sample_requests.recorded_kind import recorded_kind
from forge.telemetry.sample_requests.terms import offer_terms, page_terms
from forge.telemetry.switch.access import states_of
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.samples import MOST_WINDOWS, AnswerKind
from rune.assessment.drift.figures import CONFIDENCE, LABELS

PLAYERS_SHOWN: Final = 4
"""Recordings of a request that the card plays."""
BAR_WIDTH: Final = 100
CARD: Final = "telemetry/device-sample-requests.html"

_BOXES: Final = {
    Purpose.TESTS: "for_tests",
    Purpose.TRAINING: "for_training",
    Purpose.READERS: "for_readers",
    Purpose.OTHER_PROJECTS: "for_other_projects",
    Purpose.ASSISTANTS: "for_assistants",
}


@dataclass(frozen=True)
class PurposeBox:
    """A box that somebody ticks: the name of its field, its label, and whether it is ticked at first."""

    name: str
    label: str
    is_usual: bool


@dataclass(frozen=True)
class AskPrefill:
    """The fields that the form has at first: those of what an alert is about."""

    label: str = ""
    feature: str = ""
    side: str = FeatureSide.ABOVE.value
    query: str = ""
    less_sure_than: str = "1"

    @staticmethod
    def of(alert: WatchAlert, sure: Sequence[float]) -> AskPrefill:
        """Returns the windows and devices that an alert is about."""
        feature = "" if alert.feature in (LABELS, CONFIDENCE) else alert.feature
        side = FeatureSide.ABOVE if alert.value > 0 else FeatureSide.BELOW
        unsure = str(sure[len(sure) // 2]) if alert.feature == CONFIDENCE and sure else "1"
        return AskPrefill(alert.label, feature, side.value, query_of(alert), unsure)


@dataclass(frozen=True)
class AskForm:
    """The choices of the form."""

    prefill: AskPrefill
    version: str
    versions: Sequence[str]
    labels: Sequence[str]
    sure: Sequence[tuple[str, str]]
    features: Sequence[str]
    boxes: Sequence[PurposeBox]
    text: str
    """All that somebody reads, with the usual purposes."""
    has_devices: bool
    """Whether owners of devices are asked; else people on web pages alone."""
    may_have_pages: bool
    """Whether people on web pages can be asked."""

    sides = tuple(FeatureSide)
    most, most_windows = USUAL_MOST, MOST_WINDOWS
    days, days_offered = DEFAULT_DAYS, DAYS_OFFERED
    open_days, most_open_days = USUAL_OPEN_DAYS, MOST_OPEN_DAYS


@dataclass(frozen=True)
class AnswerBarPart:
    """A part of the bar of answers, in units of `BAR_WIDTH`."""

    name: str
    start: float
    width: float


@dataclass(frozen=True)
class RecordingPlayer:
    """A recording that waits: its drawing, and the address of its bytes."""

    address: str
    paths: Sequence[str]
    is_sound: bool
    device: str


@dataclass(frozen=True)
class SampleRequestLine:
    """A request with its answers."""

    row: SampleRequest
    tally: RequestTally
    text: str
    players: Sequence[RecordingPlayer]

    @property
    def bar(self) -> Sequence[AnswerBarPart]:
        """The answers as parts of a bar: yes, no or taken back, and none."""
        counts = (("yes", self.tally.yes), ("no", self.tally.no + self.tally.withdrawals))
        parts, start = [], 0.0
        for name, count in counts:
            width = round(BAR_WIDTH * count / max(1, self.tally.devices), 2)
            parts.append(AnswerBarPart(name, start, width))
            start += width
        return parts


@dataclass(frozen=True)
class SampleRequestsCard:
    """The card."""

    is_on: bool
    """Whether telemetry of the deployment is on."""
    may_ask: bool
    refusal: str
    """The reason why nobody can ask for windows of this rune; "" where a member can."""
    form: AskForm | None
    requests: Sequence[SampleRequestLine]
    has_devices: bool
    may_have_pages: bool

    bar_width = BAR_WIDTH


def sample_requests_card(request: HttpRequest, deployment: Deployment) -> SampleRequestsCard:
    """Returns the card of a deployment that the caller has found with its releases. `?ask=` names the alert that fills
    the form."""
    actor = principal_of(request)
    is_on = states_of([deployment.pk]).get(deployment.pk, False)
    may_ask, refusal = can(actor, Verb.EDIT, deployment.project), ""
    form = None
    if is_on and may_ask:
        try:
            form = _form(deployment, request.GET.get("ask", ""))
        except Invalid as error:
            refusal = error.detail
    rows = requests_of(deployment)
    tallies = tallies_of(rows)
    lines = [_line(actor, row, tallies[row.pk]) for row in rows]
    return SampleRequestsCard(
        is_on,
        may_ask,
        refusal,
        form,
        lines,
        has_devices=_has_devices(deployment),
        may_have_pages=_has_pages(deployment),
    )


def _form(deployment: Deployment, alert_id: str) -> AskForm:
    """Returns the form for the rune that the deployment serves. Raises `Invalid` where its windows cannot be sent."""
    rune = watched_rune_of(deployment.releases.all()[0])
    kind, has_devices, has_pages = recorded_kind(rune.rune), _has_devices(deployment), _has_pages(deployment)
    if kind.kind is not SampleKind.SOUND:
        has_pages = False
        if not has_devices:
            raise Invalid("Web pages send sounds alone. The rune of this deployment reads something else.")
    layout, sure = rune.layout, sure_choices(rune.layout)
    alerts = open_alerts(deployment)
    alert = next((each for each in alerts if str(each.pk) == alert_id), alerts[0] if alerts else None)
    versions = dict.fromkeys([rune.version, *(each.version for each in reversed(watched_runes_of(deployment)))])
    terms = offer_terms(deployment.project, DEFAULT_PURPOSES, DEFAULT_DAYS)
    if not has_devices:
        terms = replace(terms, promise=PAGE_PROMISE)
    return AskForm(
        AskPrefill() if alert is None else AskPrefill.of(alert, sure),
        rune.version,
        list(versions),
        layout.labels.names if layout.labels else (),
        [("1", "any"), *((str(share), f"less than {100 * share:g} %") for share in sure)],
        [feature.name for feature in layout.features],
        _boxes(DEFAULT_PURPOSES, Purpose),
        terms.text(terms.requested_purposes),
        has_devices,
        has_pages,
    )


def _has_devices(deployment: Deployment) -> bool:
    return deployment.kind == DeploymentKind.DEVICES


def _has_pages(deployment: Deployment) -> bool:
    return bool(deployment.origins) or not _has_devices(deployment)


def _boxes(usual: frozenset[Purpose], purposes: Any) -> Sequence[PurposeBox]:
    return [PurposeBox(_BOXES[each], PURPOSE_LABELS[each], each in usual) for each in purposes]


def _line(actor: Actor, row: SampleRequest, tally: RequestTally) -> SampleRequestLine:
    base = f"{row.deployment.project.get_absolute_url()}/data/waiting"
    players = [
        RecordingPlayer(
            f"{base}/{each.pk}/recording", drawing_paths(each.drawing), each.kind == "sound", str(each.collector)
        )
        for each in waiting_recordings(actor, row, PLAYERS_SHOWN)
    ]
    terms = row.terms if tally.devices else page_terms(row)
    return SampleRequestLine(row, tally, terms.text(terms.requested_purposes), players)


@dataclass(frozen=True)
class OwnerRequestLine:
    """A request as the owner of a device reads it."""

    row: DeviceSampleRequest
    asks: str
    text: str
    boxes: Sequence[PurposeBox]
    is_open: bool
    """True of one that may be answered with yes or no."""
    has_sent: bool
    """Whether the device may have sent something that can be taken back."""
    state: str
    """The answer that the server has, as a sentence."""


@dataclass(frozen=True)
class OwnerRequestsCard:
    """The requests that the owner of a device may answer, or take samples back from."""

    device: Device
    lines: Sequence[OwnerRequestLine]
    may_answer: bool
    is_home: bool
    """Whether the device believes a key at home, so that a yes on the page means nothing."""


def owner_card(actor: Actor, device: Device) -> DeviceCard:
    """Returns what the page of a device shows of requests for samples. The caller has found the device."""
    lines = [_owner_line(row, device) for row in rows_of_device(device)]
    may_answer = can(actor, Verb.CHANGE_DEVICES, device.organisation) and device.retired is None
    return DeviceCard(CARD, OwnerRequestsCard(device, lines, may_answer, device.trust == TrustKind.HOME))


def _owner_line(row: DeviceSampleRequest, device: Device) -> OwnerRequestLine:
    terms = row.request.terms
    offered_purposes = [purpose for purpose in Purpose if purpose in terms.requested_purposes]
    return OwnerRequestLine(
        row,
        asks_of(row.request),
        terms.text(terms.requested_purposes),
        _boxes(frozenset(offered_purposes), offered_purposes),
        is_of_device(row.request, device) and is_active(row.request),
        row.collector is not None and row.answer != AnswerKind.TAKE_BACK,
        _STATES.get((row.answer, row.page_answer), _ANSWERS[row.answer]),
    )


_ANSWERS: Final = {
    "": "Not answered yet.",
    AnswerKind.YES.value: "The owner said yes.",
    AnswerKind.NO.value: "The owner said no.",
    AnswerKind.TAKE_BACK.value: "The owner took back what was sent.",
}
_STATES: Final = {
    (
        "",
        AnswerKind.YES.value,
    ): "A yes waits for the device, which follows it unless its configuration takes answers at the device alone.",
}
"""The sentences for the answers that the server has and those on the page, where they differ."""
