"""The firmware of a build: what an artefact has of it, and making it when somebody wants it.

It is made on demand, as a job, and kept beside the rune.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NotRequired, TypedDict, cast
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.builds.compiling.execution import NewCompiler
from forge.builds.errors import FirmwareMissing
from forge.builds.models import Artefact, ArtefactFile, Build, FileRole
from forge.compute.errors import ChildDied
from forge.compute.parties import party_of
from forge.compute.pool.compiler import Answer
from forge.compute.pool.local_files import local_files
from forge.compute.pool.toolchain import PREVIEW_SECONDS, fetched_folder, fresh_compiler
from forge.core.actors import Actor
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import read_blob, record, staged_bytes, staged_file
from forge.core.errors import BytesDamaged, NotFound
from forge.jobs.kinds import JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.models import Version
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import Manifest, available_files, working_tree
from rune.aim import AIMS, BALANCED
from rune.compiler.building.spec import SpecOptions
from rune.devices.firmware.making import FirmwareDescriptionJson

TARGET = "pico"
"""The target of firmware."""
_UF2: Final[dict[str, str]] = {aim: "" if aim == BALANCED else aim for aim in AIMS}
_DESCRIPTION = {aim: f"{subject} description".strip() for aim, subject in _UF2.items()}
"""The role of the files in an artefact, by the optimisation of the firmware: builds of one rune may differ in it."""
TEXT_CHANGED = (
    "The text has changed since this rune was made. The board gets the rune of the new text as soon as that builds."
)

INSTRUMENTED_RUNE = (
    "This rune sends watched tensors or timings to the page, which a board does not need. "
    "Request the firmware of the preview without them."
)


class FirmwareJson(TypedDict):
    """The firmware of a build for a board. `missing` is what was not made yet, or not asked for; a refusal has its
    reason. The description is that of docs/reference/serial.md."""

    state: Literal["missing", "made", "refused"]
    reason: NotRequired[str]
    uf2_url: NotRequired[str]
    description: NotRequired[FirmwareDescriptionJson]


def firmware_to_json(build: Build) -> FirmwareJson:
    """Returns the state of a build's firmware as JSON."""
    description = None if build.artefact is None else _stored_description(build.artefact, build.optimize_packages)
    if description is None:
        return {"state": "missing"}
    if "refused" in description:
        return {"state": "refused", "reason": description["refused"]}
    return {
        "state": "made",
        "uf2_url": f"/api/v1/builds/{build.pk}/firmware.uf2",
        "description": cast("FirmwareDescriptionJson", description),
    }


def uf2_of(build: Build) -> ArtefactFile | None:
    """The file for the board."""
    if build.artefact is None:
        return None
    files = build.artefact.files.filter(role=FileRole.FIRMWARE, subject=_UF2[build.optimize_packages])
    return files.select_related("blob").first()


def request_firmware(actor: Actor, build: Build) -> FirmwareJson:
    """Returns the current state, and queues a package that is missing. A preview has one while its text is the
    project's.

    The right to read the project is enough, as for a preview: all readers share the package. Raises what
    `require` raises, and `FirmwareMissing` for a build without a rune, for one that is watched or timed, and for a
    preview whose text is gone.
    """
    require(actor, Verb.READ, build.project)
    if build.artefact is None:
        raise FirmwareMissing("This build has no rune: it has not finished, or it failed.")
    options = SpecOptions.from_json(build.artefact.spec["options"])
    if options.watched or options.timed:
        raise FirmwareMissing(INSTRUMENTED_RUNE)
    firmware = firmware_to_json(build)
    if firmware["state"] == "missing":
        if _source(build, build.artefact) is None:
            raise FirmwareMissing(TEXT_CHANGED)
        party = party_of(actor, build.project.organisation_id)
        spec = {"build": str(build.pk), "artefact": build.artefact.digest, "optimize": build.optimize_packages}
        enqueue(FIRMWARE, party.organisation, spec, party=party, project=build.project)
        transaction.on_commit(notify_workers, robust=True)
    return firmware


def run_firmware_job(job: JobContext, new_compiler: NewCompiler = fresh_compiler) -> Mapping[str, Any]:
    """The executor of the jobs that make firmware. A refusal is a failed job with its reason."""
    job.report(0.0, "Making the firmware.")
    build = Build.objects.select_related("project", "version", "artefact").filter(pk=job.spec["build"]).first()
    if build is not None and build.artefact is not None:
        if firmware_to_json(build)["state"] == "missing":
            _make(job, build, build.artefact, new_compiler)
        firmware = firmware_to_json(build)
        if firmware["state"] == "made":
            return {"state": "made"}
        if firmware["state"] == "refused":
            raise JobFailed(firmware["reason"])
    raise JobFailed("The build was deleted, or its text has changed.")


