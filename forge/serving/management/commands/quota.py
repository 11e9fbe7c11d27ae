"""`manage.py quota ORGANISATION`: shows what an organisation or a person has and may have, and changes that."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.accounts.actions import set_quota
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import QuotaResource, limits_of
from forge.accounts.quotas.usage import usage_of, usage_of_person
from forge.core.errors import DomainError
from forge.serving.quantities import read_quantity, shown_quantity

ROW = "{:<14} {:>12} {:>12}  {}"
EVERY_ORGANISATION, EVERY_PERSON = "organisations", "people"
_DEFAULTS = {EVERY_ORGANISATION: "organisation", EVERY_PERSON: "user"}
_PURPOSES = {
    QuotaResource.BYTES: "stored",
    QuotaResource.PROJECTS: "projects",
    QuotaResource.BUILDS: "in an hour",
    QuotaResource.MINUTES: "of builds, in a day",
    QuotaResource.TRAINING: "minutes of training, in a day",
    QuotaResource.TRIALS: "changes tried in an hour",
    QuotaResource.PROTECTED_RUNS: "on recordings that the person may not play, in a day",
    QuotaResource.DEVICES: "devices in service",
    QuotaResource.SOCKETS: "open at one server process",
    QuotaResource.ORGANISATIONS: "owned",
}


class Command(BaseCommand):
    """Shows quotas and sets them."""

    help = (
        "Shows the quotas of an organisation (by name) or a person (by email address), or the defaults of all "
        "`organisations` or `people`; with RESOURCE=LIMIT, sets them."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("holder", help="a name, an email address, `organisations` or `people`")
        parser.add_argument(
            "limits", nargs="*", metavar="RESOURCE=LIMIT", help="such as bytes=50GB, builds=500, or bytes=default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        holder = self._holder(options["holder"])
        key = holder if isinstance(holder, str) else holder.stream
        try:
            for assignment in options["limits"]:
                resource, _, limit = assignment.partition("=")
                set_quota(INSTALLATION, key, resource, read_quantity(limit))
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from error
        self._show(holder, key)

    def _holder(self, name: str) -> Organisation | User | str:
        if name in _DEFAULTS:
            return _DEFAULTS[name]
        if "@" in name:
            holder: Organisation | User | None = User.objects.filter(email=name.lower()).first()
        else:
            holder = Organisation.objects.filter(name=name).first()
        if holder is None:
            raise CommandError(f"There is no organisation and no person {name} here.")
        return holder

    def _show(self, holder: Organisation | User | str, key: str) -> None:
        usage = () if isinstance(holder, str) else usage_of(holder) if isinstance(holder, Organisation) else None
        usages = usage_of_person(holder) if usage is None and isinstance(holder, User) else usage or ()
        used_texts = {each.resource: shown_quantity(each.resource, each.used) for each in usages}
        self.stdout.write(ROW.format("RESOURCE", "USED", "LIMIT", ""))
        for resource, limit in limits_of(key).items():
            limit_text = shown_quantity(resource, limit)
            self.stdout.write(
                ROW.format(resource, used_texts.get(resource, ""), limit_text, _PURPOSES[resource]).rstrip()
            )
