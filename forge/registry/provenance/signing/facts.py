"""The documents beside runes and blocks, and the statement about a publication: its origin and its materials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from forge.builds.models import Artefact, Build
from forge.comparison.snapshots import read_outline
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.learning.training_data import training_data_of
from forge.projects.models import Version
from forge.projects.versions.store import available_files
from forge.registry.hooks import approvals
from forge.registry.listings.rows import licence_in
from forge.registry.models import Publication
from forge.registry.oci.digests import digest_of
from forge.registry.oci.rune_facts import manifest_digest, rune_facts
from forge.registry.provenance.signing.pseudonyms import pseudonym_of
from rune import __version__
from rune.source.runefile.model_records import record_path
from rune.tools.signing.bom import BlockFacts, BomModel, DataFacts, RuneMaterials, bill_of_materials
from rune.tools.signing.provenance import TRAINING, Approval, Material, Provenance
from rune.tools.signing.provenance import PublicationStatement as PublicationFacts
from rune.tools.signing.referrers import BOM_TYPE, README_TYPE
from rune.tools.signing.statements import Subject

README, BOM = "README.md", "bom.cdx.json"
LARGEST_README = 1024 * 1024
"""Bytes of a README that is published."""


@dataclass(frozen=True)
class AttachedDocument:
    """A document that is published beside a rune or a block."""

    name: str
    media_type: str
    data: bytes

    @property
    def subject(self) -> Subject:
        """The document as a statement names it."""
        return Subject(self.name, digest_of(self.data))


def documents_of(build: Build, artefact: Artefact) -> tuple[AttachedDocument, ...]:
    """The documents that are published beside a build's rune."""
    return attached_documents(bill_of_materials(_materials(build, artefact)), build.source)


def attached_documents(bill: bytes, source: Version) -> tuple[AttachedDocument, ...]:
    """A bill of materials, and the README of the files that something was published from, where they have one."""
    bom, readme = AttachedDocument(BOM, BOM_TYPE, bill), _readme(source)
    return (bom,) if readme is None else (bom, AttachedDocument(README, README_TYPE, readme))


def provenance_of(publication: Publication, artefact: Artefact, documents: tuple[AttachedDocument, ...]) -> Provenance:
    """Returns the provenance of a published rune, with the people who approve its bytes now."""
    build, project = publication.build, publication.repository.project
    models, blocks = _models(build, artefact), _blocks(artefact)
    return Provenance(
        repository=project.full_name,
        manifest=manifest_digest(build, artefact),
        rune=artefact.digest,
        title=rune_facts(build, artefact).title,
        spec=artefact.spec,
        version=build.source.number,
        materials=(
            *(Material(model.file, model.digest, "model") for model in models),
            *_records(build, models),
            *_training_data(models),
            *(Material(block.path, block.digest, "block") for block in blocks),
            *_tested_on(build),
        ),
        builder=settings.PUBLIC_URL,
        builder_version=__version__,
        build=str(build.pk),
        started=time_text(build.started or build.created),
        finished=time_text(build.finished or build.created),
        attachments=tuple(each.subject for each in documents),
        publication=PublicationFacts(
            tag=publication.tag,
            admission=str(publication.admission),
            time=time_text(publication.created),
            approvals=approvals_of(build),
            reason=publication.reason,
        ),
    )


def approvals_of(build: Build) -> tuple[Approval, ...]:
    """Returns the people who approve the bytes of a build now, by pseudonyms."""
    organisation = build.project.organisation_id
    approval_facts = [each for facts in approvals.call(build) for each in facts]
    return tuple(
        Approval(pseudonym_of(each.person, organisation), each.round, time_text(each.time))
        for each in sorted(approval_facts, key=lambda each: (each.time, str(each.person)))
    )


def _materials(build: Build, artefact: Artefact) -> RuneMaterials:
    evaluation: Mapping[str, Any] = build.evaluation or {}
    return RuneMaterials(
        name=build.name,
        digest=artefact.digest,
        licence=licence_in(build.source),
        models=_models(build, artefact),
        blocks=_blocks(artefact),
        toolchain=str(artefact.spec["toolchain"]),
        toolchain_version=str(artefact.report["toolchain"]),
        accuracy=evaluation.get("accuracy"),
        samples=build.samples,
        tested_on=next((DataFacts(each.name, each.digest) for each in _tested_on(build)), None),
    )


def _models(build: Build, artefact: Artefact) -> tuple[BomModel, ...]:
    """The models that its stages run, each file once."""
    files = build.source.manifest
    stages: dict[str, list[Mapping[str, Any]]] = {}
    for model in artefact.report["models"]:
        if model["file"] in files:
            stages.setdefault(model["file"], []).append(model)
    training_data = training_data_of(build.project, [files[file]["digest"] for file in stages])
    wires = read_outline(artefact.report["pipeline"]).wires
    bom_models = []
    for file, models in sorted(stages.items()):
        names, data = tuple(model["stage"] for model in models), training_data.get(files[file]["digest"])
        bom_models.append(
            BomModel(
                file=file,
                digest=files[file]["digest"],
                size=files[file]["size"],
                media_type=models[0]["mimetype"],
                operators=models[0]["operators"],
                runs=models[0]["runs"],
                stages=names,
                inputs=_types({wire.target_index: wire.type for wire in wires if wire.target == names[0]}),
                outputs=_types({wire.source_index: wire.type for wire in wires if wire.source == names[0]}),
                trained_on=None if data is None else DataFacts(f"data version {data.number}", data.digest),
            )
        )
    return tuple(bom_models)


def _types(types: Mapping[int, str | None]) -> tuple[str, ...]:
    """The types of a stage's wires by their places; none where one is unknown."""
    wire_types = [types[place] for place in sorted(types)]
    return tuple(each for each in wire_types if each is not None) if None not in wire_types else ()


def _records(build: Build, models: tuple[BomModel, ...]) -> Iterator[Material]:
    """The records beside the models: from which file each was converted, or on which data it was trained, and how."""
    files = build.source.manifest
    for model in models:
        path = record_path(model.file)
        if path in files:
            yield Material(path, files[path]["digest"], "record")


def _training_data(models: Iterable[BomModel]) -> tuple[Material, ...]:
    """The versions of data that the models were trained on, each once."""
    data = dict.fromkeys(model.trained_on for model in models if model.trained_on is not None)
    return tuple(Material(each.name, each.digest, TRAINING) for each in data)


def _tested_on(build: Build) -> Iterator[Material]:
    """The version of the project's data that the build was evaluated on."""
    if (version := build.data_version) is not None:
        yield Material(f"data version {version.number}", version.digest, "data")


def _blocks(artefact: Artefact) -> tuple[BlockFacts, ...]:
    blocks = artefact.report.get("blocks", ())
    return tuple(BlockFacts(block["path"], block["digest"]) for block in sorted(blocks, key=lambda each: each["path"]))


def _readme(source: Version) -> bytes | None:
    if README not in source.manifest:
        return None
    entry = available_files(source).get(README)
    if entry is None or entry["size"] > LARGEST_README:
        return None
    try:
        return read_blob(entry["digest"])
    except (NotFound, BytesDamaged):
        return None


def time_text(moment: datetime) -> str:
    """A time as statements have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
