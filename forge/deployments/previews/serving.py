"""Answers for apps and phones at the address of a preview, for anybody who has the key of its link.

It answers as a deployment does, so the same programs load it. Nothing is counted, no page of another site may read it,
and nothing may be stored: the preview ends with its change request.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from forge.accounts.tokens.secrets import hash_secret
from forge.builds.models import Build
from forge.core.http.blob_responses import part_response
from forge.deployments.access import may_deploy
from forge.deployments.previews.access import address_of, served_build
from forge.deployments.previews.models import PreviewLink
from forge.deployments.serving.answers import WASM, for_origin, refusal_response
from forge.deployments.serving.callers import require_calls_within, require_not_taken_down, require_origin
from forge.deployments.serving.refusals import (
    KEY_EXPIRED,
    KEY_MISSING,
    KEY_REVOKED,
    KEY_UNKNOWN,
    METHOD_REFUSED,
    PREVIEW_ENDED,
    PREVIEW_NOT_BUILT,
    RUNE_UNKNOWN,
    ServingRefusal,
)
from forge.deployments.serving.try_page import page_for
from forge.reviews.models import ChangeRequest

CALLS_A_MINUTE = 120
"""The limit for the key of one link: a preview is for people, not for an app."""
_METHODS = "GET, HEAD"


@csrf_exempt
def preview_address(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponseBase:
    """Returns which rune the preview serves now, for a program with its key."""
    change = _find(organisation, name, number)
    try:
        response: HttpResponseBase = _pointer(request, change)
    except ServingRefusal as refusal:
        response = refusal_response(request, None, refusal, _METHODS)
    return for_origin(request, None, response)


@csrf_exempt
def preview_rune(
    request: HttpRequest, organisation: str, name: str, number: int, link: UUID, rune: str
) -> HttpResponseBase:
    """The bytes of the rune that the preview serves now, at the address that a program got for the key of a link. It
    ends with that link."""
    change = _find(organisation, name, number)
    try:
        response = _bytes(request, change, link, rune)
    except ServingRefusal as refusal:
        response = refusal_response(request, None, refusal, _METHODS)
    return for_origin(request, None, response)


@require_safe
def try_preview(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The page that runs it. It is the same for every number, and its script asks the address with the key behind #."""
    return page_for(f"{name} change request", is_preview=True)


def _find(organisation: str, name: str, number: int) -> ChangeRequest | None:
    rows = ChangeRequest.objects.select_related("project__organisation", "build__artefact")
    project = {"project__organisation__name": organisation, "project__name": name, "project__deleted_at": None}
    return rows.filter(**project, number=number).first()


def _pointer(request: HttpRequest, change: ChangeRequest | None) -> HttpResponseBase:
    _require_method(request)
    secret = request.headers.get("x-api-key", "")
    if not secret:
        raise ServingRefusal(KEY_MISSING)
    link = _living_link(change, secret_hash=hash_secret(secret))
    require_calls_within(link.pk, CALLS_A_MINUTE)
    change = link.change_request
    build = _build_of(change)
    artefact = build.artefact
    assert artefact is not None  # noqa: S101 (`served_build` has one)
    body = {
        "deployment": f"change-requests/{change.number}",
        "version": f"change-{change.number}-build-{build.number}",
        "release": build.number,
        "since": (build.finished or build.created).isoformat(),
        "rune": {
            "digest": artefact.digest,
            "size": artefact.size,
            "url": f"{address_of(change)}/{link.pk}/{artefact.digest}",
        },
    }
    return _no_store(JsonResponse(body))


def _bytes(request: HttpRequest, change: ChangeRequest | None, link: UUID, rune: str) -> HttpResponseBase:
    _require_method(request)
    change = _living_link(change, pk=link).change_request
    build = served_build(change)
    if build is None or build.artefact is None or build.artefact.digest != rune:
        raise ServingRefusal(RUNE_UNKNOWN)
    filename = f"change-{change.number}-build-{build.number}.rune"
    response = part_response(request, rune, build.artefact.size, filename=filename, content_type=WASM)
    return _no_store(response)


def _require_method(request: HttpRequest) -> None:
    if request.method not in ("GET", "HEAD"):
        raise ServingRefusal(METHOD_REFUSED)
    require_origin(None, request.headers.get("Origin", ""))


def _living_link(change: ChangeRequest | None, **identity: object) -> PreviewLink:
    """The link with this hash or id, if it opens this preview. Raises `ServingRefusal`; an unknown change request is
    answered as an unknown key is."""
    relations = ("created_by", "change_request__project__organisation", "change_request__build__artefact")
    rows = PreviewLink.objects.select_related(*relations)
    link = rows.filter(change_request=change, **identity).first()
    if change is None or link is None:
        raise ServingRefusal(KEY_UNKNOWN)
    if not change.is_open:
        raise ServingRefusal(PREVIEW_ENDED)
    maker = link.created_by
    is_allowed = maker is not None and maker.is_active and may_deploy(change.project)(maker)
    if link.revoked is not None or not is_allowed:
        raise ServingRefusal(KEY_REVOKED)
    if link.expires <= timezone.now():
        raise ServingRefusal(KEY_EXPIRED)
    if not PreviewLink.objects.open().filter(pk=link.pk).exists():
        # The token that created it has ended.
        raise ServingRefusal(KEY_REVOKED)
    require_not_taken_down(change.project)
    return link


def _build_of(change: ChangeRequest) -> Build:
    build = served_build(change)
    if build is None:
        raise ServingRefusal(PREVIEW_NOT_BUILT)
    return build


def _no_store(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "private, no-store"
    return response
