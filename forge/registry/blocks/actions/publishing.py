"""Publishing a project's own block, so that other projects can use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.organisations.name_reservations import lock_names, reserve_names
from forge.accounts.permissions import Verb
from forge.compute.pool.language import summary_pool
from forge.compute.secret_search import require_searched
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes
from forge.core.errors import Busy, Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.errors import ProjectFileNotFound
from forge.projects.files.contents import checked_path
from forge.projects.models import Project, Version
from forge.projects.place import PROJECT
from forge.projects.versions.etag_facets import files_facets_of
from forge.projects.versions.store import WorkingTree, store_version, working_tree
from forge.registry.blocks.announcements import BLOCK_PUBLISHED
from forge.registry.blocks.errors import BadBlock, BlockBroken
from forge.registry.blocks.models import BLOCK_NAME_LENGTH
from forge.registry.blocks.serializers import PUBLISHED_BLOCK
from forge.registry.blocks.withdrawn import require_not_withdrawn
from forge.registry.hooks import GateAnswer, block_gate
from forge.registry.listings.licences import FILES, licence_of
from forge.registry.models import Admission, ArtifactTag, BlockVersion, Manifest, Repository
from forge.registry.oci.document_tags import tags_of_lists
from forge.registry.provenance.signing.blocks.attaching import attach_block_provenance
from forge.registry.provenance.signing.requests import request_block_signature
from forge.registry.tags.errors import GateClosed, TagInUse
from forge.registry.tags.fixed_versions import fix_version
from forge.registry.tags.messages import checked_notes
from rune.blocks.artefact import BLOCK_TYPE, BlockFiles, block_manifest
from rune.blocks.shared_path import is_block_version, version_key
from rune.digests import digest_of
from rune.oci import EMPTY, MANIFEST_TYPE
from rune.pyblock.interface import InterfaceJson
from rune.pyblock.testing.names import tests_of_block


@act(
    "POST",
    PROJECT,
    "blocks",
    "blocks_publish",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=PUBLISHED_BLOCK,
    raises=(Busy, Conflict, Invalid),
)
def publish_block(
    actor: Actor,
    project: Project,
    path: Annotated[str, CharField(max_length=400)],
    version: Annotated[str, CharField(max_length=40)],
    notes: Annotated[str, CharField(max_length=20_000, allow_blank=True)] = "",
    reason: Annotated[
        str,
        CharField(max_length=500, allow_blank=True, help_text="why it is published past its gate, by an owner"),
    ] = "",
    *,
    precondition: Precondition = None,
) -> BlockVersion:
    """Publishes the block in a file of the project as it is now. Its tests run first: where one fails, or the file
    has problems, the answer is 409, and `problems` has them. A version means the same bytes for ever; the same bytes
    again change nothing. Where it is protected and the build of these files lacks something, the answer is 409, and
    `missing` says what; with a `reason`, which the audit log keeps, an owner publishes all the same. `If-Match` is the
    `ETag` of the project's list of files."""
    if past := checked_notes(reason):
        require(actor, Verb.OVERRIDE_GATE, project)
    path, version, notes = checked_path(path), _checked_version(version), checked_notes(notes)
    tree = working_tree(project)
    # These files are the ones that are published, whatever is typed meanwhile.
    require_precondition(files_facets_of(project, tree.digest), precondition)
    files, interface = _checked_files(actor, project, tree, path, version)
    # Bytes are stored before the transaction, in which nothing is waited for.
    data = block_manifest(files)
    for each in (data, EMPTY, *files.named().values()):
        put_bytes(each)
    source = store_version(project, tree, actor.person)
    require_searched(source)
    block = _publish(actor, project, _PreparedBlock(source, path, files, interface, data, notes, past))
    # In transactions of their own: a block is published whether its proof can be made now or not.
    attach_block_provenance(block)
    request_block_signature(block)
    return block


def _checked_version(version: str) -> str:
    version = version.strip()
    if not is_block_version(version):
        message = "A version of a block is one to three numbers, like 1.2 or 2.0.1."
        raise BadBlock(message, errors={"version": [message]})
    return version


@dataclass(frozen=True)
class _PreparedBlock:
    """A prepared publication: everything that takes time is done."""

    source: Version
    path: str
    files: BlockFiles
    interface: InterfaceJson
    data: bytes
    notes: str
    past: str
    """The reason to override the gate, or "" if it is not overridden."""


