"""The push side of the protocol: uploads, manifests, and deleting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from forge.accounts.permissions import Verb
from forge.core.blobs.chunks import CHUNK
from forge.core.errors import DomainError
from forge.projects.access import find_project
from forge.projects.models import Project
from forge.registry.distribution.artifacts.access import find_upload
from forge.registry.distribution.artifacts.actions import (
    append_part,
    begin_upload,
    cancel_upload,
    delete_blob,
    delete_manifest,
    delete_tag,
    finish_upload,
    mount_blob,
    push_manifest,
)
from forge.registry.distribution.artifacts.models import Upload
from forge.registry.distribution.protocol.addresses import Address, AddressTarget
from forge.registry.distribution.protocol.callers import Caller
from forge.registry.distribution.protocol.reading import require_digest
from forge.registry.distribution.protocol.refusals import Refusal
from forge.registry.oci.digests import ALGORITHMS, algorithm_of, is_digest
from forge.registry.repository.access import find_repository
from rune.oci import LARGEST_MANIFEST
from rune.wording import size_text

_RANGE = re.compile(r"(?:bytes )?([0-9]{1,15})-([0-9]{1,15})(?:/\S+)?")


def answer_writing(request: HttpRequest, caller: Caller, project: Project, address: Address) -> HttpResponse:
    """The answer to POST, PUT, PATCH and DELETE, and to GET of an upload. Raises `Refusal` and what acts raise."""
    match address.target, request.method:
        case AddressTarget.UPLOADS, _:
            return _uploads(request, caller, project, address)
        case AddressTarget.MANIFEST, "PUT":
            return _put_manifest(request, caller, project, address)
        case AddressTarget.MANIFEST, "DELETE":
            if is_digest(address.reference):
                delete_manifest(caller.principal, find_repository(project), address.reference)
            else:
                delete_tag(caller.principal, project, address.reference)
            return HttpResponse(status=202)
        case AddressTarget.BLOB, "DELETE":
            require_digest(address.reference)
            delete_blob(caller.principal, find_repository(project), address.reference)
            return HttpResponse(status=202)
    raise Refusal(405, "UNSUPPORTED", f"{request.method} is not supported here.", {"Allow": "GET, HEAD, PUT, DELETE"})


def _uploads(request: HttpRequest, caller: Caller, project: Project, address: Address) -> HttpResponse:
    if not address.reference:
        if request.method != "POST":
            raise Refusal(405, "UNSUPPORTED", "Start an upload with POST.", {"Allow": "POST"})
        return _begin(request, caller, project, address)
    upload = find_upload(caller.principal, find_repository(project), _upload_id(address.reference))
    match request.method:
        case "GET":
            return _progress(address, upload, 204)
        case "PATCH":
            upload = append_part(caller.principal, upload, _body(request), _offset(request), _size(request))
            return _progress(address, upload, 202)
        case "PUT":
            digest = request.GET.get("digest", "")
            require_digest(digest)
            upload = append_part(caller.principal, upload, _body(request), _offset(request), _size(request))
            return _stored_blob(address, finish_upload(caller.principal, upload, digest))
        case "DELETE":
            cancel_upload(caller.principal, upload)
            return HttpResponse(status=204)
    raise Refusal(405, "UNSUPPORTED", f"{request.method} is not supported here.", {"Allow": "GET, PATCH, PUT, DELETE"})


def _begin(request: HttpRequest, caller: Caller, project: Project, address: Address) -> HttpResponse:
    digest, mount = request.GET.get("digest", ""), request.GET.get("mount", "")
    if mount:
        require_digest(mount)
        source = _source(caller, request.GET.get("from", ""))
        if source is not None and mount_blob(caller.principal, project, mount, source):
            return _stored_blob(address, mount)
    if digest and not mount:
        require_digest(digest)
        return _store_at_once(request, caller, project, address, digest)
    algorithm = request.GET.get("digest-algorithm", "sha256")
    if algorithm not in ALGORITHMS:
        raise Refusal(400, "DIGEST_INVALID", f"digest-algorithm must be one of {', '.join(ALGORITHMS)}.")
    return _progress(address, begin_upload(caller.principal, project, algorithm), 202)


def _store_at_once(
    request: HttpRequest, caller: Caller, project: Project, address: Address, digest: str
) -> HttpResponse:
    """A blob that comes in the request that begins its upload. Nobody could go on with what came of it."""
    upload = begin_upload(caller.principal, project, algorithm_of(digest))
    try:
        whole = append_part(caller.principal, upload, _body(request), size=_size(request))
        return _stored_blob(address, finish_upload(caller.principal, whole, digest))
    except BaseException:
        cancel_upload(caller.principal, Upload.objects.filter(pk=upload.pk).first() or upload)
        raise


def _source(caller: Caller, name: str) -> Project | None:
    """The project of a repository to mount from, where the caller may pull from it: who may not, uploads the bytes."""
    organisation, _, rest = name.partition("/")
    if not rest or not caller.may("pull", name):
        return None
    try:
        return find_project(caller.principal, organisation, rest.partition("/")[0], Verb.SEE)
    except DomainError:
        return None


def _put_manifest(request: HttpRequest, caller: Caller, project: Project, address: Address) -> HttpResponse:
    data = request.read(LARGEST_MANIFEST + 1)
    if len(data) > LARGEST_MANIFEST:
        raise Refusal(413, "MANIFEST_INVALID", f"A manifest has at most {size_text(LARGEST_MANIFEST)}.")
    digest, tags = "", [address.reference]
    if ":" in address.reference:
        require_digest(address.reference)
        digest, tags = address.reference, request.GET.getlist("tag")
    content_type = request.headers.get("Content-Type", "")
    manifest = push_manifest(caller.principal, project, tags, data, content_type, digest)
    response = HttpResponse(status=201)
    response.headers["Location"] = f"/v2/{address.name}/manifests/{manifest.digest}"
    response.headers["Docker-Content-Digest"] = manifest.digest
    if manifest.subject:
        response.headers["OCI-Subject"] = manifest.subject
    if digest and tags:
        response.headers["OCI-Tag"] = ", ".join(tags)
    return response


def _progress(address: Address, upload: Upload, status: int) -> HttpResponse:
    """Returns the place of an upload, and how to go on with it."""
    response = HttpResponse(status=status)
    response.headers["Location"] = f"/v2/{address.name}/blobs/uploads/{upload.pk}"
    response.headers["Docker-Upload-UUID"] = str(upload.pk)
    response.headers["Range"] = f"0-{max(0, upload.size - 1)}"
    return response


def _stored_blob(address: Address, digest: str) -> HttpResponse:
    response = HttpResponse(status=201)
    response.headers["Location"] = f"/v2/{address.name}/blobs/{digest}"
    response.headers["Docker-Content-Digest"] = digest
    return response


def _upload_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(404, "BLOB_UPLOAD_UNKNOWN", "There is no such upload.") from None


def _offset(request: HttpRequest) -> int | None:
    """Returns where the part begins, as the client says, or None if it says nothing."""
    header = request.headers.get("Content-Range")
    if header is None:
        return None
    match = _RANGE.fullmatch(header.strip())
    if match is None or int(match[2]) + 1 < int(match[1]):
        raise Refusal(416, "BLOB_UPLOAD_INVALID", "Content-Range must be the first and the last byte, such as 0-1023.")
    return int(match[1])


def _size(request: HttpRequest) -> int:
    """Bytes of the body, as the client announces them; 0 where it does not."""
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


def _body(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk
