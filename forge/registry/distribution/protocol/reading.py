"""The pull side of the protocol: manifests, blobs, lists of tags and referrers."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from forge.accounts.principals import Principal
from forge.core.database.code_points import by_code_point
from forge.core.http.blob_responses import document_response, part_response, sends_by_store, store_redirect
from forge.projects.models import Project
from forge.registry.blocks.access import find_published
from forge.registry.blocks.actions import note_block_pull
from forge.registry.distribution.artifacts.access import find_blob, referrers_of, tag_names
from forge.registry.distribution.mirrors.fetching import find_or_fetch
from forge.registry.distribution.protocol.addresses import Address, AddressTarget
from forge.registry.distribution.protocol.refusals import Refusal
from forge.registry.models import Manifest, Repository
from forge.registry.oci.digests import digest_of, is_digest
from forge.registry.oci.manifests import quoted_for_header
from forge.registry.repository.access import advice_on, find_repository, is_rune, repository_of
from forge.registry.tags.pulling.actions import note_pull
from forge.registry.tags.pulling.uses import counting
from rune.oci import INDEX_TYPE, LARGEST_MANIFEST

PAGE = 100
"""Tags of one answer unless the client asks for fewer, or for more up to the largest page."""
LARGEST_PAGE = 1_000
"""The largest page, also for the referrers at the tag of a client that knows no referrers."""
_FALLBACK = re.compile(r"(sha256|sha512)-([0-9a-f]{64,128})")
"""The tag at which clients that know no referrers look for those of a digest."""


def answer_reading(request: HttpRequest, puller: Principal, project: Project, address: Address) -> HttpResponseBase:
    """The answer to GET and HEAD. The caller has found the project for who pulls. Raises `Refusal`, `NotFound` where
    nothing was pushed or published, and what fetching from a mirror raises."""
    if address.target == AddressTarget.REFERRERS:
        return _referrers(request, repository_of(project), address)
    repository = find_repository(project)
    if address.block:
        return _of_block(request, puller, repository, address)
    match address.target:
        case AddressTarget.TAGS:
            after, size = _page_of(request)
            return _tags(address.name, tag_names(repository, after, size + 1), size)
        case AddressTarget.MANIFEST:
            return _manifest(request, puller, project, repository, address.reference)
        case _:
            response = _blob(request, repository, address.reference)
    if request.method == "GET" and response.status_code < 400 and is_rune(address.reference):
        note_pull(puller, project, address.reference)
        counting.note(repository.pk, request.META.get("REMOTE_ADDR", ""))
    return response


def _of_block(request: HttpRequest, puller: Principal, repository: Repository, address: Address) -> HttpResponseBase:
    """A block's versions are the tags of a repository of its own, below its project's."""
    versions = repository.blocks.filter(name=address.block)
    if not versions.exists():
        raise Refusal(404, "NAME_UNKNOWN", "The repository was not found, or you have no access to it.")
    match address.target:
        case AddressTarget.TAGS:
            after, size = _page_of(request)
            return _tags(address.name, _versions_after(versions.listed(), after, size + 1), size)
        case AddressTarget.BLOB:
            return _blob(request, repository, address.reference)
    block = find_published(repository, address.block, address.reference)
    if block is None:
        withdrawn_block = versions.filter(version=address.reference).exclude(withdrawn=None).first()
        reason = "" if withdrawn_block is None else f"{withdrawn_block} was withdrawn: {withdrawn_block.withdrawal}"
        raise Refusal(404, "MANIFEST_UNKNOWN", reason or f"There is no manifest {address.reference}.")
    response = _stored_manifest(request, block.manifest, block.manifest.blob_id)
    if block.objection:
        _warn(response, f"{block.name} {block.version}{'' if block.is_withdrawn else ' is deprecated'}: {block.advice}")
    if request.method == "GET":
        note_block_pull(puller, repository.project, block.name, block.manifest.blob_id)
    return response


def _manifest(
    request: HttpRequest, puller: Principal, project: Project, repository: Repository, reference: str
) -> HttpResponseBase:
    manifest = find_or_fetch(puller, project, repository, reference)
    if manifest is None and (rows := _referrers_at_tag(repository, reference)):
        return _listing(rows)
    if manifest is None:
        advice_text = "" if is_digest(reference) else advice_on(repository, reference)
        raise Refusal(404, "MANIFEST_UNKNOWN", advice_text or f"There is no manifest {reference}.")
    response = _stored_manifest(request, manifest, reference if is_digest(reference) else manifest.blob_id)
    if advice := advice_on(repository, reference):
        _warn(response, advice)
    return response


def _stored_manifest(request: HttpRequest, manifest: Manifest, digest: str) -> HttpResponseBase:
    blob = manifest.blob
    response = document_response(
        request, blob.digest, blob.size, filename="manifest.json", content_type=manifest.media_type
    )
    response.headers["Docker-Content-Digest"] = digest
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _warn(response: HttpResponseBase, advice: str) -> None:
    """The protocol's own way to say something beside an answer: clients show it to their user."""
    response.headers["Warning"] = f'299 - "{quoted_for_header(advice)}"'


