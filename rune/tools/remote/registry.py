"""A client of the OCI distribution protocol that pulls runes. It verifies the digest of all that it downloads."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import httpx

from rune.blocks.artefact import MANIFEST_LIMIT as BLOCK_MANIFEST_LIMIT
from rune.blocks.artefact import SOURCE_LIMIT, BadArtefact, read_block_manifest
from rune.blocks.shared_path import SharedName, SharedPath, is_block_version, version_key
from rune.digests import digest_of, is_digest
from rune.oci import CONFIG_TYPE, LARGEST_MANIFEST, MANIFEST_TYPE, RUNE_TYPE, TITLE
from rune.tools.remote.errors import (
    ArtifactWithoutRune,
    DigestMismatch,
    NotABlock,
    RegistryRefused,
    RegistryUnreachable,
    RemoteNotFound,
    TokenNeeded,
    UnsafeRegistry,
    needed_token,
)
from rune.tools.remote.reference import Reference, is_loopback
from rune.wording import plain, size_text

REFUSAL_LIMIT = 64 * 1024
"""Bytes of a refusal that are read for its reason."""
RUNE_LIMIT = 512 * 1024 * 1024
"""Bytes of the largest rune that is pulled."""
_NEEDS_PUSH = needed_token("registry:push")
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_REDIRECTS = 5
_MOST_TAGS = 1_000
_WARNING = re.compile(r'299 \S+ "(?P<text>[^"]*)"')
"""https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#warnings"""
_MOST_WARNINGS = 5

Progress = Callable[[int, int], None]
"""The function that is called with the bytes that arrived and the bytes to expect."""


@dataclass(frozen=True)
class PulledRune:
    """A pulled rune: digests of the manifest and of the rune itself, the rune's bytes and the name it was given.

    `warnings` are what the registry says beside it, such as that the version is deprecated.
    """

    manifest_digest: str
    digest: str
    size: int
    title: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PulledBlock:
    """A block that was pulled: its digest, and the bytes of its manifest and its source."""

    digest: str
    manifest: bytes
    source: bytes
    warnings: tuple[str, ...] = ()


