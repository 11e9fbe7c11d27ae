"""The list of advisories that the setting `ADVISORY_LIST` names, and what it says of a published rune.

The operator downloads the file, and may replace it at any time: it is read again when it changes. The server asks
nobody for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from forge.core.blobs.store import read_blob
from forge.core.errors import Damaged, NotFound
from forge.registry.models import Manifest, Tag
from forge.registry.provenance.advisories.matching import (
    AdvisoryIndex,
    BadBill,
    KnownVulnerability,
    components_in,
    findings,
    index_of,
)
from forge.registry.provenance.advisories.osv import LARGEST_LIST, BadAdvisories, read_advisories
from rune.tools.signing.referrers import BOM_TYPE

MOST_BILLS: Final = 20
"""Bills of materials of one rune that are read: whoever may push may add some."""
LARGEST_BILL: Final = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AdvisoryList:
    """A list that was read. `date` is that of its file: a download usually keeps the time that the server said."""

    date: datetime
    advisories: AdvisoryIndex


@dataclass(frozen=True)
class KnownVulnerabilities:
    """The known vulnerabilities of a rune. `date` is None where the list or the bill of materials could not be read."""

    date: datetime | None
    findings: tuple[KnownVulnerability, ...] = ()


def current_list() -> AdvisoryList | None:
    """The list, or None where none is configured. Raises `BadAdvisories`."""
    if settings.ADVISORY_LIST is None:
        return None
    file: Path = settings.ADVISORY_LIST
    try:
        state = file.stat()
    except OSError as error:
        raise BadAdvisories(f"the file {file} cannot be opened: {error.strerror}") from None
    read = _read(file, state.st_mtime_ns, state.st_size)
    if isinstance(read, str):
        raise BadAdvisories(read)
    return read


def known_vulnerabilities(tag: Tag) -> KnownVulnerabilities | None:
    """Returns the vulnerabilities in the list that the rune of a tag has, or None where no list is configured or no
    component of the rune has a version. The caller has found the tag for someone."""
    try:
        advisories = current_list()
        if advisories is None:
            return None
        components = [each for bill in _bills(tag) for each in components_in(bill)]
    except (BadAdvisories, BadBill, NotFound, Damaged, KeyError, ValueError, TypeError) as error:
        _log.warning("The vulnerabilities of %s are not known: %s", tag, error)
        return KnownVulnerabilities(None)
    if not components:
        return None
    return KnownVulnerabilities(advisories.date, findings(components, advisories.advisories))


@register("registry")
def check_advisory_list(**_: Any) -> list[CheckMessage]:
    """An error of `manage.py check` where the list cannot be read."""
    try:
        current_list()
    except BadAdvisories as error:
        hint = "Download the list again (docs/guides/operate.md, What is inside), or unset ADVISORY_LIST."
        return [Error(f"ADVISORY_LIST cannot be read: {error}.", hint=hint, id="registry.E001")]
    return []


@lru_cache(maxsize=1)
def _read(file: Path, changed: int, size: int) -> AdvisoryList | str:
    """A file of this state, read once; or why it cannot be."""
    try:
        if size > LARGEST_LIST:
            raise BadAdvisories(f"it has more than {LARGEST_LIST:,} bytes")
        advisories = read_advisories(file.read_bytes())
        return AdvisoryList(datetime.fromtimestamp(changed / 1e9, UTC), index_of(advisories))
    except BadAdvisories as error:
        said = f"{file}: {error}"
    except OSError as error:
        said = f"the file {file} cannot be opened: {error.strerror}"
    _log.error("ADVISORY_LIST cannot be read: %s", said)
    return said


def _bills(tag: Tag) -> Iterator[bytes]:
    """The bills of materials that were published beside the rune. Whoever may push can add one, and take none away."""
    bills = Manifest.objects.filter(
        repository=tag.repository_id, subject=tag.manifest.blob_id, artifact_type=BOM_TYPE, trashed=None
    )
    for manifest in bills.order_by("created")[:MOST_BILLS]:
        for layer in json.loads(read_blob(manifest.blob_id))["layers"]:
            if layer["size"] > LARGEST_BILL:
                raise BadBill(f"the bill of materials has more than {LARGEST_BILL:,} bytes")
            yield read_blob(layer["digest"])
