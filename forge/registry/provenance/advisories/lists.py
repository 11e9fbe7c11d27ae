"""The list of advisories that the setting `ADVISORY_LIST` names, and what it says of a published rune.

The operator downloads the file, and may replace it at any time: it is read again when it changes. The server asks
nobody for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.registry.models import Manifest, Tag
from forge.registry.oci.documents import BadManifest, read_document
from forge.registry.provenance.advisories.matching import (
    AdvisoryIndex,
    BadBill,
    KnownVulnerability,
    PackageSource,
    advisories_by_id,
    components_in,
    findings,
    index_of,
    sources_of,
    uncompared_sources,
)
from forge.registry.provenance.advisories.osv import Advisory, BadAdvisories, read_advisories
from rune.tools.signing.referrers import BOM_TYPE

LARGEST_LIST: Final = 128 * 1024 * 1024
"""Bytes of a list that is read."""
MOST_BILLS: Final = 20
"""Bills of materials of one rune that are read: anybody who may push may add some."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Bytes of all bills of one rune together: each view of its page reads them."""
_log = logging.getLogger(__name__)
_reading = Lock()


@dataclass(frozen=True)
class AdvisoryList:
    """A list that was read. `date` is the time of its file, which a download usually has from the database."""

    date: datetime
    advisories: AdvisoryIndex
    sources: frozenset[PackageSource]
    by_id: Mapping[str, tuple[Advisory, ...]]
    """The advisories by each of their ids, in capitals."""


@dataclass(frozen=True)
class KnownVulnerabilities:
    """The known vulnerabilities of a rune. `date` is that of the list, or None if the list or the bill of materials
    cannot be read."""

    date: datetime | None
    findings: tuple[KnownVulnerability, ...] = ()
    uncompared_sources: tuple[str, ...] = ()
    """The sources of components of which the list says nothing."""
    is_compared: bool = True
    """Whether the list says something of at least one component."""


def current_list() -> AdvisoryList | None:
    """Returns the list that the operator configured, or None without one. Raises `BadAdvisories`.

    The first call after the file changed reads it: some 2 s for 20,000 entries.
    """
    if settings.ADVISORY_LIST is None:
        return None
    file: Path = settings.ADVISORY_LIST
    try:
        state = file.stat()
    except OSError as error:
        raise BadAdvisories(f"the file {file} cannot be opened: {error.strerror}") from None
    # One thread reads a file and the others wait: at the same time, each would need hundreds of megabytes.
    with _reading:
        result = _read(file, state.st_ino, state.st_mtime_ns, state.st_size)
    if isinstance(result, str):
        raise BadAdvisories(result)
    return result


def known_vulnerabilities(tag: Tag) -> KnownVulnerabilities | None:
    """Compares the rune of a tag with the list. The caller has found the tag for someone.

    Returns None if there is nothing to compare: no list, or no component with a version.
    """
    try:
        advisories = current_list()
        if advisories is None:
            return None
        components = [each for bill in _bills(tag) for each in components_in(bill)]
        if not components:
            return None
        return KnownVulnerabilities(
            advisories.date,
            findings(components, advisories.advisories),
            uncompared_sources(components, advisories.sources),
            any(not uncompared_sources([each], advisories.sources) for each in components),
        )
    except (BadAdvisories, BadBill, BadManifest, NotFound, BytesDamaged) as error:
        _log.warning("The vulnerabilities of %s are not known: %s", tag, error)
        return KnownVulnerabilities(None)


@register("registry", deploy=True)
def check_advisory_list(**_: Any) -> list[CheckMessage]:
    """Reports a list that cannot be read to `manage.py check --deploy`.

    Other commands do not read the list: it takes seconds, and a damaged one must not keep anybody from withdrawing a
    version.
    """
    try:
        current_list()
    except BadAdvisories as error:
        hint = "Download the list again (docs/guides/operate.md, What is inside), or unset ADVISORY_LIST."
        return [Error(f"ADVISORY_LIST cannot be read: {error}.", hint=hint, id="registry.E001")]
    return []


@lru_cache(maxsize=1)
def _read(file: Path, inode: int, changed: int, size: int) -> AdvisoryList | str:
    """Returns the list in a file, or why the file cannot be read. Each state of the file is read once.

    `changed` is in nanoseconds since 1970, `size` in bytes.
    """
    try:
        if size > LARGEST_LIST:
            raise BadAdvisories(f"it has more than {LARGEST_LIST:,} bytes")
        advisories = read_advisories(file.read_bytes())
        return AdvisoryList(
            datetime.fromtimestamp(changed / 1e9, UTC),
            index_of(advisories),
            sources_of(advisories),
            advisories_by_id(advisories),
        )
    except BadAdvisories as error:
        reason = f"{file}: {error}"
    except OSError as error:
        reason = f"the file {file} cannot be opened: {error.strerror}"
    _log.error("ADVISORY_LIST cannot be read: %s", reason)
    return reason


def _bills(tag: Tag) -> Iterator[bytes]:
    """The bills of materials that were published beside the rune. Anybody who may push can add one, and take none away.

    Raises `BadBill`, `BadManifest`, `NotFound` and `BytesDamaged`.
    """
    bills = Manifest.objects.filter(
        repository=tag.repository_id, subject=tag.manifest.blob_id, artifact_type=BOM_TYPE, trashed=None
    )
    remaining_size = MOST_BYTES
    for manifest in bills.order_by("created")[:MOST_BILLS]:
        for bill in bills_in(manifest, remaining_size):
            remaining_size -= len(bill)
            yield bill


def bills_in(manifest: Manifest, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """Yields the bills of materials of one manifest of them, of at most so many bytes together.

    Raises `BadBill`, `BadManifest`, `NotFound` and `BytesDamaged`.
    """
    document = read_document(read_blob(manifest.blob_id), manifest.media_type)
    if document.is_index:
        raise BadBill("the bill of materials is a list of manifests")
    _config, *layers = document.blobs
    for layer in layers:
        most_bytes -= layer.size
        if most_bytes < 0:
            raise BadBill(f"the bills of materials have more than {MOST_BYTES:,} bytes")
        yield read_blob(layer.digest)
