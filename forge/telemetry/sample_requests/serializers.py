"""Requests for samples as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp
from forge.telemetry.sample_requests.access import RequestTally, asks_of, tallies_of
from forge.telemetry.sample_requests.models import DeviceSampleRequest, SampleRequest
from hmrd.protocol.samples import AnswerKind

_ANSWERS = ("", *(each.value for each in AnswerKind))


class RequestTallyJson(TypedDict):
    """The answers to a request. The device is the unit."""

    devices: int
    yes: int
    no: int
    withdrawals: int
    unanswered: int
    sent: Annotated[int, "recordings that are stored now"]
    waiting: Annotated[int, "those of them that no member accepted yet"]


class PageAnswersJson(TypedDict):
    """The people on web pages who sent something. A page sends nothing for a no, and nobody counts who is asked."""

    sent: Annotated[int, "pages whose person sent something and did not take it back"]
    withdrawals: int


class SampleRequestJson(TypedDict):
    """A request to the owners of a deployment's devices."""

    id: Uuid
    what: Annotated[str, "the samples in words"]
    version: str
    query: Annotated[str, "the query for the devices; empty for all of the deployment"]
    most: Annotated[int, "windows that each device may send"]
    purposes: list[str]
    days: Annotated[int, "how long recordings are kept; 0 until somebody deletes them"]
    text: Annotated[str, "all that an owner reads who allows all that is asked for"]
    created: Timestamp
    created_by: PersonJson | None
    ends: Timestamp
    is_open: bool
    answers: RequestTallyJson
    pages: Annotated[PageAnswersJson | None, "null of a request that no web page is asked"]


class SampleRequestsJson(TypedDict):
    """The newest requests of a deployment."""

    requests: list[SampleRequestJson]


class DeviceSampleRequestJson(TypedDict):
    """A request as the owner of a device gets it, and their answer."""

    request: Uuid
    asks: Annotated[str, "who asks for what"]
    text: Annotated[str, "all that an owner reads who allows all that is asked for"]
    purposes: Annotated[list[str], "those that are asked for"]
    most: int
    ends: Timestamp
    is_open: bool
    answer: Annotated[str, choices("SampleRequestAnswer", _ANSWERS), "the last that the server has; empty before one"]
    page_answer: Annotated[str, choices("SampleRequestPageAnswer", _ANSWERS), "the last answer on the device's page"]


class DeviceSampleRequestsJson(TypedDict):
    """The requests that the owner of a device gets."""

    requests: list[DeviceSampleRequestJson]


def request_to_json(request: SampleRequest) -> SampleRequestJson:
    """Returns a request with its answers."""
    return requests_to_json([request])["requests"][0]


def requests_to_json(requests: list[SampleRequest]) -> SampleRequestsJson:
    """Returns requests with their answers."""
    tallies = tallies_of(requests)
    return SampleRequestsJson(requests=[_request_to_json(each, tallies[each.pk]) for each in requests])


def _request_to_json(request: SampleRequest, tally: RequestTally) -> SampleRequestJson:
    terms = request.terms
    return SampleRequestJson(
        id=str(request.pk),
        what=request.what,
        version=request.watched.version,
        query=request.query,
        most=request.most,
        purposes=sorted(terms.requested_purposes),
        days=request.link.days,
        text=terms.text(terms.requested_purposes),
        created=utc_timestamp(request.created),
        created_by=None if request.created_by is None else person_to_json(request.created_by),
        ends=utc_timestamp(request.link.expires),
        is_open=request.is_open,
        answers=RequestTallyJson(
            devices=tally.devices,
            yes=tally.yes,
            no=tally.no,
            withdrawals=tally.withdrawals,
            unanswered=tally.unanswered,
            sent=tally.sent,
            waiting=tally.waiting,
        ),
        pages=None
        if tally.pages is None
        else PageAnswersJson(sent=tally.pages.sent, withdrawals=tally.pages.withdrawals),
    )


def device_request_to_json(row: DeviceSampleRequest) -> DeviceSampleRequestJson:
    """Returns what a device is asked."""
    request, terms = row.request, row.request.terms
    return DeviceSampleRequestJson(
        request=str(request.pk),
        asks=asks_of(request),
        text=terms.text(terms.requested_purposes),
        purposes=sorted(terms.requested_purposes),
        most=request.most,
        ends=utc_timestamp(request.link.expires),
        is_open=request.is_open,
        answer=row.answer,
        page_answer=row.page_answer,
    )
