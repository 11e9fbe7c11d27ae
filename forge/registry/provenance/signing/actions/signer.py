"""The signer's actions: it creates keys and signs publications. It runs in a process of its own (`manage.py sign`).

It takes no bytes to sign from anybody. It reads from the database what was published, asks the gate itself, composes
the statement itself, and signs that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.builds.models import Artefact
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.jobs.kinds import JobContext, JobFailed
from forge.projects.models import Project
from forge.registry.hooks import gate
from forge.registry.models import Admission, ArtifactTag, Manifest, Publication, Repository, Tag
from forge.registry.oci.digests import digest_of
from forge.registry.provenance.signing.attaching import (
    link_referrers,
    put_referrers,
    referrers_of_documents,
    statement_of,
    subject_of,
)
from forge.registry.provenance.signing.facts import documents_of, time_text
from forge.registry.provenance.signing.models import Signature, SigningKey
from forge.registry.provenance.signing.secret import SecretUnusable, read_secret, seal_key, unseal_key
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key, read_private_key
from rune.tools.signing.referrers import Referrer, SubjectManifest, cosign_signature, cosign_tag, signature
from rune.tools.signing.verifying import SignedBundle, Trust, verify_bundle


def make_key(context: JobContext) -> Mapping[str, Any]:
    """Makes the two halves of a key whose row waits for them; the key before it signs no more."""
    row = SigningKey.objects.filter(pk=context.spec["key"]).first()
    if row is None or row.fingerprint or row.revoked is not None:
        raise JobFailed("This key is no longer awaited.")
    is_first = not SigningKey.objects.exclude(sealed="").exists()
    secret = _secret(may_make=is_first)
    key = make_private_key(Algorithm(row.algorithm))
    sealed_key = seal_key(key.private_bytes(), secret, row.pk)
    with transaction.atomic():
        context.confirm_lease()
        row.fingerprint, row.public_key, row.sealed = key.public.fingerprint, key.public.pem, sealed_key
        row.save(update_fields=["fingerprint", "public_key", "sealed"])
        retire_others(row)
        organisation = row.organisation
        write_entry(
            INSTALLATION, "signing-key.ready", organisation.stream, organisation.place, fingerprint=row.fingerprint
        )
    return {"fingerprint": row.fingerprint}


def retire_others(key: SigningKey) -> None:
    """Ends that the organisation's other keys make new signatures, within the caller's transaction."""
    others = SigningKey.objects.filter(organisation=key.organisation_id).signing().exclude(pk=key.pk)
    others.update(retired=timezone.now())


def sign_publication(context: JobContext) -> Mapping[str, Any]:
    """Signs what was published, where the gate still lets it pass."""
    publication = _publication(context.spec["publication"])
    row = SigningKey.objects.filter(pk=context.spec["key"]).signing().first()
    if row is None:
        raise JobFailed("The key no longer signs. Another key takes over, if there is one.")
    former = Signature.objects.filter(publication=publication, key=row, manifest__trashed=None)
    if digest := former.values_list("manifest__blob", flat=True).first():  # by an attempt whose end was not written
        return {"digest": digest}
    artefact = _require_published(publication)
    _require_admitted(publication)
    key = open_key(row)
    documents, subject = documents_of(publication.build, artefact), subject_of(publication.build)
    statement = statement_of(publication, documents)
    bundle = sign_statement(statement, key)
    verify_bundle(SignedBundle(bundle), Trust((key.public,)), [subject.digest])
    now, project = timezone.now(), publication.repository.project
    referrers = signature_referrers(subject, bundle, key, project.full_name, now)
    # An earlier release of the server may have attached other documents than the statement names now.
    beside = referrers_of_documents(subject, documents)
    put_referrers(*referrers, *beside)
    with transaction.atomic():
        context.confirm_lease()
        lock_project(publication.repository)
        manifest, older_manifest, *_ = link_referrers(publication.repository, *referrers, *beside)
        set_cosign_tag(publication.repository, publication.author, subject.digest, older_manifest)
        Signature.objects.update_or_create(
            publication=publication, key=row, defaults={"manifest": manifest, "created": now}
        )
        write_entry(
            INSTALLATION,
            "signature.make",
            project.stream,
            project.place,
            tag=publication.tag,
            digest=subject.digest,
            fingerprint=row.fingerprint,
        )
    return {"digest": manifest.blob_id}


def signature_referrers(
    subject: SubjectManifest, bundle: bytes, key: PrivateKey, name: str, now: datetime
) -> tuple[Referrer, Referrer]:
    """A signature as clients find it: the bundle, and the older form of cosign. `name` is the repository's."""
    place = f"{settings.PUBLIC_URL.partition('://')[2]}/{name}"
    return signature(subject, bundle, key.public, time_text(now)), cosign_signature(place, subject.digest, key)


