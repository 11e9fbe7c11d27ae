"""Sends the audit log elsewhere: each copy has what it got in a row, and goes on from there after any end.

An entry is in the chain before it is sent, and the copy's row moves on once the copy has it for sure. So none is lost;
after a crash a copy may get some twice, and knows them by their position. Nothing is kept beside the log itself, and
one batch for each copy is in memory.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

from forge.core.audit.chain import extend, record_of
from forge.core.database.leases import Lease, LeaseLost, unleased
from forge.core.models import AuditCopy, AuditEntry
from forge.serving.audit_copies import file, syslog, webhook
from forge.serving.audit_copies.addresses import CopyAddress, CopyKind

_log = logging.getLogger(__name__)

BATCH = 200
"""Entries that are sent at once."""
LEASE = timedelta(seconds=60)
"""Longer than a batch takes."""
LONGEST_WAIT = timedelta(minutes=1)
"""The longest time between two attempts."""
ERROR_LIMIT = 500
EXTENSIONS = 20
"""Batches that are placed into the chain before other periodic work has its turn."""

_busy: set[str] = set()
_busy_lock = threading.Lock()


def keep_chain() -> None:
    """Places committed entries into the chain, and sends what copies lack, each in a thread of its own."""
    for _ in range(EXTENSIONS):
        if not extend():
            break
    for copy in settings.AUDIT_COPIES:
        if is_due(copy):
            _start(copy)


def is_due(copy: CopyAddress) -> bool:
    """Returns whether a copy lacks entries and may be tried now."""
    row, _ = AuditCopy.objects.get_or_create(address=copy.text)
    return row.due <= timezone.now() and AuditEntry.objects.filter(position__gt=row.position).exists()


def deliver(copy: CopyAddress) -> int:
    """Sends what a copy lacks, until it has all or a batch fails; answers how many entries it took."""
    now = timezone.now()
    row = AuditCopy.objects.get(pk=copy.text)
    lease = Lease.take(AuditCopy.objects.filter(unleased(now)), row, now + LEASE)
    if lease is None:
        return 0
    sent_count = 0
    try:
        while records := _next(row.position):
            problem = _try(copy, records)
            if problem:
                _note_failure(lease, row, problem)
                return sent_count
            row.position = records[-1]["position"]
            sent_count += len(records)
            lease.write(position=row.position, lease_until=timezone.now() + LEASE, failures=0, error="")
        lease.end(failures=0, error="")
    except LeaseLost:
        _log.warning("Sending the audit log to %s took too long; another process goes on", copy.text)
    return sent_count


def copied_through() -> int:
    """The last position that every copy has. Raises nothing where there is none: then all entries are copied."""
    rows = {row.address: row.position for row in AuditCopy.objects.all()}
    return min((rows.get(copy.text, 0) for copy in settings.AUDIT_COPIES), default=1 << 62)


def _next(position: int) -> Sequence[Mapping[str, Any]]:
    return [record_of(each) for each in AuditEntry.objects.filter(position__gt=position).order_by("position")[:BATCH]]


def _try(copy: CopyAddress, records: Sequence[Mapping[str, Any]]) -> str:
    """Sends a batch; answers why it failed, "" when the copy has it."""
    try:
        match copy.kind:
            case CopyKind.FILE:
                file.append(copy.path, records)
            case CopyKind.SYSLOG:
                syslog.send(copy.host, copy.port, records, None)
            case CopyKind.SYSLOG_TLS:
                syslog.send(copy.host, copy.port, records, ssl.create_default_context())
            case CopyKind.WEBHOOK:
                webhook.post(copy.text, settings.AUDIT_WEBHOOK_SECRET, records)
    except OSError as error:
        return str(error)[:ERROR_LIMIT] or type(error).__name__
    return ""


def _note_failure(lease: Lease, row: AuditCopy, problem: str) -> None:
    failures = row.failures + 1
    wait = min(timedelta(seconds=2 ** min(failures, 10)), LONGEST_WAIT)
    if failures == 1:
        _log.warning("The audit log could not be sent to %s: %s. It is tried until it succeeds.", row.address, problem)
    lease.end(failures=failures, error=problem, due=timezone.now() + wait)


def _start(copy: CopyAddress) -> None:
    with _busy_lock:
        if copy.text in _busy:
            return
        _busy.add(copy.text)
    threading.Thread(target=_run, args=(copy,), daemon=True, name="audit-copy").start()


def _run(copy: CopyAddress) -> None:
    try:
        deliver(copy)
    except Exception:
        _log.exception("Sending the audit log to %s failed; it is tried again", copy.text)
    finally:
        connections.close_all()
        with _busy_lock:
            _busy.discard(copy.text)
