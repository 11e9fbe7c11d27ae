"""Stores the components of bills of materials, so that a search reads rows and no documents.

A manifest names its bytes by their digest, so what was read of it stays right for as long as it is there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from forge.core.errors import BytesDamaged, NotFound
from forge.exposure.bills.reading import NamedComponent, named_components
from forge.exposure.models import LONGEST_COMPONENT, BillComponent, ReadBill
from forge.registry.models import Manifest
from forge.registry.oci.documents import BadManifest
from forge.registry.provenance.advisories.lists import bills_in
from forge.registry.provenance.advisories.matching import BadBill
from rune.tools.signing.referrers import BOM_TYPE

READ_EVERY: Final = 60.0
"""Seconds between two looks for new bills."""
AT_ONCE: Final = 200
"""Bills that one look reads."""
ROWS_AT_ONCE: Final = 1000
_log = logging.getLogger(__name__)


def bills_of(organisation: UUID) -> QuerySet[Manifest]:
    """Returns the manifests of bills of materials in the repositories of an organisation."""
    return _bills().filter(repository__project__organisation=organisation)


def compared_bills(organisation: UUID) -> QuerySet[Manifest]:
    """Returns those whose components are known."""
    return bills_of(organisation).filter(pk__in=ReadBill.objects.filter(problem="").values("pk"))


def unread_bills(organisation: UUID | None = None) -> QuerySet[Manifest]:
    """Returns those that are not read yet, of one organisation or of all."""
    bills = _bills() if organisation is None else bills_of(organisation)
    return bills.exclude(pk__in=ReadBill.objects.values("pk"))


def read_new_bills() -> None:
    """Reads the bills that came since the last look."""
    for manifest in unread_bills().order_by("created")[:AT_ONCE]:
        components, problem = _read(manifest)
        _store(manifest, components, problem)


def _bills() -> QuerySet[Manifest]:
    return Manifest.objects.filter(artifact_type=BOM_TYPE, trashed=None).exclude(subject="")


def _read(manifest: Manifest) -> tuple[Sequence[NamedComponent], str]:
    try:
        bills = [named_components(each, LONGEST_COMPONENT) for each in bills_in(manifest)]
    except (BadBill, BadManifest, NotFound, BytesDamaged) as error:
        _log.warning("The bill of materials %s cannot be read: %s", manifest.blob_id, error)
        return (), str(error)[:200] or type(error).__name__
    return tuple(dict.fromkeys(each for bill in bills for each in bill)), ""


def _store(manifest: Manifest, components: Sequence[NamedComponent], problem: str) -> None:
    try:
        with transaction.atomic():
            bill = ReadBill.objects.create(manifest=manifest, problem=problem)
            rows = [BillComponent(bill=bill, key=each.key, **vars(each)) for each in components]
            BillComponent.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    except IntegrityError:
        # Another process read it at the same time, or its repository was deleted.
        return