def _blob(request: HttpRequest, repository: Repository, digest: str) -> HttpResponseBase:
    require_digest(digest)
    link = find_blob(repository, digest)
    if link is None:
        raise Refusal(404, "BLOB_UNKNOWN", f"There is no blob {digest} in this repository.")
    if request.method == "GET" and sends_by_store():
        redirect = store_redirect(link.blob_id)
        redirect.headers["Docker-Content-Digest"] = digest
        redirect.headers["Cache-Control"] = "no-store"
        return redirect
    # A stored type could be one that a browser opens; clients take the type from the manifest.
    size, filename = link.blob.size, digest.partition(":")[2]
    response = part_response(request, link.blob_id, size, filename=filename, content_type="application/octet-stream")
    response.headers["Docker-Content-Digest"] = digest
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _page_of(request: HttpRequest) -> tuple[str, int]:
    """Returns the name after which a page begins, and how many it has."""
    count = request.GET.get("n", str(PAGE))
    if not (count.isdecimal() and len(count) < 9):
        raise Refusal(400, "PAGINATION_NUMBER_INVALID", "n must be a whole number.")
    return request.GET.get("last", ""), min(int(count), LARGEST_PAGE)


def _versions_after(versions: QuerySet[Any], after: str, count: int) -> list[str]:
    later_versions = versions.annotate(place=by_code_point("version")).filter(place__gt=after).order_by("place")
    return list(later_versions.values_list("version", flat=True)[:count])


def _tags(full_name: str, names: list[str], size: int) -> HttpResponseBase:
    """`names` are one more than the page has where others follow. Clients compare names by their bytes."""
    page = names[:size]
    response = JsonResponse({"name": full_name, "tags": page})
    if page and len(names) > len(page):
        response.headers["Link"] = f'</v2/{full_name}/tags/list?n={size}&last={page[-1]}>; rel="next"'
    return response


def _referrers(request: HttpRequest, repository: Repository | None, address: Address) -> HttpResponse:
    """An index of the manifests that refer to a digest. Neither the digest nor the repository need exist: the
    specification allows no 404 here, by which clients recognise a registry without referrers."""
    require_digest(address.reference)
    artifact_type = request.GET.get("artifactType", "")
    skip = request.GET.get("skip", "0")
    first = int(skip) if skip.isdecimal() and len(skip) < 7 else 0
    referrers = (
        Manifest.objects.none() if repository is None else referrers_of(repository, address.reference, artifact_type)
    )
    rows = list(referrers[first : first + PAGE + 1])
    response = _listing(rows[:PAGE])
    if artifact_type:
        response.headers["OCI-Filters-Applied"] = "artifactType"
    if len(rows) > PAGE:
        query = urlencode({**({"artifactType": artifact_type} if artifact_type else {}), "skip": first + PAGE})
        response.headers["Link"] = f'</v2/{address.name}/referrers/{address.reference}?{query}>; rel="next"'
    return response


def _referrers_at_tag(repository: Repository, tag: str) -> list[Manifest]:
    """The manifests that refer to the digest that a tag names. Such an answer cannot say that more follow, so it has
    many; and clients read no larger manifest than others push, so only the first have their annotations."""
    match = _FALLBACK.fullmatch(tag)
    if match is None:
        return []
    rows, remaining_size = [], LARGEST_MANIFEST // 4
    for row in referrers_of(repository, f"{match[1]}:{match[2]}")[:LARGEST_PAGE].iterator():
        remaining_size -= len(json.dumps(row.annotations))
        if remaining_size < 0:
            row.annotations = {}
        rows.append(row)
    return rows


def _listing(rows: list[Manifest]) -> HttpResponse:
    """Manifests as an index."""
    manifests = [
        {
            "mediaType": each.media_type,
            "digest": each.blob_id,
            "size": each.blob.size,
            **({"artifactType": each.artifact_type} if each.artifact_type else {}),
            **({"annotations": each.annotations} if each.annotations else {}),
        }
        for each in rows
    ]
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests}
    response = JsonResponse(index, content_type=INDEX_TYPE)
    response.headers["Docker-Content-Digest"] = digest_of(response.content)
    return response


def require_digest(text: str) -> None:
    """Raises `Refusal` for what is no digest."""
    if not is_digest(text):
        message = "A digest is sha256: and 64, or sha512: and 128 lower-case hexadecimal digits."
        raise Refusal(400, "DIGEST_INVALID", message)
