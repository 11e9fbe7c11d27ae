"""Asking for a signed list of devices, and signing it. The signer composes the list itself and takes no bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb, can
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import INSTALLATION, acting_as
from forge.compute.scheduler.slots import Party
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import MAKES
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_derived, links_of_all
from forge.core.blobs.store import put_bytes, put_chunks
from forge.core.errors import Conflict, Invalid
from forge.exposure.answers.exposure import Exposure, find_exposure
from forge.exposure.answers.searches import ExposureSearch, search_of
from forge.exposure.exports.lines import list_of
from forge.exposure.exports.statements import exposure_statement
from forge.exposure.models import LONGEST_QUERY, ExposureExport, ExposureKind
from forge.exposure.serializers import export_to_json
from forge.jobs.kinds import JobContext, JobFailed, kind_of
from forge.jobs.queue import enqueue
from forge.registry.models import SigningKey
from forge.registry.provenance.signing.actions.signer import open_key
from forge.registry.provenance.signing.models import KeyOrigin
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.statements import LARGEST_STATEMENT, write_statement
from rune.tools.signing.verifying import SignedBundle, Trust, verify_bundle

EXPORT_JOB: Final = "exposure-export"
MOST_EXPORTS: Final = 100
"""Exports of an organisation that are kept at once."""
MAX_AGE: Final = timedelta(days=30)
_AT_ONCE: Final = 100


class NoSigningKey(Conflict):
    """The server has no key that signs for the organisation."""

    title = "No signing key"


class TooManyExports(Conflict):
    """The organisation has as many signed lists as are kept at once."""

    title = "Too many signed lists"


@act(
    "POST",
    ORGANISATION,
    "exposure/exports",
    "exposure_exports_create",
    verb=Verb.CHANGE_DEVICES,
    state=MAKES,
    answer=ActAnswer(export_to_json, status=202),
    raises=(Conflict, Invalid),
)
@transaction.atomic
def request_export(
    actor: Actor,
    organisation: Organisation,
    kind: Annotated[str, ChoiceField(ExposureKind.choices)],
    value: Annotated[str, CharField(max_length=LONGEST_QUERY)],
) -> ExposureExport:
    """Asks the signer for a signed list of the devices that a search is about, with the statuses of the runes. It has
    what the caller may see, and the caller alone downloads it."""
    if kind not in ExposureKind:
        raise Invalid("Choose a kind.", errors={"kind": ["Choose digest, component or advisory."]})
    search = search_of(ExposureKind(kind), value)
    if _signing_key(organisation) is None:
        raise NoSigningKey(
            "This server has no key that signs for the organisation. An owner creates one in Settings, Signing keys."
        )
    if ExposureExport.objects.filter(organisation=organisation).count() >= MOST_EXPORTS:
        raise TooManyExports(f"An organisation keeps at most {MOST_EXPORTS} of them; each is deleted after 30 days.")
    row = ExposureExport.objects.create(
        organisation=organisation,
        kind=search.kind,
        value=search.value,
        author_id=actor.pk,
        created=timezone.now(),
    )
    party = Party(organisation.pk, actor.pk)
    enqueue(kind_of(EXPORT_JOB), organisation.pk, {"export": str(row.pk)}, party=party, project=None)
    write_entry(actor, "exposure.export", organisation.stream, organisation.place, value=search.value)
    return row


def sign_export(context: JobContext) -> Mapping[str, Any]:
    """Composes the list with the rights that the person has now, and signs it."""
    row = _export(context.spec["export"])
    key_row = _signing_key(row.organisation)
    if key_row is None:
        raise JobFailed("The organisation has no signing key on this server any more.")
    key, now, exposure = open_key(key_row), timezone.now(), _exposure(row)
    device_list = put_chunks(list_of(exposure, now))
    identifier = f"{settings.PUBLIC_URL}/{row.organisation.name}/devices/exposure/exports/{row.pk}"
    host = settings.PUBLIC_URL.partition("://")[2]
    statement = write_statement(exposure_statement(exposure, device_list.digest, identifier, host, now))
    if len(statement) > LARGEST_STATEMENT:
        raise JobFailed("The statuses of so many runes do not fit into one signed document. Search for fewer of them.")
    signed = sign_statement(statement, key)
    verify_bundle(SignedBundle(signed), Trust((key.public,)), [device_list.digest])
    bundle = put_bytes(signed)
    with transaction.atomic():
        context.confirm_lease()
        row.signed_at, row.devices, row.fingerprint = now, exposure.counts.devices, key_row.fingerprint
        row.projects = sorted(map(str, exposure.projects))
        row.list_digest, row.list_size = device_list.digest, device_list.size
        row.bundle_digest, row.bundle_size = bundle.digest, bundle.size
        row.save()
        link_derived(row, [device_list.digest, bundle.digest], row.organisation_id)
        write_entry(
            INSTALLATION,
            "exposure.signed",
            row.organisation.stream,
            row.organisation.place,
            value=row.value,
            digest=device_list.digest,
            fingerprint=key_row.fingerprint,
        )
    return {"digest": bundle.digest}


def delete_old_exports() -> None:
    """Deletes signed lists after 30 days: who needs one longer has downloaded it."""
    old = ExposureExport.objects.filter(created__lt=timezone.now() - MAX_AGE)
    while ids := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            rows = ExposureExport.objects.filter(pk__in=ids)
            links_of_all(rows).delete()
            rows.delete()


def _export(pk: str) -> ExposureExport:
    row = ExposureExport.objects.select_related("organisation", "author").filter(pk=pk).first()
    if row is None:
        raise JobFailed("The list is no longer wanted.")
    return row


def _exposure(row: ExposureExport) -> Exposure:
    person = acting_as(row.author)
    if not can(person, Verb.CHANGE_DEVICES, row.organisation):
        raise JobFailed("The person who asked for the list may no longer ask for one.")
    return find_exposure(person, row.organisation, ExposureSearch(ExposureKind(row.kind), row.value), timezone.now())


def _signing_key(organisation: Organisation) -> SigningKey | None:
    return SigningKey.objects.filter(organisation=organisation, origin=KeyOrigin.SERVER).signing().first()