def _make(job: JobContext, build: Build, artefact: Artefact, new_compiler: NewCompiler) -> None:
    """Makes the firmware of a build, or stores why there is none. Raises what `JobContext.tick` raises."""
    organisation = artefact.organisation_id
    aim = build.optimize_packages
    request = {
        "op": "firmware",
        "spec": artefact.spec,
        "target": TARGET,
        "optimize": aim,
        "digest": artefact.digest,
    }
    source = _source(build, artefact)
    if source is None:
        # Its page asks again, and gets the answer.
        return
    manifest, texts = source

    def take(answer: Answer) -> None:
        if answer["event"] == "firmware":
            _keep(artefact, aim, answer["description"], compiler.output)
        elif answer["event"] == "failed":
            _keep(artefact, aim, {"refused": _reason(answer)}, None)

    with new_compiler() as compiler:
        try:
            with local_files(manifest, fetched_folder(), texts) as files:
                compiler.run(
                    request,
                    take,
                    owner=organisation,
                    files=files,
                    limit=PREVIEW_SECONDS,
                    tick=job.tick,
                    pace=job.pace,
                )
        except (ChildDied, BytesDamaged) as error:
            reason = error.reason if isinstance(error, ChildDied) else error.detail
            _keep(artefact, aim, {"refused": reason}, None)


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs that make firmware."""
    ids = {job.pk: UUID(job.spec["build"]) for job in jobs}
    builds = Build.objects.select_related("project__organisation").only(
        "number", "job__kind", "project__name", "project__organisation__name"
    )
    by_id = builds.in_bulk(set(ids.values()))
    return {job: _title(by_id[build]) for job, build in ids.items() if build in by_id}


def _title(build: Build) -> JobTitle:
    if build.number is None:
        return JobTitle(f"Firmware of the preview of {build.project.full_name}")
    url = f"{build.project.get_absolute_url()}/builds/{build.number}"
    return JobTitle(f"Firmware of build {build.number} of {build.project.full_name}", url)


FIRMWARE = JobKind("firmware", WorkerCapability.BUILD, run_firmware_job, "Firmware", titles=titles_of, attempts=3)


def _source(build: Build, artefact: Artefact) -> tuple[Manifest, Mapping[str, bytes]] | None:
    """The files that a build is of, and the bytes of those that are texts of the editor. None where a preview's text
    went on and nobody kept it as a version."""
    of_digest = Version.objects.filter(project=build.project, digest=artefact.version_digest)
    version = build.version or of_digest.first()
    if version is not None:
        return with_blocks(build.project, available_files(version)), {}
    tree = working_tree(build.project)
    if tree.digest != artefact.version_digest:
        return None
    return with_blocks(build.project, tree.manifest, tree.texts), tree.texts


def _reason(answer: Answer) -> str:
    reasons = [one["message"] for one in answer["diagnostics"] if one["severity"] == "error"]
    return " ".join([answer["error"], *reasons])


def _stored_description(artefact: Artefact, aim: str) -> Mapping[str, Any] | None:
    """Returns the stored description; None if there is none, or if its bytes are lost."""
    file = artefact.files.filter(role=FileRole.FIRMWARE, subject=_DESCRIPTION[aim]).first()
    if file is None:
        return None
    try:
        return cast("Mapping[str, Any]", json.loads(read_blob(file.blob_id)))
    except (NotFound, BytesDamaged, ValueError):
        return None


def _keep(artefact: Artefact, aim: str, description: Mapping[str, Any], uf2: Path | None) -> None:
    """Stores the files, the board's first: a description without it is a refusal."""
    data = json.dumps(description, sort_keys=True, separators=(",", ":")).encode("utf-8")
    with staged_bytes(data) as description_file, transaction.atomic():
        record(description_file)
        link_blobs(artefact, [description_file.digest], artefact.organisation_id)
        if uf2 is not None:
            with staged_file(uf2) as file:
                record(file)
                link_blobs(artefact, [file.digest], artefact.organisation_id)
                _put(artefact, _UF2[aim], file.digest)
        _put(artefact, _DESCRIPTION[aim], description_file.digest)


def _put(artefact: Artefact, subject: str, digest: str) -> None:
    ArtefactFile.objects.update_or_create(
        artefact=artefact, role=FileRole.FIRMWARE, subject=subject, defaults={"blob_id": digest}
    )
