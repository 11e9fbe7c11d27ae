"""SLSA provenance of a shared block: from which files of which project it was published, and who approved those.

A block is published as it was written, so that there is no build: its statement has a type of its own. The same facts
give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.errors import BadBundle
from rune.tools.signing.provenance import (
    PROVENANCE_TYPE,
    PUBLICATION,
    PublicationStatement,
    publication_to_json,
    read_digest,
    read_publication,
)
from rune.tools.signing.statements import Statement, Subject, hex_digest

BLOCK_TYPE = "urn:hammer-forge:block-publication:v1"
_ATTACHED_ROLE = {"role": "attached"}
"""The annotations of a byproduct that is published beside the block and is none of its files."""


@dataclass(frozen=True)
class BlockProvenance:
    """The origin of a version of a block. Times are in ISO 8601, digests as `sha256:` and 64 hexadecimal digits."""

    repository: str
    """The project that published it: `acme/sounds`."""
    block: str
    manifest: str
    """The digest of the manifest that names its files, which is what a `rune.lock` has."""
    path: str
    """The block's path in the project."""
    version: int
    """The number of the project's version."""
    source: str
    """The digest of that version."""
    files: tuple[Subject, ...]
    """The published files: the block, its tests and the licence."""
    server: str
    """The address of the server that published it."""
    server_version: str
    publication: PublicationStatement
    """The publication, whose tag is the version of the block."""
    attachments: tuple[Subject, ...] = ()
    """The publications beside the block: the bill of materials and the README."""


def block_statement(facts: BlockProvenance) -> Statement:
    """The statement that is signed. It is about the manifest, and names the digests of the files."""
    predicate = {
        "buildDefinition": {
            "buildType": BLOCK_TYPE,
            "externalParameters": {
                "repository": facts.repository,
                "block": facts.block,
                "path": facts.path,
                "version": facts.version,
                "source": facts.source,
            },
            "resolvedDependencies": [{"name": f"version {facts.version}", "digest": hex_digest(facts.source)}],
        },
        "runDetails": {
            "builder": {"id": facts.server, "version": {"hammer-forge": facts.server_version}},
            "byproducts": [
                *map(_subject_to_json, facts.files),
                *({**_subject_to_json(each), "annotations": _ATTACHED_ROLE} for each in facts.attachments),
            ],
        },
        PUBLICATION: publication_to_json(facts.publication),
    }
    name = f"{facts.repository}#{facts.block}@{facts.publication.tag}"
    return Statement((Subject(name, facts.manifest),), PROVENANCE_TYPE, predicate)


def read_block_provenance(statement: Statement) -> BlockProvenance:
    """Reads what a statement says. Raises `BadBundle` for one that is no provenance of one block."""
    if statement.predicate_type != PROVENANCE_TYPE or len(statement.subjects) != 1:
        raise BadBundle("says nothing of where the block came from")
    try:
        return _read(statement.predicate, statement.subjects[0].digest)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadBundle("holds a provenance that cannot be read") from None


def _read(predicate: Mapping[str, Any], manifest: str) -> BlockProvenance:
    definition, run = predicate["buildDefinition"], predicate["runDetails"]
    if definition["buildType"] != BLOCK_TYPE:
        raise BadBundle("tells of something else than a block")
    parameters, builder, byproducts = definition["externalParameters"], run["builder"], run["byproducts"]
    return BlockProvenance(
        repository=str(parameters["repository"]),
        block=str(parameters["block"]),
        manifest=manifest,
        path=str(parameters["path"]),
        version=int(parameters["version"]),
        source=str(parameters["source"]),
        files=tuple(_read_subject(each) for each in byproducts if each.get("annotations") != _ATTACHED_ROLE),
        server=str(builder["id"]),
        server_version=str(builder["version"]["hammer-forge"]),
        publication=read_publication(predicate[PUBLICATION]),
        attachments=tuple(_read_subject(each) for each in byproducts if each.get("annotations") == _ATTACHED_ROLE),
    )


def _subject_to_json(subject: Subject) -> dict[str, Any]:
    return {"name": subject.name, "digest": hex_digest(subject.digest)}


def _read_subject(value: Mapping[str, Any]) -> Subject:
    return Subject(str(value["name"]), read_digest(value))