class Registry:
    """One registry, spoken to with at most one token. A context manager: leaving it closes the connections."""

    def __init__(self, url: str, token: str | None = None, *, insecure: bool = False) -> None:
        self._url = url
        self._origin = _origin(url)
        self._token = token
        self._insecure = insecure
        # A proxy cannot reach this machine's own loopback address.
        trust_env = not is_loopback(urlsplit(url).netloc)
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=trust_env, headers={"User-Agent": "rune"})

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def check_token(self) -> None:
        """Asks whether the token may pull. Raises `TokenNeeded` and the other errors of a registry."""
        with self._get(f"{self._url}/v2/", "The registry", {}):
            pass

    def pull(self, reference: Reference, to: BinaryIO, progress: Progress | None = None) -> PulledRune:
        """Writes the rune's bytes to `to`. On an error what was written is to be thrown away.

        Raises `RemoteNotFound`, `TokenNeeded`, `DigestMismatch`, `ArtifactWithoutRune`, `RegistryRefused` and
        `RegistryUnreachable`.
        """
        manifest_digest, manifest, warnings = self._manifest(reference)
        digest, size, title = _rune_layer(reference, manifest)
        url = f"{self._url}/v2/{reference.repository}/blobs/{digest}"
        sha256 = hashlib.sha256()
        received_size = 0
        with self._get(url, f"The rune of {reference}", {}) as response:
            for chunk in _chunks(response):
                received_size += len(chunk)
                if received_size > size:
                    raise RegistryRefused(f"The rune of {reference} is longer than the {size} bytes that were promised")
                sha256.update(chunk)
                to.write(chunk)
                if progress is not None:
                    progress(received_size, size)
        actual = f"sha256:{sha256.hexdigest()}"
        if actual != digest:
            raise DigestMismatch(f"The rune of {reference}", digest, actual)
        return PulledRune(manifest_digest, digest, size, title, warnings)

    def block_versions(self, block: SharedName) -> tuple[str, ...]:
        """The versions of a block, the newest first. Raises `RemoteNotFound` and the other errors of a registry."""
        repository = f"{block.organisation}/{block.project}/blocks/{block.name}"
        url = f"{self._url}/v2/{repository}/tags/list?n={_MOST_TAGS}"
        try:
            tags = json.loads(self._small(url, str(block), {}, REFUSAL_LIMIT)[0])["tags"]
            versions = [tag for tag in tags if is_block_version(tag)]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise RegistryRefused(f"The versions of {block} cannot be read") from error
        return tuple(sorted(versions, key=version_key, reverse=True))

    def block(self, path: SharedPath, digest: str | None = None) -> PulledBlock:
        """A version of a block; `digest` is what it must have.

        Raises `RemoteNotFound`, `TokenNeeded`, `DigestMismatch`, `NotABlock`, `RegistryRefused` and
        `RegistryUnreachable`.
        """
        block = path.block
        address = f"{self._url}/v2/{block.organisation}/{block.project}/blocks/{block.name}"
        url = f"{address}/manifests/{digest or path.version}"
        manifest, headers = self._small(url, str(path), {"Accept": MANIFEST_TYPE}, BLOCK_MANIFEST_LIMIT)
        for expected in (digest, headers.get("Docker-Content-Digest")):
            if expected is not None and expected != digest_of(manifest):
                raise DigestMismatch(f"The manifest of {path}", expected, digest_of(manifest))
        try:
            content = read_block_manifest(manifest)
        except BadArtefact as error:
            raise NotABlock(f"The manifest of {path} {error}") from error
        if (content.name, content.version) != (block.name, path.version):
            raise NotABlock(f"What the registry gave as {path} is {content.name}@{content.version}")
        source, _ = self._small(f"{address}/blobs/{content.source}", str(path), {}, SOURCE_LIMIT)
        if digest_of(source) != content.source:
            raise DigestMismatch(f"The source of {path}", content.source, digest_of(source))
        return PulledBlock(digest_of(manifest), manifest, source, _warnings(headers.get_list("Warning")))

    def read(self, repository: str, path: str, accept: str, limit: int) -> bytes:
        """Returns up to `limit` bytes at a repository's path; the caller compares its digest. Raises as `pull`
        does."""
        url = f"{self._url}/v2/{repository}/{path}"
        return self._small(url, f"{repository}/{path}", {"Accept": accept}, limit)[0]

    def manifest_digest(self, reference: Reference) -> tuple[str, int]:
        """The digest of what a reference names, and the bytes of its manifest. Raises as `pull` does."""
        path = f"manifests/{reference.version}"
        data = self.read(reference.repository, path, MANIFEST_TYPE, LARGEST_MANIFEST)
        actual = digest_of(data)
        if reference.digest not in (None, actual):
            raise DigestMismatch(f"The manifest of {reference}", str(reference.digest), actual)
        return actual, len(data)

    def push_blob(self, repository: str, data: bytes, digest: str) -> None:
        """Uploads a blob in one request. Raises `TokenNeeded`, `RegistryRefused` and `RegistryUnreachable`."""
        address = f"{self._url}/v2/{repository}/blobs/uploads/?digest={digest}"
        self._send("POST", address, data, "application/octet-stream")

    def push_manifest(self, repository: str, data: bytes, media_type: str, reference: str) -> None:
        """Uploads a manifest under its digest or a tag. Raises as `push_blob` does."""
        self._send("PUT", f"{self._url}/v2/{repository}/manifests/{reference}", data, media_type)

    def _send(self, method: str, url: str, data: bytes, media_type: str) -> None:
        """Sends a body to the registry itself: nothing is followed."""
        headers = {"Content-Type": media_type, **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        try:
            with self._client.stream(method, url, content=data, headers=headers) as response:
                if response.status_code != httpx.codes.CREATED:
                    raise self._refusal(response, url.removeprefix(f"{self._url}/v2/"), _NEEDS_PUSH)
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise RegistryUnreachable(f"{self._url} does not answer: {reason}. Check the address.") from error

    def _small(self, url: str, what: str, headers: dict[str, str], limit: int) -> tuple[bytes, httpx.Headers]:
        """An answer that is held in memory, and its headers."""
        with self._get(url, what, headers) as response:
            body = bytearray()
            for chunk in _chunks(response):
                body += chunk
                if len(body) > limit:
                    raise RegistryRefused(f"What {self._url} answers for {what} is larger than {size_text(limit)}")
            return bytes(body), response.headers

    def _manifest(self, reference: Reference) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        url = f"{self._url}/v2/{reference.repository}/manifests/{reference.version}"
        with self._get(url, str(reference), {"Accept": MANIFEST_TYPE}) as response:
            body = bytearray()
            for chunk in _chunks(response):
                body += chunk
                if len(body) > LARGEST_MANIFEST:
                    raise RegistryRefused(
                        f"The manifest of {reference} is larger than the limit of {size_text(LARGEST_MANIFEST)}"
                    )
            header_digest = response.headers.get("Docker-Content-Digest")
            warnings = _warnings(response.headers.get_list("Warning"))
        actual = digest_of(body)
        for expected in (reference.digest, header_digest):
            if expected is not None and expected != actual:
                raise DigestMismatch(f"The manifest of {reference}", expected, actual)
        try:
            manifest = json.loads(bytes(body))
        except (ValueError, RecursionError) as error:
            raise RegistryRefused(f"The manifest of {reference} is not JSON") from error
        if not isinstance(manifest, dict):
            raise RegistryRefused(f"The manifest of {reference} is not a JSON object")
        return actual, manifest, warnings

    @contextmanager
    def _get(self, url: str, what: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """One GET with its redirects. The token goes to the registry alone, never to where it sends us."""
        try:
            for _ in range(_REDIRECTS):
                own = {"Authorization": f"Bearer {self._token}"} if self._token and _origin(url) == self._origin else {}
                with self._client.stream("GET", url, headers={**headers, **own}) as response:
                    if response.is_redirect and response.has_redirect_location:
                        url = self._sent_on(response)
                        continue
                    if response.status_code != httpx.codes.OK:
                        raise self._refusal(response, what)
                    yield response
                    return
        except httpx.InvalidURL as error:
            raise RegistryRefused(f"{self._url} redirects to an address that cannot be read") from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise RegistryUnreachable(f"{self._url} does not answer: {reason}. Check the address.") from error
        raise RegistryRefused(f"{self._url} redirects more than {_REDIRECTS} times")

    def _sent_on(self, response: httpx.Response) -> str:
        """Returns where a redirect leads. Raises `httpx.InvalidURL`, and `UnsafeRegistry` for plain http to
        elsewhere."""
        url = str(response.url.join(response.headers["Location"]))
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and (is_loopback(parts.netloc) or self._insecure)):
            raise UnsafeRegistry(f"{self._url} redirects to {url}, which is not https")
        return url

    def _refusal(self, response: httpx.Response, what: str, advice: str = "") -> RegistryRefused:
        """The error for an answer that refuses; `advice` says which token the act takes, if not one that pulls."""
        status = response.status_code
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            reason = _explanation(response) if status == httpx.codes.FORBIDDEN else ""
            why = ": your token is invalid or has expired" if self._token else ": it needs a token"
            sentence = f"{self._url} refused{(reason or why).rstrip('.')}."
            return TokenNeeded(f"{sentence} {advice or f'Run rune login {self._url}'}", status)
        if status == httpx.codes.NOT_FOUND:
            hint = "" if self._token else f" If it is private, run rune login {self._url} first."
            reason = _explanation(response).rstrip(".")
            return RemoteNotFound(f"{what} was not found at {self._url}{reason}.{hint}", status)
        return RegistryRefused(f"{self._url} answered {status}{_explanation(response)}", status)


def _rune_layer(reference: Reference, manifest: dict[str, Any]) -> tuple[str, int, str | None]:
    """Digest, size and title of the one layer that is a rune. Raises `ArtifactWithoutRune` or `RegistryRefused`."""
    config = manifest.get("config")
    layers = manifest.get("layers")
    if not isinstance(config, dict) or not isinstance(layers, list):
        raise ArtifactWithoutRune(f"{reference} is not an artifact with layers, so it is not a rune")
    runes = [layer for layer in layers if isinstance(layer, dict) and layer.get("mediaType") == RUNE_TYPE]
    if config.get("mediaType") != CONFIG_TYPE or len(runes) != 1:
        raise ArtifactWithoutRune(f"{reference} is an artifact of another kind ({config.get('mediaType')}), not a rune")
    digest, size = runes[0].get("digest"), runes[0].get("size")
    if not isinstance(digest, str) or not is_digest(digest) or not isinstance(size, int) or size < 0:
        raise RegistryRefused(f"The manifest of {reference} does not describe its rune correctly")
    if size > RUNE_LIMIT:
        raise RegistryRefused(
            f"The rune of {reference} has {size_text(size)}, more than the limit of {size_text(RUNE_LIMIT)}"
        )
    annotations = runes[0].get("annotations")
    title = annotations.get(TITLE) if isinstance(annotations, dict) else None
    return digest, size, title if isinstance(title, str) else None


def _warnings(headers: list[str]) -> tuple[str, ...]:
    """Returns a registry's warnings, in the protocol's form; Hammer Forge writes non-ASCII as UTF-8 in percents."""
    matches = (_WARNING.fullmatch(header.strip()) for header in headers[:_MOST_WARNINGS])
    return tuple(plain(unquote(each["text"], errors="replace"), longest=600) for each in matches if each)


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes(64 * 1024)
    except httpx.DecodingError as error:
        raise RegistryRefused("The registry's answer cannot be decoded") from error


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _explanation(response: httpx.Response) -> str:
    """The registry's own words, if it has the protocol's error form and is brief."""
    body = bytearray()
    for chunk in _chunks(response):
        body += chunk
        if len(body) > REFUSAL_LIMIT:
            return ""
    try:
        first = json.loads(bytes(body))["errors"][0]
        text = str(first.get("message") or first.get("code"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return ""
    return f": {plain(text, longest=200)}"
