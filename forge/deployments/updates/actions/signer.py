"""The signer's actions for deployments: it makes an organisation's keys, and signs the served versions.

It takes nothing to sign from anybody. It reads from the database what is served, asks the gate itself, and composes the
documents itself. It runs in the process of `manage.py sign`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.organisations.name_reservations import lock_names
from forge.accounts.principals import INSTALLATION
from forge.core.audit.entries import write_entry
from forge.core.database.wrong_clock import LONGEST_WAIT
from forge.core.events.log import append_event
from forge.deployments.announcements import DEPLOYMENT_CHANGED
from forge.deployments.fleet.assigned import refresh_assignment
from forge.deployments.models import Deployment, Release, UpdateDocument, UpdateKey, UpdateRoot
from forge.deployments.releases.changes import lock_project
from forge.deployments.releases.gate import missing_for
from forge.deployments.signed_releases import root_of
from forge.deployments.updates.access import newest_document
from forge.deployments.updates.documents import (
    ROOT_KEYS,
    DocumentSet,
    ServedTarget,
    SigningPair,
    deployment_documents,
    make_pair,
    read_pair,
    root_document,
)
from forge.deployments.updates.models import LIFETIMES, UpdateRole
from forge.fleet.groups.assignments import assignment_of
from forge.jobs.kinds import JobContext, JobFailed
from forge.registry.models import WithdrawnRune
from forge.registry.provenance.signing.models import SigningKey
from forge.registry.provenance.signing.secret import SecretUnusable, read_secret, seal_key, unseal_key
from rune.running.deployment.updates import name_of_release

STORED_VERSIONS = 3
"""The number of stored versions of each document: a client may be between the timestamp and the targets while new ones
are stored."""


def sign_deployment(context: JobContext) -> Mapping[str, Any]:
    """Signs what a deployment serves. The first time in an organisation, and after somebody replaced its keys, makes
    the keys and the root."""
    deployment = _deployment(context.spec["deployment"])
    with transaction.atomic():
        context.confirm_lease()
        organisation = lock_names(deployment.project.organisation_id)
        # A change of the served version takes this lock too: else the former one could get the newer signature.
        lock_project(deployment.project)
        release = deployment.releases.select_related("build__artefact", "build__project").get(ended=None)
        _require_admitted(deployment, release)
        root, pairs = _current_root(organisation)
        documents = _sign(deployment, release, root, pairs)
        if refresh_assignment(deployment):
            # Its page says what devices shall run: from now on, what was signed.
            append_event(deployment.project.stream, DEPLOYMENT_CHANGED(deployment=deployment.name))
    return {"version": documents.version, "release": release.number, "root": root.version}


def _deployment(pk: str) -> Deployment:
    rows = Deployment.objects.select_related("project__organisation")
    deployment = rows.filter(pk=pk, project__deleted_at=None).first()
    if deployment is None:
        raise JobFailed("The deployment no longer exists.")
    return deployment


def _require_admitted(deployment: Deployment, release: Release) -> None:
    """Asks the gate for a release that was not signed before. One that was stays served while rules change around it,
    and a withdrawn one is not signed again."""
    withdrawn_rune = WithdrawnRune.objects.filter(
        repository__project=deployment.project_id, digest=release.digest
    ).first()
    if withdrawn_rune is not None:
        raise JobFailed(f"{release.version} is not signed again: {withdrawn_rune}.")
    newest = newest_document(deployment, UpdateRole.TARGETS)
    if newest is not None and newest.release == release.number:
        return
    if missing := missing_for(release.build, release.digest):
        raise JobFailed(f"The gate refuses {release.version}. {' '.join(missing)}")


def _current_root(organisation: Organisation) -> tuple[UpdateRoot, list[SigningPair]]:
    """The newest root with the keys that it names. Makes a new one where there is none, where it ends soon, or where
    somebody replaced keys. The caller has locked the organisation."""
    root = root_of(organisation.pk)
    rows = list(UpdateKey.objects.filter(organisation=organisation).exclude(sealed=""))
    ended_keys = [row for row in rows if row.ended is not None]
    now = timezone.now()
    life = LIFETIMES[UpdateRole.ROOT]
    # One that ends later than it may was signed while the clock was ahead.
    is_fresh = root is not None and life / 2 < root.expires - now <= life + LONGEST_WAIT
    if root is not None and is_fresh and not ended_keys:
        return root, _open_all(rows)
    secret = _secret(may_make=not rows and not SigningKey.objects.exclude(sealed="").exists())
    former = _open_all(rows)
    replaced_ids = {row.key_id for row in ended_keys}
    pairs = [pair for pair in former if pair.key.keyid not in replaced_ids]
    for role in UpdateRole:
        key_count = ROOT_KEYS if role is UpdateRole.ROOT else 1
        pairs += [make_pair(role) for _ in range(key_count - sum(pair.role is role for pair in pairs))]
    version = root.version + 1 if root is not None else 1
    text, expires = root_document(pairs, version, now, former)
    known_ids = {row.key_id for row in rows}
    for pair in pairs:
        if pair.key.keyid not in known_ids:
            _store(organisation, pair, secret)
    UpdateKey.objects.filter(key_id__in=replaced_ids).update(sealed="")
    root = UpdateRoot.objects.create(organisation=organisation, version=version, document=text, expires=expires)
    write_entry(INSTALLATION, "update-root.sign", organisation.stream, organisation.place, version=version)
    return root, pairs


def _sign(deployment: Deployment, release: Release, root: UpdateRoot, pairs: Sequence[SigningPair]) -> DocumentSet:
    """Stores new documents of a deployment, and deletes those that no client asks for any more."""
    now = timezone.now()
    name = f"{deployment.project.full_name}/{deployment.name}"
    target = _target(name, release, now)
    targets = [
        target,
        *(_target(name_of_release(name, each.number), each, now) for each in _former_releases(deployment, release)),
    ]
    newest = newest_document(deployment, UpdateRole.TIMESTAMP)
    version = max(int(now.timestamp()), newest.version + 1 if newest else 0)
    keys = {pair.role: pair for pair in pairs}
    documents = deployment_documents(targets, keys, version, now)
    UpdateDocument.objects.bulk_create(
        UpdateDocument(
            deployment=deployment,
            role=role,
            version=version,
            root=root.version,
            release=release.number,
            target=target.name,
            document=text,
            expires=documents.expires[role],
        )
        for role, text in documents.texts.items()
    )
    versions = UpdateDocument.objects.filter(deployment=deployment, role=UpdateRole.TIMESTAMP)
    stored_versions = list(versions.order_by("-version").values_list("version", flat=True)[:STORED_VERSIONS])
    UpdateDocument.objects.filter(deployment=deployment, version__lt=stored_versions[-1]).delete()
    return documents


def _target(name: str, release: Release, now: datetime) -> ServedTarget:
    # Apps refuse a clock that is before the release.
    since = min(release.started, now).isoformat()
    return ServedTarget(name, release.rune, release.size, release.number, release.version, since)


def _former_releases(deployment: Deployment, release: Release) -> Sequence[Release]:
    """Returns the release that devices keep until a rollout allows them the present one. A withdrawn one is not signed
    again."""
    assignment = assignment_of(deployment.pk)
    if assignment is None or assignment.rollout_number != release.number:
        return ()
    rows = deployment.releases.filter(number=assignment.former_number)
    withdrawn = WithdrawnRune.objects.filter(repository__project=deployment.project_id).values("digest")
    return list(rows.exclude(digest__in=withdrawn))


def _store(organisation: Organisation, pair: SigningPair, secret: str) -> None:
    pk = uuid4()
    UpdateKey.objects.create(
        pk=pk,
        organisation=organisation,
        role=pair.role,
        key_id=pair.key.keyid,
        public_key=pair.key.to_dict(),
        sealed=seal_key(pair.private_bytes, secret, pk),
    )


def _open_all(rows: Sequence[UpdateKey]) -> list[SigningPair]:
    if not rows:
        return []
    secret = _secret(may_make=False)
    return [_open(row.role, row.sealed, secret, row.pk) for row in rows]


def _open(role: str, sealed_key: str, secret: str, pk: UUID) -> SigningPair:
    try:
        return read_pair(UpdateRole(role), unseal_key(sealed_key, secret, pk))
    except SecretUnusable as error:
        raise JobFailed(str(error)) from error


def _secret(*, may_make: bool) -> str:
    try:
        return read_secret(Path(settings.SIGNING_SECRET_FILE), settings.DATA_DIR, may_make=may_make)
    except SecretUnusable as error:
        raise JobFailed(str(error)) from error
