"""A repository in another registry: manifests, blobs and referrers. What is read is compared with its digest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from forge.registry.distribution.mirrors.connection import RemoteConnection, header, json_object, limited_body, reason
from forge.registry.distribution.mirrors.errors import RemoteFailed, RemoteLacks
from forge.registry.oci.digests import digest_of, is_digest, names
from forge.registry.oci.documents import IMAGE_TYPES, INDEX_TYPES
from rune.oci import INDEX_TYPE, LARGEST_MANIFEST

_ACCEPT = ", ".join(sorted(IMAGE_TYPES | INDEX_TYPES))
MOST_REFERRERS = 50
"""Referrers of one manifest that a fetch takes."""
MOST_PAGES = 200
"""Pages of one list of referrers that are read."""
_NEXT = re.compile(r'<([^<>]{1,2000})>[^,]*;\s*rel="?next"?')


@dataclass(frozen=True)
class RemoteManifest:
    """A manifest's bytes, their type, and the digest that names them."""

    data: bytes
    media_type: str
    digest: str


class RemoteRepository:
    """A repository of another registry. A context manager: leaving it closes the connection."""

    def __init__(self, connection: RemoteConnection, name: str) -> None:
        self._connection = connection
        self._address = f"{connection.registry}/v2/{name}"
        self._name = name

    def __enter__(self) -> RemoteRepository:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def manifest(self, reference: str) -> RemoteManifest:
        """A manifest by a tag or a digest. Raises `RemoteLacks` and `RemoteFailed`."""
        with self._connection.request("GET", f"{self._address}/manifests/{reference}", {"Accept": _ACCEPT}) as response:
            self._require(response.status == 200, response, f"{self._name} has no manifest {reference}")
            data = limited_body(response, LARGEST_MANIFEST, f"The manifest {reference}")
            media_type = header(response, "Content-Type").partition(";")[0].strip()
        if is_digest(reference) and not names(reference, data):
            raise RemoteFailed(f"{self._connection.registry} answered {reference} with other bytes.")
        return RemoteManifest(data, media_type, reference if is_digest(reference) else digest_of(data))

    def manifest_digest(self, reference: str) -> str:
        """The digest of what a tag names there, "" where it names nothing or the registry does not say it."""
        with self._connection.request(
            "HEAD", f"{self._address}/manifests/{reference}", {"Accept": _ACCEPT}
        ) as response:
            if response.status == 404:
                return ""
            self._require(response.status == 200, response, "")
            digest = header(response, "Docker-Content-Digest")
            return digest if is_digest(digest) else ""

    def blob(self, digest: str, size: int) -> Iterator[bytes]:
        """The bytes of a blob as they come, at most `size`; the caller compares their digest. Raises `RemoteLacks` and
        `RemoteFailed`."""
        with self._connection.request("GET", f"{self._address}/blobs/{digest}") as response:
            self._require(response.status == 200, response, f"{self._name} has no blob {digest}")
            received_size = 0
            for chunk in response.iter_stream():
                received_size += len(chunk)
                if received_size > size:
                    raise RemoteFailed(f"The blob {digest} has more bytes than the {size} that its manifest says.")
                yield chunk

    def referrers(self, digest: str, most: int = MOST_REFERRERS) -> list[str]:
        """The digests of the manifests that refer to one, at most so many. Raises `RemoteFailed`."""
        try:
            return self._listed_referrers(digest, most)
        except RemoteLacks:
            pass  # a registry that knows no referrers
        try:
            return _digests(self.manifest(_fallback(digest)).data)[:most]
        except RemoteLacks:
            return []

    def _listed_referrers(self, digest: str, most: int) -> list[str]:
        """Reads the digests from the pages of the API's list. Raises `RemoteLacks` for a registry without that API."""
        own = url = f"{self._address}/referrers/{digest}"
        digests: list[str] = []
        for _ in range(MOST_PAGES):
            with self._connection.request("GET", url, {"Accept": INDEX_TYPE}) as response:
                self._require(response.status == 200, response, f"{self._name} has no list of referrers")
                digests += _digests(limited_body(response, LARGEST_MANIFEST, "The list of referrers"))
                url = _next_page(own, header(response, "Link"))
            if not url or len(digests) >= most:
                break
        return digests[:most]

    def has_blob(self, digest: str) -> bool:
        """Returns whether the repository has a blob. Raises `RemoteFailed`."""
        with self._connection.request("HEAD", f"{self._address}/blobs/{digest}") as response:
            self._require(response.status in (200, 404), response, "")
            return response.status == 200

    def push_blob(self, digest: str, size: int, chunks: Iterator[bytes]) -> None:
        """Uploads a blob. Raises `RemoteFailed`."""
        with self._connection.request("POST", f"{self._address}/blobs/uploads/") as response:
            self._require(response.status == 202, response, "")
            location = urljoin(f"{self._address}/", header(response, "Location"))
        query = urlencode({"digest": digest})
        url = f"{location}{'&' if urlsplit(location).query else '?'}{query}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        with self._connection.request("PUT", url, headers, chunks if size else b"") as response:
            self._require(response.status == 201, response, "")

    def push_manifest(self, manifest: RemoteManifest, reference: str, subject: str, artifact_type: str) -> None:
        """Uploads a manifest under its digest or a tag, and lists it by the tag of its subject where the registry
        knows no referrers. Raises `RemoteFailed`."""
        url = f"{self._address}/manifests/{reference}"
        with self._connection.request("PUT", url, {"Content-Type": manifest.media_type}, manifest.data) as response:
            self._require(response.status == 201, response, "")
            knows_referrers = bool(header(response, "OCI-Subject"))
        if subject and not knows_referrers:
            self._list_referrer(manifest, subject, artifact_type)

    def _list_referrer(self, manifest: RemoteManifest, subject: str, artifact_type: str) -> None:
        tag = _fallback(subject)
        try:
            existing = json_object(self.manifest(tag).data).get("manifests")
        except RemoteLacks:
            existing = []
        entries = [each for each in existing if isinstance(each, dict)] if isinstance(existing, list) else []
        if any(each.get("digest") == manifest.digest for each in entries):
            return
        own = {"mediaType": manifest.media_type, "digest": manifest.digest, "size": len(manifest.data)}
        entries.append(own | ({"artifactType": artifact_type} if artifact_type else {}))
        index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries}
        data = json.dumps(index).encode()
        self.push_manifest(RemoteManifest(data, INDEX_TYPE, digest_of(data)), tag, "", "")

    def _require(self, is_right: bool, response: httpcore.Response, missing: str) -> None:
        """Raises `RemoteLacks` for a 404 where `missing` says what is not there, and `RemoteFailed`."""
        if is_right:
            return
        status = response.status
        if status == 404 and missing:
            raise RemoteLacks(f"{missing}.")
        if status in (401, 403):
            raise RemoteFailed(
                f"{self._connection.registry} refused access to {self._name}. Check the user and the password.", status
            )
        raise RemoteFailed(f"{self._connection.registry} answered{reason(response)}", status)


def _next_page(own: str, link: str) -> str:
    """The address of a list's next page, or "" where none follows. The other registry says the query alone: an address
    of another host, or of another path, counts as none."""
    match = _NEXT.search(link)
    if match is None or not match[1].isascii() or not match[1].isprintable() or " " in match[1]:
        return ""
    target, mine = urlsplit(urljoin(own, match[1])), urlsplit(own)
    is_own = (target.scheme, target.netloc, target.path) == (mine.scheme, mine.netloc, mine.path)
    return f"{own}?{target.query}" if is_own and target.query else ""


def _fallback(digest: str) -> str:
    """The tag under which registries without referrers list what refers to a digest."""
    return digest.replace(":", "-")[:128]


def _digests(index: bytes) -> list[str]:
    manifests = json_object(index).get("manifests")
    entries = manifests if isinstance(manifests, list) else []
    digests = [str(each.get("digest")) for each in entries if isinstance(each, dict)]
    return [digest for digest in digests if is_digest(digest)]
