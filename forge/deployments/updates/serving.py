"""The signed documents of a deployment, as clients of TUF ask for them: `tuf/timestamp.json`, `tuf/17.snapshot.json`,
`tuf/17.targets.json` and `tuf/2.root.json` below its address. They need its key, as the address itself does, or the id
of the key in the address, as the address of a rune has it: stock clients send no header."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from forge.deployments.models import Deployment, UpdateDocument, UpdateRoot
from forge.deployments.serving.answering import serving_response
from forge.deployments.serving.callers import (
    find_by_address,
    note_use,
    require_key,
    require_key_with_id,
    require_origin,
    require_rate,
    served_release,
)
from forge.deployments.serving.device_callers import is_signed_by_device, require_device_of
from forge.deployments.serving.refusals import DOCUMENT_UNKNOWN, ServingRefusal
from forge.deployments.updates.models import UpdateRole

_NAME = re.compile(r"(?:([1-9][0-9]{0,15})\.(root|snapshot|targets)|timestamp)\.json", re.ASCII)


@csrf_exempt
def update_document(
    request: HttpRequest, organisation: str, name: str, deployment: str, path: str, key: UUID | None = None
) -> HttpResponseBase:
    """Returns a document. A root that does not exist yet is answered by 404: clients ask for the next one each time."""
    target = find_by_address(organisation, name, deployment)
    # The clock of the server tells an app whether its own is wrong.
    return serving_response(request, target, lambda: _document(request, target, path, key), exposed_headers=("Date",))


def _document(request: HttpRequest, target: Deployment | None, file: str, key: UUID | None) -> HttpResponse:
    deployment = _require_reader(request, target, key)
    # Documents that were signed before their version was withdrawn have not ended yet.
    served_release(deployment)
    text = _text(deployment, file)
    if text is None:
        raise ServingRefusal(DOCUMENT_UNKNOWN)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _require_reader(request: HttpRequest, target: Deployment | None, key: UUID | None) -> Deployment:
    """Returns the deployment for an app or a device that may read its documents. Raises `ServingRefusal`."""
    if key is None and is_signed_by_device(request):
        return require_device_of(request, target)
    secret = request.headers.get("x-api-key", "")
    caller = require_key(target, secret) if key is None else require_key_with_id(target, key)
    require_origin(caller.deployment, request.headers.get("Origin", ""))
    require_rate(caller.key.pk)
    note_use(caller.key)
    return caller.deployment


def _text(deployment: Deployment, file: str) -> str | None:
    match = _NAME.fullmatch(file)
    if match is None:
        return None
    if match[2] == "root":
        roots = UpdateRoot.objects.filter(organisation=deployment.project.organisation_id)
        return roots.filter(version=int(match[1])).values_list("document", flat=True).first()
    documents = UpdateDocument.objects.filter(deployment=deployment, role=match[2] or UpdateRole.TIMESTAMP)
    if match[1]:
        documents = documents.filter(version=int(match[1]))
    return documents.values_list("document", flat=True).first()