def _checked_files(
    actor: Actor, project: Project, tree: WorkingTree, path: str, version: str
) -> tuple[BlockFiles, InterfaceJson]:
    if not path.endswith(".py") or path.endswith("_test.py"):
        message = f"{path} is not a block. A block is a Python file, such as smooth.py."
        raise BadBlock(message, errors={"path": [message]})
    if path not in tree.texts:
        raise ProjectFileNotFound(f"{project.full_name} has no text {path}.")
    summary = summary_pool.publishable(actor, project, tree, path)
    if "refused" in summary:
        raise BadBlock(summary["refused"], errors={"path": [summary["refused"]]})
    if "error" in summary:
        raise Busy(f"The block could not be checked: {summary['error']['message']}", retry_after=5)
    problems = summary["problems"]
    if problems:
        first = problems[0]
        message = f"{first['file']}:{first['span']['start']['line']}: {first['message']}"
        raise BlockBroken(f"The block has problems, so it was not published. {message}", problems=problems)
    name = summary["name"]
    if len(name) > BLOCK_NAME_LENGTH:
        message = f"A block's name has at most {BLOCK_NAME_LENGTH} characters; this one has {len(name)}."
        raise BadBlock(message, errors={"path": [message]})
    licence = next((tree.texts[file] for file in FILES if file in tree.texts), None)
    files = BlockFiles(
        name,
        version,
        summary["summary"],
        tree.texts[path],
        tree.texts.get(tests_of_block(path)),
        licence,
        "" if licence is None else licence_of(licence.decode("utf-8", "replace")),
    )
    return files, summary["interface"]


@transaction.atomic
def _publish(actor: Actor, project: Project, prepared_block: _PreparedBlock) -> BlockVersion:
    files, data = prepared_block.files, prepared_block.data
    lock_names(project.organisation_id)
    project = (
        Project.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=project.pk)
    )
    fresh = actor.afresh()
    require(fresh, Verb.PUBLISH, project)
    if prepared_block.past:
        require(fresh, Verb.OVERRIDE_GATE, project)
    digest = digest_of(data)
    existing = (
        BlockVersion.objects.filter(repository__project=project, name=files.name, version=files.version)
        .select_related("manifest", "repository__project__organisation", "author", "source_version")
        .first()
    )
    require_not_withdrawn(project, files)
    if existing is not None and existing.manifest.blob_id == digest:
        return existing
    if existing is not None:
        message = (
            f"{files.name} {files.version} is published with other contents and cannot change: everyone who uses it "
            "must get the same bytes. Choose the next version."
        )
        raise TagInUse(message, errors={"version": [message]})
    _require_no_look_alike(project, files)
    fix_version(project, f"{files.name}@{files.version}", digest)
    # Asked behind the lock: no verdict comes between the answer and the version.
    answer = block_gate(project, prepared_block.source, files.version)
    missing = answer.missing
    if missing and not prepared_block.past:
        raise GateClosed(f"{files.name} {files.version}", missing, is_protected=answer.is_protected)
    reserve_names(project.organisation)
    organisation = project.organisation_id
    repository, _ = Repository.objects.get_or_create(project=project)
    link_blobs(repository, [digest_of(EMPTY), *map(digest_of, files.named().values())], organisation)
    manifest, _ = Manifest.objects.update_or_create(
        repository=repository,
        blob_id=digest,
        defaults={"media_type": MANIFEST_TYPE, "artifact_type": BLOCK_TYPE, "trashed": None, "fixed": True},
    )
    link_blobs(manifest, [digest], organisation)
    ArtifactTag.objects.filter(repository=repository, name__in=tags_of_lists(digest)).delete()
    block = BlockVersion.objects.create(
        repository=repository,
        name=files.name,
        version=files.version,
        manifest=manifest,
        source_version=prepared_block.source,
        path=prepared_block.path,
        summary=files.summary,
        interface=prepared_block.interface,
        author=actor.person,
        created=timezone.now(),
        admission=_admission(answer),
        override=prepared_block.past if missing else "",
        notes=prepared_block.notes,
    )
    facts = {"block": block.name, "version": block.version}
    past = {"reason": prepared_block.past, "missing": list(missing)} if missing else {}
    action = "block.override" if missing else "block.publish"
    write_entry(actor, action, f"project:{project.pk}", project.place, digest=digest, **facts, **past)
    append_event(project.stream, BLOCK_PUBLISHED(**facts), actor)
    return block


def _admission(answer: GateAnswer) -> Admission:
    """Returns how a version passes its gate, whose answer the caller has judged."""
    if answer.missing:
        return Admission.OVERRIDDEN
    return Admission.PASSED if answer.is_protected else Admission.OPEN


def _require_no_look_alike(project: Project, files: BlockFiles) -> None:
    """Raises `TagInUse` where the same version was published with more or fewer zeros: `1.0` and `1.0.0` are one
    version to a person, and would have other bytes."""
    versions = BlockVersion.objects.filter(repository__project=project, name=files.name)
    for other in versions.values_list("version", flat=True):
        if other != files.version and version_key(other) == version_key(files.version):
            message = f"{files.version} is the same version as {other}, which is published. Choose the next one."
            raise TagInUse(message, errors={"version": [message]})
