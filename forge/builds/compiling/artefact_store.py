"""Artefacts: finding, storing, completing and pruning them. The state of builds is written elsewhere."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from forge.builds.compiling.build_task import BuildTask
from forge.builds.errors import NoRune
from forge.builds.models import Artefact, ArtefactFile, Build, BuildPackage, FileRole
from forge.core.blobs.links import link_derived, links_of_all
from forge.core.blobs.store import blob_path, open_blob, record, staged_bytes, staged_file, sync_blob
from forge.core.errors import NotFound
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.compiler.building.spec import RUNE_TARGET

_REBUILDABLE = (FileRole.RUNE, FileRole.PACKAGE)

Take = Callable[[Artefact], None]
"""Ties an artefact to a build; called in the transaction that found or stored it, so that no pruning comes between."""


@transaction.atomic
def take_known(job: BuildTask, take: Take) -> Artefact | None:
    """The organisation's artefact of the job's spec. One is made again whose rune is lost or damaged."""
    artefacts = Artefact.objects.filter(organisation_id=job.organisation, spec_digest=job.spec.digest)
    rebuildable = ArtefactFile.objects.filter(artefact=OuterRef("pk"), role__in=_REBUILDABLE)
    damaged_files = rebuildable.filter(blob__damaged_at__isnull=False)
    artefact = artefacts.annotate(is_damaged=Exists(damaged_files)).select_for_update().first()
    if artefact is None or artefact.is_damaged or not _is_whole(artefact):
        return None
    take(artefact)
    return artefact


def keep_artefact(job: BuildTask, output: Path, answer: Mapping[str, Any], take: Take) -> Artefact:
    """Stores the rune or package that the compiler wrote, and its report. Two that build the same at once end with one
    artefact.

    The disk is not waited for: `secure` does that for what is not made again at the next edit.
    """
    main = FileRole.RUNE if job.spec.target == RUNE_TARGET else FileRole.PACKAGE
    report = json.dumps(answer["report"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with ExitStack() as stack:
        files = {
            main: stack.enter_context(staged_file(output)),
            FileRole.REPORT: stack.enter_context(staged_bytes(report.encode("utf-8"))),
        }
        values = {
            "spec": job.spec.to_json(),
            "digest": files[main].digest,
            "size": files[main].size,
            "report": answer["report"],
            "diagnostics": answer["diagnostics"],
        }
        with transaction.atomic():
            artefact, is_new = Artefact.objects.get_or_create(
                organisation_id=job.organisation, spec_digest=job.spec.digest, defaults=values
            )
            if is_new:
                record(*files.values())
                rows = [ArtefactFile(artefact=artefact, role=role, blob_id=file.digest) for role, file in files.items()]
                ArtefactFile.objects.bulk_create(rows)
                link_derived(artefact, [file.digest for file in files.values()], job.organisation)
            elif artefact.digest == files[main].digest:
                # It was made again because bytes were lost: now they are there. Those of an evaluation may be lost too.
                artefact.files.filter(role=FileRole.EVALUATION).delete()
                record(*files.values())
                for role, file in files.items():
                    there = {"blob_id": file.digest}
                    ArtefactFile.objects.update_or_create(artefact=artefact, role=role, defaults=there)
                link_derived(artefact, [file.digest for file in files.values()], job.organisation)
            take(artefact)
    return artefact


def _is_whole(artefact: Artefact) -> bool:
    """Returns whether its rune seems to be there."""
    return _is_there(artefact.digest, artefact.size)


def _is_there(digest: str, size: int) -> bool:
    """Looks at the file alone, where files lie in a folder: it costs nothing."""
    place = blob_path(digest)
    if place is None:
        return True
    try:
        return place.stat().st_size == size
    except FileNotFoundError:
        return False


def secure(artefact: Artefact) -> bool:
    """Flushes the artefact's files to the disk; returns whether they are intact."""
    digests = set(artefact.files.values_list("blob_id", flat=True))
    try:
        for digest in digests:
            sync_blob(digest)
    except NotFound:
        return False
    return artefact.digest in digests


def open_rune(artefact: Artefact) -> IO[bytes]:
    """A rune's bytes as a file that is read from its beginning, which the caller closes. Raises `NoRune`; reading
    raises `BytesDamaged`.
    """
    try:
        return open_blob(artefact.digest, artefact.size)
    except NotFound:
        raise NoRune("The rune's file no longer exists. Build again.") from None


def add_verification(artefact: Artefact, verification: Mapping[str, Any]) -> None:
    """Writes into the report what became of the comparison with the reference interpreter."""
    _add_to_report(artefact, verify=dict(verification))


def add_policy(artefact: Artefact, policy: Mapping[str, Any] | None) -> None:
    """Writes into the report what `forge.yml` says; None where there is no such file."""
    _add_to_report(artefact, policy=None if policy is None else dict(policy))


def add_measurement(artefact: Artefact, run: Mapping[str, Any] | None) -> None:
    """Writes into the report how long a run takes; None where it cannot be run here."""
    _add_to_report(artefact, run=None if run is None else dict(run))


def add_background(artefact: Artefact, background: BackgroundTrialJson) -> None:
    """Writes into the report which labels the rune calls in silence, noise and tones."""
    _add_to_report(artefact, background=dict(background))


@transaction.atomic
def add_needs(artefact: Artefact, needs: Mapping[str, Any]) -> None:
    """Writes into a package's report what it needs. What was measured takes the place of what was planned."""
    fresh = Artefact.objects.select_for_update().get(pk=artefact.pk)
    before = fresh.needs
    if before is None or before["instructions"] is None:
        fresh.report = {**fresh.report, "needs": dict(needs)}
        fresh.save(update_fields=["report"])
    artefact.report = fresh.report


@transaction.atomic
def _add_to_report(artefact: Artefact, **parts: Any) -> None:
    """Adds to the report without replacing entries: two builds may finish the same artefact at once."""
    fresh = Artefact.objects.select_for_update().get(pk=artefact.pk)
    fresh.report = {**parts, **fresh.report}
    fresh.save(update_fields=["report"])
    artefact.report = fresh.report


def drop_unused(candidates: Collection[uuid.UUID]) -> set[str]:
    """Deletes those artefacts that no build refers to, within the caller's transaction; answers their files' digests.

    After its end, when it is certain, the caller lets those go (`forge.core.blobs.sweep.delete_if_unlinked`).
    """
    # Locked first and looked at afterwards: a build that takes one meanwhile is seen.
    locked_ids = set(Artefact.objects.select_for_update().filter(pk__in=candidates).values_list("pk", flat=True))
    in_use = Build.objects.filter(artefact__in=locked_ids).values_list("artefact_id", flat=True)
    packed_ids = BuildPackage.objects.filter(artefact__in=locked_ids).values_list("artefact_id", flat=True)
    unused_artefacts = Artefact.objects.filter(pk__in=locked_ids - set(in_use) - set(packed_ids))
    links = links_of_all(unused_artefacts)
    digests = set(links.values_list("blob_id", flat=True))
    links.delete()
    unused_artefacts.delete()
    return digests