def _publication(pk: str) -> Publication:
    publications = Publication.objects.select_related(
        "repository__project__organisation", "build__artefact", "build__version", "build__project__organisation"
    )
    publication = publications.filter(pk=pk).first()
    if publication is None:
        raise JobFailed("The publication no longer exists.")
    return publication


def _require_published(publication: Publication) -> Artefact:
    """Returns what was published. Raises `JobFailed` unless the tag names these bytes today, and they are those of the
    build."""
    build = publication.build
    tag = Tag.objects.filter(repository=publication.repository, name=publication.tag).select_related("manifest").first()
    if tag is None or tag.publication_id != publication.pk:
        raise JobFailed(f"{publication.tag} names another build now.")
    if tag.is_withdrawn:
        raise JobFailed(f"{tag.name} was withdrawn: {tag.withdrawal}")
    if build.artefact is None or subject_of(build).digest != tag.manifest.blob_id:
        raise JobFailed(f"The bytes of {tag.name} are not those of build {build.number}.")
    try:
        rune = read_blob(build.artefact.digest)
    except (NotFound, BytesDamaged) as error:
        raise JobFailed(f"The rune of build {build.number} cannot be read: {error.detail}") from error
    if digest_of(rune) != build.artefact.digest:
        raise JobFailed(f"The rune of build {build.number} has other bytes than it was published with.")
    return build.artefact


def _require_admitted(publication: Publication) -> None:
    """Asks the gate. What an owner published past it is signed, and the statement says so with the reason."""
    if publication.admission == Admission.OVERRIDDEN:
        return
    missing = gate(publication.build, publication.tag).missing
    if missing:
        raise JobFailed(f"The gate of {publication.tag} is closed. {' '.join(missing)}")


def open_key(row: SigningKey) -> PrivateKey:
    """The private half of a key, in the signer alone. Raises `JobFailed`."""
    try:
        key = read_private_key(unseal_key(row.sealed, _secret(may_make=False), row.pk))
    except SecretUnusable as error:
        raise JobFailed(str(error)) from error
    if key.public.fingerprint != row.fingerprint:
        raise JobFailed("The key's private half is another key's.")
    return key


def _secret(*, may_make: bool) -> str:
    try:
        return read_secret(Path(settings.SIGNING_SECRET_FILE), settings.DATA_DIR, may_make=may_make)
    except SecretUnusable as error:
        raise JobFailed(str(error)) from error


def lock_project(repository: Repository) -> None:
    """Locks the project as a push does, so that none takes the tag of signatures at the same time."""
    Project.objects.select_for_update(of=("self",), no_key=True).get(pk=repository.project_id)


def set_cosign_tag(repository: Repository, author: User | None, digest: str, manifest: Manifest) -> None:
    """Sets the tag under which older clients look for signatures of a manifest to the newest one. The caller
    has locked the project."""
    ArtifactTag.objects.update_or_create(
        repository=repository,
        name=cosign_tag(digest),
        defaults={"manifest": manifest, "author": author, "created": timezone.now()},
    )
