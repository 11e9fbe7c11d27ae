"""Reading requests for samples: of a deployment, and of a device. The callers have found the one or the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.datasets.models import Submission
from forge.datasets.models.collecting import SubmissionState
from forge.datasets.playing import may_play
from forge.deployments.models import Deployment
from forge.fleet.models import Device
from forge.telemetry.sample_requests.models import DeviceSampleRequest, PageSampleAnswer, SampleRequest
from forge.telemetry.switch.access import states_of
from hmrd.protocol.samples import MOST_OFFERS, AnswerKind, PageAnswer, SampleOffer

MOST_SHOWN: Final = 20
"""Requests of a deployment that are listed."""
_STORED: Final = (SubmissionState.WAITING, SubmissionState.ACCEPTED)


@dataclass(frozen=True)
class PageTally:
    """The people on web pages who sent something. How many saw the request, and how many said no, nobody knows: a page
    says nothing before somebody sends."""

    sent: int = 0
    withdrawals: int = 0


@dataclass(frozen=True)
class RequestTally:
    """The answers to a request: how many devices were asked, and what came of it."""

    devices: int
    yes: int
    no: int
    withdrawals: int
    sent: int
    """Recordings that are stored: those that wait, and those that are samples."""
    waiting: int
    pages: PageTally | None = None
    """The answers of web pages; None if the request asks no page."""

    @property
    def unanswered(self) -> int:
        """Devices whose owner did not answer."""
        return self.devices - self.yes - self.no - self.withdrawals


def requests_of(deployment: Deployment) -> Sequence[SampleRequest]:
    """Returns the newest requests of a deployment, those that are open first."""
    rows = _requests().filter(deployment=deployment)
    return sorted(rows[:MOST_SHOWN], key=lambda each: not each.is_open)


def open_requests(deployment: Deployment) -> QuerySet[SampleRequest]:
    """Returns the requests of a deployment that have not ended."""
    return _requests().filter(deployment=deployment, link__expires__gt=timezone.now())


def find_request(deployment: Deployment, request_id: UUID) -> SampleRequest:
    """Returns a request. Raises `NotFound`."""
    request = _requests().filter(deployment=deployment, pk=request_id).first()
    if request is None:
        raise NotFound("The deployment has no such request for samples.")
    return request


def tallies_of(requests: Sequence[SampleRequest]) -> Mapping[UUID, RequestTally]:
    """Returns the answers to some requests by their ids. Four queries."""
    answers = DeviceSampleRequest.objects.filter(request__in=requests).order_by().values("request")
    rows = answers.annotate(devices=Count("pk"), **{each.name: _count(each) for each in AnswerKind})
    devices = {row["request"]: row for row in rows}
    pages = PageSampleAnswer.objects.filter(request__in=requests).order_by().values("request")
    page_rows = pages.annotate(
        sent=Count("pk", Q(consent__withdrawn=None)), withdrawals=Count("pk", Q(consent__withdrawn__isnull=False))
    )
    page_tallies = {row["request"]: PageTally(row["sent"], row["withdrawals"]) for row in page_rows}
    device_counts, page_counts = (_stored_counts(requests, name) for name in ("sample_request", "page_sample_request"))
    tallies = {}
    for request in requests:
        row = devices.get(request.pk, {})
        of_devices, of_pages = (each.get(request.pk, (0, 0)) for each in (device_counts, page_counts))
        tallies[request.pk] = RequestTally(
            devices=row.get("devices", 0),
            yes=row.get(AnswerKind.YES.name, 0),
            no=row.get(AnswerKind.NO.name, 0),
            withdrawals=row.get(AnswerKind.TAKE_BACK.name, 0),
            sent=of_devices[0] + of_pages[0],
            waiting=of_devices[1] + of_pages[1],
            pages=page_tallies.get(request.pk, PageTally()) if request.is_for_pages else None,
        )
    return tallies


def _stored_counts(requests: Sequence[SampleRequest], name: str) -> Mapping[UUID, tuple[int, int]]:
    """Returns how many recordings of some requests are stored, and how many of them wait; `name` says of which link."""
    path = f"collector__link__{name}"
    rows = Submission.objects.filter(**{f"{path}__in": requests}, state__in=_STORED).order_by().values_list(path)
    counts = rows.annotate(count=Count("pk"), waiting=Count("pk", Q(state=SubmissionState.WAITING)))
    return {request: (count, waiting) for request, count, waiting in counts}


def waiting_recordings(actor: Actor, request: SampleRequest, most: int) -> Sequence[Submission]:
    """Returns the newest recordings that wait and that somebody may play who may decide about them."""
    if not can(actor, Verb.EDIT, request.deployment.project):
        return ()
    links = [request.link_id, request.page_link_id]
    rows = Submission.objects.visible_to(actor).waiting().filter(collector__link__in=links).order_by("-created")
    rows = rows.select_related("collector__link", "consent__data_set__project")
    return [row for row in rows[:most] if may_play(actor, row)]


def requested_devices(request: SampleRequest) -> QuerySet[DeviceSampleRequest]:
    """Returns the devices that were asked, with their answers."""
    return request.devices.select_related("device__organisation", "page_by")


def is_active(request: SampleRequest) -> bool:
    """Returns whether a request is asked now: it has not ended, its deployment counts, and its maker may still ask."""
    project, maker = request.link.project, request.link.created_by
    if not request.is_open or project.deleted_at is not None or not maker.is_active:
        return False
    return states_of([request.deployment_id]).get(request.deployment_id, False) and can(
        acting_as(maker), Verb.EDIT, project
    )


def is_of_device(request: SampleRequest, device: Device) -> bool:
    """Returns whether a device still belongs to the deployment that asks, in the same organisation."""
    assignment = device.assignment
    is_same = assignment is not None and assignment.deployment == request.deployment_id
    return is_same and device.organisation_id == request.link.project.organisation_id and device.retired is None


def rows_of_device(device: Device) -> Sequence[DeviceSampleRequest]:
    """Returns what a device is asked now, and what it was asked and sent something for, the newest first."""
    rows = _device_requests().filter(device=device).order_by("-request__created")
    return [
        row
        for row in rows[: 4 * MOST_SHOWN]
        if row.collector_id is not None or (is_of_device(row.request, device) and is_active(row.request))
    ]


def find_device_request(device: Device, request_id: UUID) -> DeviceSampleRequest:
    """Returns what a device was asked. Raises `NotFound`."""
    row = _device_requests().filter(device=device, request=request_id).first()
    if row is None:
        raise NotFound("This device was not asked so.")
    return row


def offers_of(device: Device) -> Sequence[SampleOffer]:
    """Returns the open requests of a device as it gets them."""
    rows = (
        _device_requests()
        .filter(device=device, request__link__expires__gt=timezone.now())
        .order_by("-request__created")
    )
    active_rows = [row for row in rows if is_of_device(row.request, device) and is_active(row.request)]
    return [offer_of(row) for row in active_rows[:MOST_OFFERS]]


def offer_of(row: DeviceSampleRequest) -> SampleOffer:
    """Returns a request as a device gets it."""
    request = row.request
    page = None
    if row.page_answer:
        page = PageAnswer(row.page_number, AnswerKind(row.page_answer), tuple(row.page_purposes))
    return SampleOffer(
        str(request.pk),
        asks_of(request),
        request.watched.rune,
        request.condition,
        request.most,
        int(request.link.expires.timestamp()),
        request.terms,
        page,
    )


def asks_of(request: SampleRequest) -> str:
    """Returns who asks for what."""
    organisation = request.link.project.organisation
    return f"{request.link.created_by} of {organisation.title or organisation.name} asks for {request.what}."


def _requests() -> QuerySet[SampleRequest]:
    related = ("link__created_by", "link__project__organisation", "watched", "created_by")
    return SampleRequest.objects.select_related("deployment__project__organisation", *related)


def _device_requests() -> QuerySet[DeviceSampleRequest]:
    related = ("request__link__created_by", "request__link__project__organisation", "request__watched")
    return DeviceSampleRequest.objects.select_related(
        *related, "request__deployment", "device__assignment", "collector__link"
    )


def _count(kind: AnswerKind) -> Count:
    return Count("pk", filter=Q(answer=kind.value))
