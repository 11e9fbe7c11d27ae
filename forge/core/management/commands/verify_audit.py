"""`manage.py verify_audit`: reads the chain of the audit log, and names the first entry that was changed or removed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.core.audit.chain import chain_end
from forge.core.audit.check import AuditAnchor, BadAuditAnchor, ChainReport, check_chain, read_anchors
from rune.wording import counted


class Command(BaseCommand):
    """Exits with 1 if an entry was changed, removed or inserted, else with 0."""

    help = (
        "Reads the audit log from its first entry and checks that each carries the digest of the one before. With a "
        "copy that was sent elsewhere it also finds a removed end. The server may run meanwhile."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--copy", type=Path, metavar="FILE", help="a copy of the log, lines of JSON as they were sent"
        )
        parser.add_argument(
            "--anchor", action="append", default=[], metavar="POSITION:DIGEST", help="an entry that the log must have"
        )
        parser.add_argument("--json", action="store_true", help="write one JSON document to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        report = check_chain(_anchors(options["copy"], options["anchor"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), indent=2))
        else:
            self.stdout.write(_summary(report))
        if report.broken is not None:
            sys.exit(1)


def _anchors(copy: Path | None, anchor_texts: list[str]) -> list[AuditAnchor]:
    try:
        anchors = read_anchors(anchor_texts)
        if copy is not None:
            with copy.open(encoding="utf-8", errors="replace") as lines:
                anchors += read_anchors(lines)
    except (BadAuditAnchor, OSError) as error:
        raise CommandError(str(error)) from None
    return anchors


def _summary(report: ChainReport) -> str:
    if report.broken is not None:
        entry = f" ({report.broken.entry})" if report.broken.entry else ""
        return f"The audit log is broken at entry {report.broken.position}{entry}: {report.broken.reason}"
    details = [
        f"{counted(report.anchors, 'entry', 'entries')} compared with a copy" if report.anchors else "",
        f"{counted(report.waiting, 'entry', 'entries')} not in the chain yet" if report.waiting else "",
        f"{counted(report.erased, 'entry', 'entries')} of people who were deleted" if report.erased else "",
    ]
    more = "".join(f"; {detail}" for detail in details if detail)
    end = chain_end()
    return (
        f"The audit log is whole: {counted(report.entries, 'entry', 'entries')}{more}.\n"
        f"Keep this elsewhere, and give it to --anchor later: {end.position}:{end.digest}"
    )
