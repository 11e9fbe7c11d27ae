"""The in-toto statement of a signed list: its bytes by digest, and an OpenVEX document about its runes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from forge.exposure.answers.exposure import ExposedRune, Exposure, RuneName
from forge.exposure.exports.lines import LIST_TYPE
from forge.exposure.models import ExposureKind, VexStatement
from forge.exposure.vex.documents import CONTEXT, NOT_STATED, VexEntry, VexProduct, openvex_document
from rune.tools.signing.statements import Statement, Subject

LIST_FILE: Final = "devices.json"
BUNDLE_FILE: Final = "exposure.sigstore.json"


def exposure_statement(exposure: Exposure, list_digest: str, identifier: str, host: str, now: datetime) -> Statement:
    """Returns the statement to sign. `identifier` is the URL of the export, and `host` the server, without a scheme.

    Its predicate is an OpenVEX document, unless nothing can be said of an advisory: such a document needs a
    statement.
    """
    subject = Subject(LIST_FILE, list_digest)
    entries = tuple(_entries(exposure, host, now))
    if not entries:
        search: dict[str, Any] = {"kind": exposure.search.kind.value, "value": exposure.search.value}
        predicate = {"search": search, "made": now.isoformat(), "devices": exposure.counts.devices}
        return Statement((subject,), LIST_TYPE, predicate)
    document = openvex_document(
        identifier, exposure.organisation.title or exposure.organisation.name, now.isoformat(), entries
    )
    return Statement((subject,), CONTEXT, document)


def _entries(exposure: Exposure, host: str, now: datetime) -> Iterator[VexEntry]:
    for rune in exposure.runes:
        for name in rune.names:
            own = [each for each in rune.statements if each.project_id == name.project.pk]
            product = _product(rune, name, host)
            if exposure.search.kind == ExposureKind.ADVISORY:
                yield _of_advisory(exposure, product, max(own, key=lambda each: each.at, default=None), now)
            else:
                yield from (_entry(product, each, each.advisory, ()) for each in own)


def _of_advisory(exposure: Exposure, product: VexProduct, statement: VexStatement | None, now: datetime) -> VexEntry:
    """Returns what is said of the advisory that was searched for, under all of its ids."""
    advisory = exposure.search.value
    aliases = tuple(sorted(exposure.advisory_ids - {advisory}))
    if statement is not None:
        return _entry(product, statement, advisory, aliases)
    return VexEntry(product, advisory, aliases, NOT_STATED, "", "", now.isoformat())


def _entry(product: VexProduct, statement: VexStatement, advisory: str, aliases: tuple[str, ...]) -> VexEntry:
    return VexEntry(
        product,
        advisory,
        aliases,
        statement.status,
        statement.justification,
        statement.statement,
        statement.at.isoformat(),
    )


def _product(rune: ExposedRune, name: RuneName, host: str) -> VexProduct:
    components = tuple(dict.fromkeys(each.text for each in rune.components))
    repository = f"{host}/{name.project.full_name}"
    return VexProduct(name.project.name, repository, name.version, name.manifest, rune.digest, components)
