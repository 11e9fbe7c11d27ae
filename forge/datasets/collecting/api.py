"""The requests of a phone that records, below /collect/. They are neither an organisation's nor a token's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.middleware.csrf import get_token
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.sign_in.authentication import SessionWithCsrf
from forge.core.api.views import ForgeView, RawBody, body_chunks
from forge.datasets.access import labels_of
from forge.datasets.collecting.access import (
    collecting_path,
    cookie_name,
    principal_of_collector,
    recordings_of,
    require_collector,
)
from forge.datasets.collecting.actions import add_recording, agree_as_collector, enter_collecting, leave_collecting
from forge.datasets.consent.terms import DEFAULT_PURPOSES, terms_for
from forge.datasets.models import Collector
from forge.datasets.samples.actions.add import accepts_recordings


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
        """What is asked for, under which terms, and what was sent."""
        collector = require_collector(request.COOKIES, link_id)
        get_token(request._request)
        return Response(_state(collector))


class EnterSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)


class CollectEnter(CollectView):
    def post(self, request: Request, link_id: UUID) -> Response:
        """Changes the code's token for the phone's cookie."""
        body = self.read_body(request, EnterSerializer)
        collector, secret = enter_collecting(body["token"], link_id)
        response = Response(_state(collector))
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


class CollectAgree(CollectView):
    def post(self, request: Request, link_id: UUID) -> Response:
        """Agrees to the terms that were read. Recordings of the next 12 hours are sent under them."""
        collector = require_collector(request.COOKIES, link_id)
        body = self.read_body(request, AgreeSerializer)
        return Response(_state(agree_as_collector(collector, body["text"])))


class CollectRecordings(CollectView):
    parser_classes = (RawBody,)

    def post(self, request: Request, link_id: UUID) -> Response:
        """Adds a recording, the body: a WAV, JPEG, PNG or CSV."""
        collector = require_collector(request.COOKIES, link_id)
        query = request.query_params
        sample = add_recording(
            collector, body_chunks(request), label=query.get("label", ""), device=query.get("device", "")
        )
        return Response({"number": sample.number}, status=status.HTTP_201_CREATED)


class CollectLeave(CollectView):
    def post(self, request: Request, link_id: UUID) -> Response:
        """The phone gives its access back."""
        leave_collecting(require_collector(request.COOKIES, link_id))
        response = Response(status=status.HTTP_204_NO_CONTENT)
        response.delete_cookie(cookie_name(link_id), path=collecting_path(link_id), samesite="Strict")
        return response


def _state(collector: Collector) -> dict[str, Any]:
    link = collector.link
    terms = terms_for(link.project, DEFAULT_PURPOSES, link.days)
    consent = collector.consent
    return {
        "project": link.project.full_name,
        "person": str(link.created_by),
        "kind": link.kind,
        "label": link.label,
        "labels": labels_of(principal_of_collector(collector), link.project),
        "milliseconds": link.milliseconds,
        "rate": link.rate,
        "wanted": link.wanted,
        "hint": link.hint,
        "terms": {"who": terms.who, "uses": terms.uses, "until": terms.until, "text": terms.text},
        "has_agreed": consent is not None and accepts_recordings(consent, link.created_by),
        "sent": recordings_of(collector),
        "ends": collector.expires.isoformat(),
    }
