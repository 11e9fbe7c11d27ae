"""`manage.py audit`: the audit log of the installation, or of one organisation, for operators."""

from __future__ import annotations

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from forge.accounts.audit.export import ExportFormat, batches, export
from forge.accounts.audit.filters import EntryFilter
from forge.accounts.audit.log import all_entries, entries_of_organisation
from forge.accounts.audit.sentences import RenderedEntry
from forge.accounts.models import Organisation, User
from forge.core.audit.messages import AuditTopic
from forge.core.errors import Invalid
from forge.core.models import AuditEntry

DEFAULT_LIMIT = 50
"""Entries that are printed unless more are asked for."""


class Command(BaseCommand):
    """Prints entries, the newest first: in sentences, or whole as CSV or JSON."""

    help = "Prints the audit log of this installation, the newest entry first."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", default="", help="only what happened in the organisation of this name")
        parser.add_argument("--who", default="", metavar="EMAIL", help="only what this person did")
        parser.add_argument("--what", default="", help=f"an action, or a topic: {', '.join(AuditTopic)}")
        parser.add_argument("--since", default="", help="a date or a time, 2026-11-21 or 2026-11-21T08:30:00Z")
        parser.add_argument("--until", default="", help="a date, which is meant whole, or a time")
        parser.add_argument(
            "--limit", type=int, default=DEFAULT_LIMIT, help=f"entries to print as text; {DEFAULT_LIMIT} by default"
        )
        parser.add_argument(
            "--as", dest="kind", choices=list(ExportFormat), help="all of them as a file, on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        entries = self._matching(options)
        if options["kind"]:
            for piece in export(entries, ExportFormat(options["kind"])):
                self.stdout.write(piece, ending="")
            return
        rendered_entries = (each for batch in batches(entries, max(1, min(options["limit"], 500))) for each in batch)
        for each in islice(rendered_entries, max(0, options["limit"])):
            self.stdout.write(line(each))

    def _matching(self, options: dict[str, Any]) -> QuerySet[AuditEntry]:
        query = {"who": _person(options["who"]), **{name: options[name] for name in _FILTERS}}
        try:
            return EntryFilter.narrow(query, self._entries(options["organisation"]))
        except Invalid as error:
            raise CommandError(error.detail) from None

    def _entries(self, name: str) -> QuerySet[AuditEntry]:
        if not name:
            return all_entries()
        organisation = Organisation.objects.filter(name=name).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {name}.")
        return entries_of_organisation(organisation)


_FILTERS = ("what", "since", "until")


def _person(email: str) -> str:
    """The id of the person of an address, or nothing for no address. Raises `CommandError`."""
    if not email:
        return ""
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError(f"No account has the address {email}.")
    return str(person.pk)


def line(entry: RenderedEntry) -> str:
    """An entry on one line: `2026-11-21 08:30:00  Jo created the project acme/kitchen.  [token bench]`."""
    by = f"  [{entry.by}]" if entry.by else ""
    printable = "".join(each if each.isprintable() else "?" for each in entry.sentence)
    return f"{entry.entry.at:%Y-%m-%d %H:%M:%S}  {printable}{by}"
