"""The requests of a phone that records, below /collect/. They are neither an organisation's nor a token's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.middleware.csrf import get_token
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.sign_in.attempts import network_of
from forge.accounts.sign_in.authentication import SessionWithCsrf
from forge.accounts.sign_in.browsers import browser_name
from forge.core.api.views import ForgeView, RawBody, body_chunks, raising
from forge.datasets.access import labels_of
from forge.datasets.collecting.access import (
    agreed_purposes,
    collecting_path,
    cookie_name,
    is_guest_link,
    principal_of_collector,
    receipt_secret,
    recordings_of,
    require_collector,
    tabs_of,
)
from forge.datasets.collecting.actions import (
    add_recording,
    agree_as_collector,
    enter_as_guest,
    enter_collecting,
    leave_collecting,
)
from forge.datasets.consent_terms import DEFAULT_PURPOSES, PURPOSE_LABELS, Purpose, guest_terms_for, terms_for
from forge.datasets.errors import ConsentDiffers
from forge.datasets.models import Collector, Sample
from forge.datasets.samples.actions.add import accepts_recordings
from rune.datasets.label_names import BACKGROUND


class CollectView(ForgeView):
    """A request of a phone that records. What changes something carries the CSRF token of our own page."""

    authentication_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "GET":
            SessionWithCsrf().enforce_csrf(request)


class CollectState(CollectView):
    def get(self, request: Request, link_id: UUID) -> Response:
        """Returns the task, its terms and the submissions. `purposes` are those that the person chooses."""
        collector = require_collector(request.COOKIES, link_id)
        get_token(request._request)
        names = request.query_params.get("purposes", "")
        choices = names.split(",") if names else []
        return Response(_state(collector, request.COOKIES[cookie_name(link_id)], choices))


class CollectingEnterSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class CollectEnter(CollectView):
    def post(self, request: Request, link_id: UUID) -> Response:
        """Changes the code's token for the phone's cookie."""
        body = self.read_body(request, CollectingEnterSerializer)
        collector, secret = _enter(request, link_id, body)
        response = Response(_state(collector, secret))
        response.set_cookie(
            cookie_name(link_id),
            secret,
            expires=collector.expires,
            path=collecting_path(link_id),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
        return response


class AgreeSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000)
    purposes = serializers.ListField(child=serializers.CharField(max_length=40), max_length=4, default=list)


class CollectAgree(CollectView):
    raises = raising(post=ConsentDiffers)

    def post(self, request: Request, link_id: UUID) -> Response:
        """Agrees to the terms that were read. Recordings of the next 12 hours are sent under them."""
        collector = require_collector(request.COOKIES, link_id)
        body = self.read_body(request, AgreeSerializer)
        agreed_collector = agree_as_collector(collector, body["text"], body["purposes"])
        return Response(_state(agreed_collector, request.COOKIES[cookie_name(link_id)], body["purposes"]))


class CollectRecordings(CollectView):
    parser_classes = (RawBody,)

    def post(self, request: Request, link_id: UUID) -> Response:
        """Adds a recording, the body: a WAV, JPEG, PNG or CSV."""
        collector = require_collector(request.COOKIES, link_id)
        query = request.query_params
        recording = add_recording(
            collector,
            body_chunks(request),
            label=query.get("label", ""),
            device=query.get("device", ""),
            address=_address(request),
        )
        number = recording.number if isinstance(recording, Sample) else None
        return Response({"number": number}, status=status.HTTP_201_CREATED)


class CollectLeave(CollectView):
    def post(self, request: Request, link_id: UUID) -> Response:
        """The phone gives its access back."""
        leave_collecting(require_collector(request.COOKIES, link_id))
        response = Response(status=status.HTTP_204_NO_CONTENT)
        response.delete_cookie(cookie_name(link_id), path=collecting_path(link_id), samesite="Strict")
        return response


def _enter(request: Request, link_id: UUID, body: dict[str, Any]) -> tuple[Collector, str]:
    if is_guest_link(link_id):
        return enter_as_guest(body["token"], link_id, body["code"], _address(request))
    return enter_collecting(body["token"], link_id, browser_name(request.META.get("HTTP_USER_AGENT", "")))


def _address(request: Request) -> str:
    """The address by which requests are counted, or the network of an IPv6 address."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def _state(collector: Collector, secret: str, choices: Sequence[str] = ()) -> dict[str, Any]:
    link = collector.link
    is_guest = link.is_for_guests
    purposes = agreed_purposes(link, choices)
    terms = (
        guest_terms_for(link.project, link.days, purposes, is_of_things=link.is_of_things)
        if is_guest
        else terms_for(link.project, purposes, link.days)
    )
    consent = collector.consent
    return {
        "project": link.project.full_name,
        "person": collector.pseudonym if is_guest else str(link.created_by),
        "is_guest": is_guest,
        "is_of_things": link.is_of_things,
        "receipt": f"{settings.PUBLIC_URL}{collecting_path(link.pk)}/receipt#token={receipt_secret(secret)}"
        if is_guest
        else "",
        "kind": link.kind,
        "label": link.label,
        "labels": [] if is_guest else labels_of(principal_of_collector(collector), link.project),
        "milliseconds": link.milliseconds,
        "rate": link.rate,
        "wanted": link.wanted,
        "hint": link.hint,
        "terms": {
            "who": terms.who,
            "uses": terms.uses,
            "until": terms.until,
            "promise": terms.promise,
            "text": terms.text,
        },
        "choices": [
            {"purpose": purpose.value, "label": PURPOSE_LABELS[purpose], "is_chosen": purpose in purposes}
            for purpose in Purpose
            if purpose.value in link.purposes and purpose not in DEFAULT_PURPOSES
        ],
        "tabs": [
            {"label": label, "count": count, "is_background": label == BACKGROUND}
            for label, count in tabs_of(collector).items()
        ],
        "digits": collector.digits,
        "has_agreed": consent is not None and accepts_recordings(consent, None if is_guest else link.created_by),
        "sent": recordings_of(collector),
        "ends": collector.expires.isoformat(),
    }
